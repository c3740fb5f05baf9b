import { buffer } from 'node:stream/consumers';
import type { Blobs } from '../../platform/blobs/index.ts';
import { type Database, systemActor } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { findMedia } from './read.ts';

/** A stored picture as a whole, for who hands it on; `most` bytes, JPEG or PNG by content. */
export async function readPicture(
  { db, blobs }: { db: Database; blobs: Blobs },
  workspaceId: string,
  mediaId: string,
  most: number,
): Promise<{ bytes: Buffer; type: string }> {
  const media = await db.withTenant(workspaceId as WorkspaceId, systemActor, (tx) =>
    findMedia(tx, workspaceId, mediaId),
  );
  // What a person sent is not the business's to show around.
  if (media?.state !== 'stored' || media.blobKey === null || media.direction !== 'out') {
    throw errors.notFound('file', { id: mediaId });
  }
  if (!/^image\/(jpeg|png)$/.test(media.type ?? '') || (media.size ?? 0) > most) {
    throw errors.unprocessable('picture_not_usable', `Use a JPEG or PNG of at most ${most / 1_000_000} MB.`, {
      type: media.type,
      size: media.size,
    });
  }
  const blob = await blobs.get(media.blobKey);
  if (!blob) throw errors.notFound('file', { id: mediaId });
  return { bytes: await buffer(blob.stream), type: media.type! };
}
