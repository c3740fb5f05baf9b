import type { Blobs } from '../../platform/blobs/index.ts';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { deleteBytes } from './jobs.ts';
import { forgetBlob, markDeleted } from './queries.ts';
import { findMedia, getMedia, type MediaRow } from './read.ts';

/** Nobody sees the file any more from the commit on; its bytes go by a job, since no disk takes part in a rollback. */
export async function deleteMedia(tx: TenantTx, id: string): Promise<MediaRow> {
  const before = await getMedia(tx, tx.workspaceId, id);
  if (before.state === 'waiting') {
    throw errors.conflict('media_not_stored', 'This file is still being fetched. Delete it afterwards.', {
      state: before.state,
    });
  }
  const [marked] = await tx.query<{ blob_key: string | null }>(markDeleted, [tx.workspaceId, id]);
  if (!marked) return before;
  await enqueue(tx, deleteBytes, [{ workspaceId: tx.workspaceId, payload: { mediaId: id }, key: id }]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'media.deleted',
      data: { mediaId: id, messageId: before.messageId },
      audit: {
        target: { kind: 'media', id },
        before: { kind: before.kind, type: before.type, size: before.size, sha256: before.sha256 },
      },
    },
  ]);
  return getMedia(tx, tx.workspaceId, id);
}

/** What `media.delete-bytes` runs. Repeatable: a blob that is not there is no error. */
export function deleteBytesHandler({ db, blobs }: { db: Database; blobs: Blobs }): Handler {
  return handle(deleteBytes, async ({ mediaId }, { workspaceId }) => {
    if (workspaceId === null) return;
    const media = await db.withSystem('delete the bytes of a file', (tx) =>
      findMedia(tx, workspaceId, mediaId),
    );
    if (media?.state !== 'deleted' || media.blobKey === null) return;
    await blobs.delete(media.blobKey);
    await db.withSystem('the bytes of a file are gone', (tx) =>
      tx.execute(forgetBlob, [workspaceId, mediaId]),
    );
  });
}
