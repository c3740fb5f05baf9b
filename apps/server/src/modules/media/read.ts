import type { TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { MediaId, MessageId, NumberId, WorkspaceId } from '../../platform/ids.ts';
import { enqueue } from '../../platform/queue/index.ts';
import { fetchJob } from './jobs.ts';
import { type MediaRecord, mediaById, storedSize, waitAgain } from './queries.ts';
import { isMediaKind, type MediaKind, type mediaStates } from './rules.ts';

export type MediaState = (typeof mediaStates)[number];

export interface MediaRow {
  id: MediaId;
  workspaceId: WorkspaceId;
  numberId: NumberId | null;
  messageId: MessageId | null;
  direction: 'in' | 'out';
  kind: MediaKind;
  providerMediaId: string | null;
  providerExpiresAt: Date | null;
  state: MediaState;
  declaredType: string | null;
  /** By content; null until stored, and for bytes nobody knows. */
  type: string | null;
  size: number | null;
  sha256: string | null;
  filename: string | null;
  blobKey: string | null;
  /** Why it failed or was refused. */
  reason: string | null;
  attempts: number;
  createdAt: Date;
  storedAt: Date | null;
}

export function toMedia(row: MediaRecord): MediaRow {
  return {
    id: row.id as MediaId,
    workspaceId: row.workspace_id as WorkspaceId,
    numberId: row.number_id as NumberId | null,
    messageId: row.message_id as MessageId | null,
    direction: row.direction,
    kind: isMediaKind(row.kind) ? row.kind : 'document',
    providerMediaId: row.provider_media_id,
    providerExpiresAt: row.provider_expires_at,
    state: row.state,
    declaredType: row.declared_type,
    type: row.type,
    size: row.size,
    sha256: row.sha256,
    filename: row.filename,
    blobKey: row.blob_key,
    reason: row.reason,
    attempts: row.attempts,
    createdAt: row.created_at,
    storedAt: row.stored_at,
  };
}

/** Throws `not_found`: a file of another workspace is none. */
export async function getMedia(tx: Tx, workspaceId: string, id: string): Promise<MediaRow> {
  const media = await findMedia(tx, workspaceId, id);
  if (!media) throw errors.notFound('file', { id });
  return media;
}

export async function findMedia(tx: Tx, workspaceId: string, id: string): Promise<MediaRow | null> {
  const [row] = await tx.query<MediaRecord>(mediaById, [workspaceId, id]);
  return row ? toMedia(row) : null;
}

/** Fetches a file of the past once more, by hand. One that is stored stays as it is. */
export async function fetchAgain(tx: TenantTx, id: string): Promise<MediaRow> {
  const before = await getMedia(tx, tx.workspaceId, id);
  if (before.direction === 'out') {
    throw errors.conflict(
      'not_inbound',
      'Only files that people sent are fetched; this one was uploaded here.',
    );
  }
  if (before.state === 'stored') return before;
  await tx.execute(waitAgain, [tx.workspaceId, id]);
  await enqueue(tx, fetchJob, [
    { workspaceId: tx.workspaceId, payload: { mediaId: id, url: null }, key: id },
  ]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'media.fetch_requested',
      data: { mediaId: id, messageId: before.messageId },
      audit: { target: { kind: 'media', id }, before: { state: before.state }, after: { state: 'waiting' } },
    },
  ]);
  return getMedia(tx, tx.workspaceId, id);
}

/** Files that are stored, and how large they are together. */
export async function sizeOfMedia(tx: TenantTx): Promise<{ files: number; bytes: number }> {
  const [row] = await tx.query<{ files: number; bytes: number }>(storedSize, [tx.workspaceId]);
  return row ?? { files: 0, bytes: 0 };
}
