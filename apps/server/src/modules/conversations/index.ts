/**
 * conversations — the threads, and how a team works on them together.
 *
 * Words: a *conversation* is all that one contact (or one group) and one number said to each other; its *service
 * window* is the 24 hours after `lastInboundAt`. Its *assignee* is the member who looks after it, perhaps for a *team*;
 * a *participant* is a member who looked, wrote or noted; a *note* is said to the team alone; a *quick reply* is a text
 * with a shortcut; a *union* makes two threads of a merged contact one; its *activity* is what was done with it.
 *
 * Tables: conversations, conversation_labels (labels belong to contacts), participants, notes, note_mentions, drafts,
 * conversation_activity, teams, team_members, quick_replies, saved_filters, conversation_unions, united_lines.
 *
 * States: open → snoozed | closed → open (as soon as the person speaks; a snoozed one also when its time has come).
 *
 * Always true: one conversation per (number, contact) and per (number, group), by unique index; its newest line is the
 * newest by WhatsApp's time and then id, however late a batch comes; of all who claim one exactly one wins; what a
 * member has read says nothing about colleagues: `unread_count` is what nobody has answered or closed, a member's own
 * is `inbound_count - participants.seen` and never more; a change that changes nothing tells nothing.
 */
import type { Tx } from '../../platform/db/index.ts';
import { type ConversationRow, selectConversations } from './queries.ts';

export { refuseOthersAnswer, whyNotAnswer } from './answering.ts';
export { conversationsOf, eraseConversations } from './erase.ts';
export { holdMany, openMany } from './open.ts';
export { memberNames } from './people.ts';
export { noteAuthor, presentAuthor } from './present.ts';
export type { ConversationRow } from './queries.ts';
export { documentNotes, type FoundNote, findNotes } from './queries-notes.ts';
export { lastClosed } from './queries-work.ts';
export { forgetPreviews } from './retain.ts';
export { type Sender, senderBody, senderOf, senders } from './sender.ts';
export { replaceLast, type Touch, touchMany } from './touch.ts';
export { mergeConsumer, moveConversations, moveConversationsBack } from './unite.ts';
export { startWaking, wakeSnoozed } from './wake.ts';

/** One conversation, or null. */
export async function getConversation(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<ConversationRow | null> {
  return (await selectConversations(tx, [{ workspaceId, id }]))[0] ?? null;
}
