import { AppError, errors, tolerate } from '../errors.ts';
import { newId } from '../ids.ts';
import { placeOf } from './blob.ts';
import { type S3Options, s3Blobs } from './s3.ts';

/** Supabase Storage: its S3 address beside the one that serves public buckets to everybody. */
const supabase = /^(.*\/storage\/v1)\/s3\/([^/]+)$/;

/** Where strangers would look for a file of this bucket. */
function openAddresses(endpoint: string, name: string): string[] {
  const [, storage, bucket] = supabase.exec(endpoint) ?? [];
  return [
    `${endpoint}/${name}`,
    ...(storage === undefined ? [] : [`${storage}/object/public/${bucket}/${name}`]),
  ];
}

/**
 * Stores a word, asks for it as a stranger, and takes it away: files of people must not lie where anybody reads them, and
 * a wrong key or bucket should show at the start, not with the first picture. Answers a warning when the store is away:
 * that may pass.
 */
export async function checkBucket(options: S3Options): Promise<string | null> {
  const blobs = s3Blobs(options);
  const key = newId();
  const name = `${options.prefix ?? ''}${placeOf(key)}`;
  try {
    await blobs.put(key, Buffer.from('Written by chaski at its start, to see that nobody else can read it.'));
  } catch (error) {
    if (error instanceof AppError) return `The bucket for media could not be checked: ${error.message}`;
    throw errors.configuration(
      `The bucket for media refuses what is stored (${error instanceof Error ? error.message : error}). Look at S3_ENDPOINT, S3_BUCKET, S3_REGION and the access key.`,
    );
  }
  try {
    for (const address of openAddresses(options.endpoint, name)) {
      const response = await fetch(address, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
      await response?.body?.cancel();
      if (response?.ok) {
        throw errors.configuration(
          'The bucket for media is public: anybody could read what people sent. Make it private.',
        );
      }
    }
  } finally {
    await tolerate('the word stays in the bucket', blobs.delete(key));
  }
  return null;
}
