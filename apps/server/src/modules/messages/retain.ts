import { type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';

/**
 * Ids begin with the time at which they were made, so that the primary key finds the oldest; created_at decides. What
 * somebody still has to do something about (send_queue) is not old.
 */
const isOld = `m.workspace_id = $1 and m.id < $3::uuid and m.created_at < $2::timestamptz
  and not exists (select from send_queue q where q.workspace_id = m.workspace_id and q.message_id = m.id)`;

const oldest = statement(
  'messages.oldest',
  `select m.id from messages m where ${isOld} order by m.id limit $4`,
);
const count = statement(
  'messages.count_old',
  `select count(*)::int as count from (select from messages m where ${isOld} limit $4) counted`,
);

const gone = [
  statement(
    'messages.retain_attempts',
    'delete from message_attempts where workspace_id = $1 and message_id = any($2::uuid[])',
  ),
  statement(
    'messages.retain_statuses',
    'delete from message_statuses where workspace_id = $1 and message_id = any($2::uuid[])',
  ),
];
const deleteRows = statement(
  'messages.retain',
  `delete from messages m where m.workspace_id = $1 and m.id = any($2::uuid[])
    and not exists (select from send_queue q where q.workspace_id = m.workspace_id and q.message_id = m.id)`,
);

/** The least id that something made at this time can have. */
function idAt(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The oldest messages from before this time. */
export async function oldMessages(
  tx: SystemTx,
  workspaceId: string,
  before: Date,
  limit: number,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(oldest, [
    workspaceId,
    before.toISOString(),
    idAt(before),
    limit,
  ]);
  return rows.map(({ id }) => id);
}

/** How many are from before this time, counted up to `most`: a workspace may have millions. */
export async function countOldMessages(tx: TenantTx, before: Date, most: number): Promise<number> {
  const [row] = await tx.query<{ count: number }>(count, [
    tx.workspaceId,
    before.toISOString(),
    idAt(before),
    most,
  ]);
  return row?.count ?? 0;
}

/**
 * Deletes messages with everything that is told of them here. WhatsApp delivers again for a week: ids that are months
 * old come no more.
 */
export async function deleteMessages(
  tx: SystemTx,
  workspaceId: string,
  ids: readonly string[],
): Promise<number> {
  for (const one of gone) await tx.execute(one, [workspaceId, ids]);
  return tx.execute(deleteRows, [workspaceId, ids]);
}
