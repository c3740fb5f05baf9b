import type { Blobs } from '../../platform/blobs/index.ts';
import { type Database, statement } from '../../platform/db/index.ts';

const mark = statement(
  'media.erase',
  `update media set state = 'deleted', filename = null, provider_media_id = null, declared_type = null, sha256 = null,
     reason = null
   where workspace_id = $1 and message_id = any($2::uuid[]) and direction = 'in'
     and (state <> 'deleted' or sha256 is not null)`,
);
const left = statement(
  'media.erase_blobs',
  `select id, blob_key as key from media where workspace_id = $1 and message_id = any($2::uuid[]) and direction = 'in'
     and blob_key is not null`,
);
const forget = statement(
  'media.erase_forget',
  'update media set blob_key = null where workspace_id = $1 and id = any($2::uuid[])',
);

/** Files that came with these messages: first nobody sees them any more, then their bytes go, then their keys. */
export async function eraseMedia(
  { db, blobs }: { db: Database; blobs: Blobs },
  workspaceId: string,
  messageIds: readonly string[],
): Promise<{ files: number }> {
  let files = 0;
  for (let from = 0; from < messageIds.length; from += 5_000) {
    const place = [workspaceId, messageIds.slice(from, from + 5_000)];
    const rows = await db.withSystem('erase files of a contact', async (tx) => {
      files += await tx.execute(mark, place);
      return tx.query<{ id: string; key: string }>(left, place);
    });
    for (const { key } of rows) await blobs.delete(key);
    await db.withSystem('files of a contact are erased', (tx) =>
      tx.execute(forget, [workspaceId, rows.map(({ id }) => id)]),
    );
  }
  return { files };
}
