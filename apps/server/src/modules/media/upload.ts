import type { Database } from '../../platform/db/index.ts';
import { credentialFor, routesByNumberId } from '../numbers/index.ts';
import type { MediaDeps } from './fetch.ts';
import { rememberUpload } from './queries.ts';
import { findMedia } from './read.ts';
import type { MediaKind } from './rules.ts';

export type EnsuredUpload =
  | { outcome: 'ok'; providerMediaId: string; kind: MediaKind; filename: string | null }
  /** `retry`: the same may work later. Otherwise the file itself is the reason. */
  | { outcome: 'failed'; reason: string; retry: boolean };

// WhatsApp keeps uploads 30 days; a day is left for what waits in queues.
const uploadLifeMs = 30 * 86_400_000;
const marginMs = 86_400_000;

/** Uploads under way in this process: two messages with one file upload it once. */
const underWay = new WeakMap<Database, Map<string, Promise<EnsuredUpload>>>();

/**
 * WhatsApp's id for a stored file on a number, uploaded now if it is not there yet or about to be forgotten. A file
 * that came from a person goes out again the same way.
 */
export function ensureUploaded(
  deps: MediaDeps,
  wanted: { workspaceId: string; mediaId: string; numberId: string; timeoutMs?: number },
): Promise<EnsuredUpload> {
  let running = underWay.get(deps.db);
  if (!running) {
    running = new Map();
    underWay.set(deps.db, running);
  }
  const key = `${wanted.workspaceId} ${wanted.mediaId} ${wanted.numberId}`;
  const known = running.get(key);
  if (known) return known;
  const mine = running;
  const upload = uploadOnce(deps, wanted).finally(() => mine.delete(key));
  mine.set(key, upload);
  return upload;
}

async function uploadOnce(
  { db, blobs, provider }: MediaDeps,
  wanted: { workspaceId: string; mediaId: string; numberId: string; timeoutMs?: number },
): Promise<EnsuredUpload> {
  const { media, route } = await db.withSystem('upload a file', async (tx) => ({
    media: await findMedia(tx, wanted.workspaceId, wanted.mediaId),
    route: (await routesByNumberId(tx, [wanted])).get(wanted.numberId) ?? null,
  }));
  if (!media) return { outcome: 'failed', reason: 'There is no such file.', retry: false };
  if (!route) return { outcome: 'failed', reason: 'There is no such number.', retry: false };
  if (media.state !== 'stored' || media.blobKey === null) {
    return {
      outcome: 'failed',
      reason: `The file is ${media.state}${media.reason ? `: ${media.reason}` : ''}.`,
      retry: media.state === 'waiting',
    };
  }
  const alive =
    media.direction === 'out' &&
    media.numberId === wanted.numberId &&
    media.providerMediaId !== null &&
    media.providerExpiresAt !== null &&
    media.providerExpiresAt.getTime() - marginMs > db.clock.now().getTime();
  if (alive) {
    return {
      outcome: 'ok',
      providerMediaId: media.providerMediaId!,
      kind: media.kind,
      filename: media.filename,
    };
  }
  const blob = await blobs.get(media.blobKey);
  if (!blob) return { outcome: 'failed', reason: 'The bytes of the file are missing.', retry: false };
  const parts: Buffer[] = [];
  for await (const part of blob.stream) parts.push(part as Buffer);
  const credential = await credentialFor(db, route.workspaceId, route.accountId);
  const result = await provider.uploadMedia({
    credential,
    phoneNumberId: route.phoneNumberId,
    bytes: Buffer.concat(parts),
    mimeType: media.type ?? media.declaredType ?? 'application/octet-stream',
    filename: media.filename ?? media.id,
    timeoutMs: wanted.timeoutMs ?? 60_000,
  });
  if (result.outcome !== 'ok') {
    return {
      outcome: 'failed',
      reason: result.reason,
      retry: result.outcome === 'failed' ? result.retry : false,
    };
  }
  // A file that came in keeps the id it came with: that one finds it at WhatsApp again.
  if (media.direction === 'out') {
    await db.withSystem('a file is uploaded', (tx) =>
      tx.execute(rememberUpload, [
        wanted.workspaceId,
        wanted.mediaId,
        wanted.numberId,
        result.value.mediaId,
        new Date(tx.now().getTime() + uploadLifeMs).toISOString(),
      ]),
    );
  }
  return { outcome: 'ok', providerMediaId: result.value.mediaId, kind: media.kind, filename: media.filename };
}
