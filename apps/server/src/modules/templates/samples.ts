import type { Credential, TemplateCalls } from '@chaski/providers';
import type { Blobs } from '../../platform/blobs/index.ts';
import { type Database, systemActor } from '../../platform/db/index.ts';
import { isId } from '../../platform/ids.ts';
import { findMedia } from '../media/index.ts';
import type { TemplateRow } from './rows.ts';

export interface SampleDeps {
  db: Database;
  blobs: Blobs;
  provider: TemplateCalls;
}

/** 16 MB of video at 1 MB/s and some. */
const timeoutMs = 60_000;

/**
 * The components with WhatsApp's handles where samples name files of ours. Uploaded at each submission: a handle is
 * for one creation, and a file uploaded twice harms nobody.
 */
export async function withSamples(
  { db, blobs, provider }: SampleDeps,
  { workspaceId }: TemplateRow,
  components: readonly unknown[],
  credential: Credential,
): Promise<{ outcome: 'ok'; components: unknown[] } | { outcome: 'failed'; reason: string }> {
  const ids = [...new Set(samplesIn(components))];
  const handles = new Map<string, string>();
  for (const id of ids) {
    const file = await db.withTenant(workspaceId, systemActor, (tx) => findMedia(tx, workspaceId, id));
    if (file?.state !== 'stored' || file.blobKey === null)
      return { outcome: 'failed', reason: `The sample ${id} is no file of this workspace.` };
    const uploaded = await provider.uploadSample({
      credential,
      bytes: await bytesOf(blobs, file.blobKey),
      mimeType: file.type ?? file.declaredType ?? 'application/octet-stream',
      filename: file.filename ?? 'sample',
      timeoutMs,
    });
    if (uploaded.outcome !== 'ok') {
      if (uploaded.outcome === 'failed' && uploaded.retry)
        throw new Error(`The sample could not be uploaded: ${uploaded.reason}`);
      return { outcome: 'failed', reason: `WhatsApp did not take the sample: ${uploaded.reason}` };
    }
    handles.set(id, uploaded.value.handle);
  }
  return { outcome: 'ok', components: replaced(components, handles) as unknown[] };
}

/** Ids of our files that definitions name as samples, wherever they stand. */
function samplesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(samplesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'header_handle' && Array.isArray(inner)
      ? inner.filter((one): one is string => typeof one === 'string' && isId(one))
      : samplesIn(inner),
  );
}

function replaced(value: unknown, handles: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value))
    return value.map((one) => (typeof one === 'string' ? (handles.get(one) ?? one) : replaced(one, handles)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'header_handle' || typeof inner === 'object' ? replaced(inner, handles) : inner,
    ]),
  );
}

async function bytesOf(blobs: Blobs, key: string): Promise<Buffer> {
  const blob = await blobs.get(key);
  if (!blob) throw new Error('The bytes of the sample are not in the store.');
  const chunks: Buffer[] = [];
  for await (const chunk of blob.stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
