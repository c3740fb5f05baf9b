/**
 * blobs — bytes by id: media, exports. Who may read one is decided by the row that names it, never by its key.
 *
 * Words: a *blob* is immutable once put; its *key* is an id that we made (no name, type or path from outside).
 *
 * Always true: a key is readable only when all its bytes are stored; putting a key again replaces it whole; deleting
 * what is not there is no error; a full disk or an absent store is an error that a retried job may meet again.
 */
import type { Blobs } from './blob.ts';
import { fsBlobs } from './fs.ts';
import { type S3Options, s3Blobs } from './s3.ts';

export type { Blobs, ByteRange } from './blob.ts';
export { fsBlobs } from './fs.ts';
export { checkBucket } from './private.ts';
export type { S3Options } from './s3.ts';

export type BlobsConfig = { kind: 'fs'; directory: string } | ({ kind: 's3' } & S3Options);

/** The store that the configuration names. */
export function openBlobs(config: BlobsConfig): Blobs {
  return config.kind === 'fs' ? fsBlobs(config.directory) : s3Blobs(config);
}
