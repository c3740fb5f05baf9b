import type { Blobs } from '../../platform/blobs/index.ts';
import { type Database, type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';
import { eraseMedia } from './erase.ts';

// Files that the team uploaded stay: quick replies, templates and campaigns may name them.
const isOld = `f.workspace_id = $1 and f.direction = 'in' and f.message_id is not null and f.created_at < $2::timestamptz
  and (f.state not in ('waiting', 'deleted') or f.blob_key is not null)`;

const oldest = statement(
  'media.oldest',
  `select f.message_id as "messageId" from media f where ${isOld} order by f.created_at, f.id limit $3`,
);
const count = statement(
  'media.count_old',
  `select count(*)::int as files, coalesce(sum(size), 0)::bigint as bytes
   from (select f.size from media f where ${isOld} limit $3) counted`,
);
const forgetRows = statement(
  'media.retain_rows',
  `delete from media where workspace_id = $1 and message_id = any($2::uuid[]) and direction = 'in' and blob_key is null`,
);

/** How many files of people are older, and how large they are, counted up to `most`. */
export async function countOldFiles(
  tx: TenantTx,
  before: Date,
  most: number,
): Promise<{ files: number; bytes: number }> {
  const [row] = await tx.query<{ files: number; bytes: number }>(count, [
    tx.workspaceId,
    before.toISOString(),
    most,
  ]);
  return { files: row?.files ?? 0, bytes: Number(row?.bytes ?? 0) };
}

/** Takes away the oldest files of people from before this time; 0: none is left. */
export async function deleteOldFiles(
  deps: { db: Database; blobs: Blobs },
  workspaceId: string,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await deps.db.withSystem('files that grew old', (tx) =>
    tx.query<{ messageId: string }>(oldest, [workspaceId, before.toISOString(), limit]),
  );
  await eraseMedia(deps, workspaceId, [...new Set(rows.map(({ messageId }) => messageId))]);
  return rows.length;
}

/** The rows of files whose messages go; their bytes went before. */
export function forgetFiles(
  tx: SystemTx,
  workspaceId: string,
  messageIds: readonly string[],
): Promise<number> {
  return tx.execute(forgetRows, [workspaceId, messageIds]);
}
