import { createHash } from 'node:crypto';
import type { Credential, MediaResult, Provider } from '@chaski/providers';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { handle } from '../../platform/queue/index.ts';
import { storableText } from '../../platform/storable.ts';
import { credentialFor, routesByNumberId } from '../numbers/index.ts';
import { fetchJob } from './jobs.ts';
import { markNotStored, markStored } from './queries.ts';
import { findMedia, type MediaRow } from './read.ts';
import { hexSha256, inboundLimit, mayKeep } from './rules.ts';
import { typeOf } from './sniff.ts';

export interface MediaDeps {
  db: Database;
  blobs: Blobs;
  provider: Pick<Provider, 'mediaInfo' | 'downloadMedia' | 'uploadMedia'>;
}

const infoTimeoutMs = 15_000;
/** 100 MB at 1 MB/s and some. */
const bytesTimeoutMs = 120_000;

/** What `media.fetch` runs. */
export function fetchHandler(deps: MediaDeps): Handler {
  return handle(fetchJob, async (payload, context) => {
    if (context.workspaceId === null) return;
    await fetchMedia(deps, {
      workspaceId: context.workspaceId,
      mediaId: payload.mediaId,
      url: payload.url,
      last: context.attempt >= fetchJob.attempts,
    });
  });
}

type Problem = { outcome: 'refused' | 'failed' | 'again'; reason: string };
type Fetched = { outcome: 'ok'; bytes: Uint8Array; sha256: string | null } | Problem;

/**
 * Brings one file home. Repeatable at any point: the blob's key is the file's id, and a stored file is left alone.
 * Throws while another try may help and this was not the last.
 */
export async function fetchMedia(
  deps: MediaDeps,
  wanted: { workspaceId: string; mediaId: string; url: string | null; last: boolean },
): Promise<void> {
  const { db } = deps;
  const found = await db.withSystem('fetch a file', async (tx) => {
    const media = await findMedia(tx, wanted.workspaceId, wanted.mediaId);
    if (!media?.numberId) return { media, route: null };
    const routes = await routesByNumberId(tx, [
      { workspaceId: wanted.workspaceId, numberId: media.numberId },
    ]);
    return { media, route: routes.get(media.numberId) ?? null };
  });
  const { media, route } = found;
  // Deleted since, or done by another run of this job.
  if (!media || media.state === 'stored' || media.state === 'deleted') return;
  if (!route) return finish(deps, media, 'failed', 'The number it came to is no longer connected.');

  let fetched: Fetched;
  try {
    const credential = await credentialFor(db, route.workspaceId, route.accountId);
    fetched = await download(deps, media, {
      credential,
      phoneNumberId: route.phoneNumberId,
      url: wanted.url,
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    fetched = { outcome: 'again', reason: error.message };
  }
  const problem = fetched.outcome === 'ok' ? await keep(deps, media, fetched) : fetched;
  if (problem === null) return;
  if (problem.outcome !== 'again') return finish(deps, media, problem.outcome, problem.reason);
  await finish(deps, media, wanted.last ? 'failed' : 'waiting', problem.reason);
  if (!wanted.last) throw new Error(`A file could not be fetched: ${problem.reason}`);
}

async function download(
  { provider }: MediaDeps,
  media: MediaRow,
  from: { credential: Credential; phoneNumberId: string; url: string | null },
): Promise<Fetched> {
  const { credential, phoneNumberId } = from;
  // The webhook's own address saves a call while it lives. Our token goes to WhatsApp's hosts only: the provider sees
  // to that, since a workspace's own app could sign any address.
  if (from.url !== null) {
    const direct = await provider.downloadMedia({
      credential,
      url: from.url,
      maxBytes: inboundLimit,
      timeoutMs: bytesTimeoutMs,
    });
    if (direct.outcome === 'ok') return { outcome: 'ok', bytes: direct.value, sha256: media.sha256 };
    if (direct.outcome === 'too-large') return { outcome: 'refused', reason: direct.reason };
    // Ended, or something else: a fresh address decides.
  }
  if (media.providerMediaId === null) return { outcome: 'failed', reason: 'WhatsApp gave no id for it.' };
  let reason = '';
  // An address lives five minutes and may end between the two calls: asked for once more.
  for (let round = 0; round < 2; round++) {
    const info = await provider.mediaInfo({
      credential,
      mediaId: media.providerMediaId,
      phoneNumberId,
      timeoutMs: infoTimeoutMs,
    });
    if (info.outcome !== 'ok') return toFetched(info);
    if (info.value.size !== null && info.value.size > inboundLimit) {
      return { outcome: 'refused', reason: `${info.value.size} bytes are more than ${inboundLimit}.` };
    }
    const bytes = await provider.downloadMedia({
      credential,
      url: info.value.url,
      maxBytes: inboundLimit,
      timeoutMs: bytesTimeoutMs,
    });
    if (bytes.outcome === 'ok') {
      return { outcome: 'ok', bytes: bytes.value, sha256: hexSha256(info.value.sha256) ?? media.sha256 };
    }
    if (bytes.outcome !== 'gone') return toFetched(bytes);
    reason = bytes.reason;
  }
  return { outcome: 'again', reason };
}

function toFetched(result: Exclude<MediaResult<unknown>, { outcome: 'ok' }>): Problem {
  switch (result.outcome) {
    case 'gone':
      return { outcome: 'failed', reason: result.reason };
    case 'too-large':
      return { outcome: 'refused', reason: result.reason };
    case 'failed':
      return { outcome: result.retry ? 'again' : 'failed', reason: result.reason };
  }
}

/** Checks the bytes and stores them; null when that is done. */
async function keep(
  { db, blobs }: MediaDeps,
  media: MediaRow,
  fetched: { bytes: Uint8Array; sha256: string | null },
): Promise<Problem | null> {
  const { bytes } = fetched;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (fetched.sha256 !== null && fetched.sha256 !== sha256) {
    return { outcome: 'again', reason: 'The bytes are not those that WhatsApp announced (SHA-256 differs).' };
  }
  const type = await typeOf(bytes, media.declaredType);
  const verdict = mayKeep(media.kind, type, bytes.length);
  if (!verdict.ok) return { outcome: 'refused', reason: verdict.reason };
  await blobs.put(media.id, bytes);
  await db.withSystem('a file is stored', async (tx) => {
    const touched = await tx.execute(markStored, [
      media.workspaceId,
      media.id,
      type,
      bytes.length,
      sha256,
      media.id,
      tx.now().toISOString(),
    ]);
    if (touched > 0) await tell(tx, media, 'stored');
  });
  return null;
}

async function finish(
  { db }: MediaDeps,
  media: MediaRow,
  state: 'failed' | 'refused' | 'waiting',
  reason: string,
): Promise<void> {
  await db.withSystem('a file could not be stored', async (tx) => {
    const touched = await tx.execute(markNotStored, [
      media.workspaceId,
      media.id,
      state,
      storableText(reason, 500),
    ]);
    if (touched > 0 && state !== 'waiting') await tell(tx, media, state);
  });
}

function tell(tx: Parameters<typeof emit>[0], media: MediaRow, state: string): Promise<void> {
  return emit(tx, [
    {
      workspaceId: media.workspaceId,
      name: 'media.updated',
      data: { mediaId: media.id, messageId: media.messageId, state },
    },
  ]);
}
