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
import {
  type ConversationRow,
  selectConversationPage,
  selectConversations,
  updateStatus,
} from './queries.ts';

export { type ConversationRef, openMany } from './open.ts';
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

/** Several conversations, in no order; for joins of other modules. */
export function getConversations(
  tx: Tx,
  keys: readonly { workspaceId: string; id: string }[],
): Promise<ConversationRow[]> {
  return keys.length === 0 ? Promise.resolve([]) : selectConversations(tx, keys);
}

/** Newest line first; `after` is the last row of the page before. */
export function listConversations(
  tx: Tx,
  workspaceId: string,
  limit: number,
  after: { at: string; id: string } | null,
): Promise<ConversationRow[]> {
  return selectConversationPage(tx, workspaceId, limit, after);
}

/** Opens, snoozes or closes; says whether that changed anything. */
export function setConversationStatus(
  tx: Tx,
  workspaceId: string,
  id: string,
  status: ConversationRow['status'],
): Promise<boolean> {
  return updateStatus(tx, workspaceId, id, status);
}
