import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { S3mini, S3ServiceError } from 's3mini';
import { type Blobs, blobsUnavailable, placeOf } from './blob.ts';

export interface S3Options {
  /** With the bucket: https://s3.example.com/bucket */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** In front of every key, so that installations may share a bucket. */
  prefix?: string;
}

// Larger ones go up in parts. Nothing of WhatsApp is larger than 100 MB.
const partSize = 8 * 1024 * 1024;

/** S3 and what speaks like it: R2, MinIO, Supabase Storage. */
export function s3Blobs(options: S3Options): Blobs {
  const { prefix = '', ...rest } = options;
  const s3 = new S3mini({ ...rest, requestSizeInBytes: partSize, minPartSize: partSize });
  const nameOf = (key: string) => `${prefix}${placeOf(key)}`;

  return {
    async put(key, bytes) {
      const name = nameOf(key);
      // Whole in memory: S3 wants length and hash in front, and media are capped at 100 MB before they come here.
      const whole = bytes instanceof Uint8Array ? bytes : await gather(bytes);
      await reach(() => s3.putAnyObject(name, whole, 'application/octet-stream'));
      return { size: whole.length };
    },
    async get(key, range) {
      const name = nameOf(key);
      const response = await reach(() =>
        // The last byte's place is one less than what the client counts to.
        range ? s3.getObjectRaw(name, false, range.start, range.end + 1) : s3.getObjectResponse(name),
      );
      if (!response) return null;
      const stream = response.body
        ? Readable.fromWeb(response.body as unknown as WebStream)
        : Readable.from([]);
      const whole = response.headers.get('content-range')?.split('/')[1];
      return { size: Number(whole ?? response.headers.get('content-length') ?? 0), stream };
    },
    async exists(key) {
      const name = nameOf(key);
      return (await reach(() => s3.objectExists(name))) === true;
    },
    async delete(key) {
      const name = nameOf(key);
      await reach(async () => {
        await s3.deleteObject(name);
      });
    },
  };
}

async function gather(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

/** 5xx, 429, 507 and a store out of reach may be gone the next time; a wrong key or bucket (other 4xx) will not. */
async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const status = error instanceof S3ServiceError ? error.status : null;
    if (status === null) throw blobsUnavailable('the object store cannot be reached', error);
    if (status >= 500 || status === 429) {
      throw blobsUnavailable(`the object store answered ${status}`, error);
    }
    throw error;
  }
}
