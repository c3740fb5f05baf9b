import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type ConversationRow, selectConversations } from './queries.ts';

/** Throws `not_found` for a conversation that the caller may not reach: another workspace's, number's, colleague's. */
export async function findConversation(tx: TenantTx, id: string): Promise<ConversationRow> {
  const [row] = await selectConversations(tx, [{ workspaceId: tx.workspaceId, id }]);
  const numberIds = tx.actor.reach?.numberIds ?? null;
  if (!row || (numberIds !== null && !numberIds.includes(row.numberId))) {
    throw errors.notFound('conversation', { id });
  }
  return row;
}

/** Those of these conversations that the caller may reach. */
export async function findConversations(tx: TenantTx, ids: readonly string[]): Promise<ConversationRow[]> {
  const numberIds = tx.actor.reach?.numberIds ?? null;
  const rows = await selectConversations(
    tx,
    ids.map((id) => ({ workspaceId: tx.workspaceId, id })),
  );
  return rows.filter((row) => numberIds === null || numberIds.includes(row.numberId));
}
