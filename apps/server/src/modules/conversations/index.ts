/**
 * conversations — the threads.
 *
 * Words: a *conversation* is all that one contact (or one group) and one number said to each other; its *service
 * window* is the 24 hours after `lastInboundAt`.
 *
 * Tables: conversations.
 *
 * States: open → snoozed | closed → open (as soon as the person speaks).
 *
 * Always true: one conversation per (number, contact) and per (number, group), by unique index; its newest line is the
 * newest by WhatsApp's time and then id, however late a batch comes.
 */
import type { Tx } from '../../platform/db/index.ts';
import { type ConversationRow, selectConversations } from './queries.ts';

export { openMany } from './open.ts';
export type { ConversationRow } from './queries.ts';
export { type Touch, touchMany } from './touch.ts';

/** One conversation, or null. */
export async function getConversation(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<ConversationRow | null> {
  return (await selectConversations(tx, [{ workspaceId, id }]))[0] ?? null;
}
