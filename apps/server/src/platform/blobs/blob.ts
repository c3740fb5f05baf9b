import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';

export interface ByteRange {
  start: number;
  end: number;
}

export interface Blobs {
  /** Stores all of it or nothing; returns the size. */
  put(key: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ size: number }>;
  /**
   * null when there is no such blob. The stream must be read or destroyed. `size` is the whole blob's, also when only
   * a range of it is asked for: both ends included, inside the blob.
   */
  get(key: string, range?: ByteRange): Promise<{ size: number; stream: Readable } | null>;
  exists(key: string): Promise<boolean>;
  delete(key: string): Promise<void>;
}

const keyShape = /^[0-9a-z][0-9a-z-]{7,79}$/;

/**
 * Two levels of folders, 256 each, from the key's last digits: a UUIDv7 begins with the time, its end is random.
 * Anything that is not an id of ours is refused, and so is every path.
 */
export function placeOf(key: string): string {
  if (!keyShape.test(key)) throw new Error(`"${key}" is no blob key: use an id from ids.ts.`);
  return `${key.slice(-2)}/${key.slice(-4, -2)}/${key}`;
}

/** The store is full or away: 503, worth another try. */
export function blobsUnavailable(reason: string, cause: unknown): AppError {
  return new AppError(
    'storage_unavailable',
    503,
    `The file could not be stored or read: ${reason}. Try again once that is mended.`,
    { reason },
    cause,
    true,
  );
}
