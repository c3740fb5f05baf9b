import { mediaIdsOf } from '@chaski/providers';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { findMedia, isMediaKind, maySend } from '../media/index.ts';

/**
 * Files that a content names must be here and be what WhatsApp takes, before anything is queued: a refusal by WhatsApp
 * an hour later helps nobody. One that is still being fetched may be named; delivery waits for it.
 */
export async function checkFiles(
  tx: TenantTx,
  content: { type: string; [key: string]: unknown },
): Promise<void> {
  for (const id of mediaIdsOf(content)) {
    const path = `${content.type}.mediaId`;
    const media = await findMedia(tx, tx.workspaceId, id);
    if (!media) throw errors.invalidRequest([{ path, message: `There is no file with the id ${id}.` }]);
    if (media.state === 'waiting') continue;
    if (media.state !== 'stored') {
      throw errors.unprocessable('media_not_stored', `The file ${id} is ${media.state}; upload it again.`, {
        path,
        state: media.state,
        reason: media.reason,
      });
    }
    const kind = isMediaKind(content.type) ? content.type : media.kind;
    const verdict = maySend(kind, media.type, media.size ?? 0);
    if (!verdict.ok) {
      throw errors.unprocessable('media_not_allowed', verdict.reason, {
        path,
        kind,
        type: media.type,
        size: media.size,
      });
    }
  }
}
