import { statement, type TenantTx } from '../../platform/db/index.ts';
import { type ConversationRow, selectConversations } from './queries.ts';

export interface ConversationFilter {
  numberIds: readonly string[] | null;
  contactId: string | null;
  status: ConversationRow['status'] | null;
  unread: boolean;
}

// Conversations in which nobody has said anything yet are found by id only: the list is in the order of its index.
const list = statement(
  'conversations.list',
  `select c.id from conversations c
    where c.workspace_id = $1 and c.last_message_at is not null
      and ($2::uuid[] is null or c.number_id = any($2::uuid[]))
      and ($3::uuid is null or c.contact_id = $3)
      and ($4::text is null or c.status = $4)
      and (not $5::boolean or c.unread_count > 0)
      and ($6::timestamptz is null or (c.last_message_at, c.id) < ($6::timestamptz, $7::uuid))
    order by c.last_message_at desc, c.id desc limit $8`,
);

/** Newest line first, after (lastMessageAt, id). */
export async function selectConversationList(
  tx: TenantTx,
  filter: ConversationFilter,
  limit: number,
  after: readonly [string, string] | null,
): Promise<ConversationRow[]> {
  const ids = await tx.query<{ id: string }>(list, [
    tx.workspaceId,
    filter.numberIds,
    filter.contactId,
    filter.status,
    filter.unread,
    after?.[0] ?? null,
    after?.[1] ?? null,
    limit,
  ]);
  if (ids.length === 0) return [];
  const keys = ids.map(({ id }) => ({ workspaceId: tx.workspaceId, id }));
  const rows = new Map<string, ConversationRow>(
    (await selectConversations(tx, keys)).map((row) => [row.id, row]),
  );
  return ids.flatMap(({ id }) => rows.get(id) ?? []);
}

const read = statement(
  'conversations.read',
  `update conversations set unread_count = 0, updated_at = $3
    where workspace_id = $1 and id = $2 and unread_count > 0`,
);

/** True when something was unread. */
export async function setRead(tx: TenantTx, id: string): Promise<boolean> {
  return (await tx.execute(read, [tx.workspaceId, id, tx.now().toISOString()])) > 0;
}
