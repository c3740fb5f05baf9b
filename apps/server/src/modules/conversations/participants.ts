import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { eventOf } from './activity.ts';
import type { ConversationRow } from './queries.ts';
import {
  clearUnread,
  type Part,
  selectUnread,
  upsertParticipants,
  upsertUnread,
} from './queries-participants.ts';

/** The member who acts; null for programs. */
export function memberOf(tx: TenantTx): string | null {
  return tx.actor.kind === 'user' ? tx.actor.id : null;
}

/** The member who acts; refuses programs by name of what only a person can do. */
export function personIn(tx: TenantTx, what: string): string {
  const member = memberOf(tx);
  if (member === null) throw errors.personNeeded(what);
  return member;
}

/** A member looked, wrote or noted in these conversations, and so has read them. Nothing for programs. */
export async function noteParticipants(
  tx: TenantTx,
  conversationIds: readonly string[],
  part: Part,
): Promise<void> {
  const member = memberOf(tx);
  if (member !== null && conversationIds.length > 0) {
    await upsertParticipants(tx, member, conversationIds, part);
  }
}

/**
 * The member has read them, colleagues have not; a program reads for the whole team. Gives back those in which
 * something was unread: messages, or a note that names the member.
 */
export async function markRead(tx: TenantTx, rows: readonly ConversationRow[]): Promise<ConversationRow[]> {
  const ids = rows.map((row) => row.id);
  const member = memberOf(tx);
  const before = await selectUnread(tx, member, ids);
  if (member === null) await clearUnread(tx, ids);
  else await upsertParticipants(tx, member, ids, 'looked');
  return rows.filter(({ id }) => {
    const was = before.get(id);
    return was !== undefined && (was.messages > 0 || was.mention);
  });
}

/** The member wants to see them again. Gives back those in which no message was unread. */
export async function markUnread(tx: TenantTx, rows: readonly ConversationRow[]): Promise<ConversationRow[]> {
  const member = personIn(tx, 'mark something as unread');
  const ids = rows.map((row) => row.id);
  const before = await selectUnread(tx, member, ids);
  await upsertUnread(tx, member, ids);
  return rows.filter(({ id }) => (before.get(id)?.messages ?? 0) === 0);
}

/** What is told of a conversation that somebody has read, or wants to read again: an event, no line in its timeline. */
export function readEvent(name: 'conversation.read' | 'conversation.unread', row: ConversationRow) {
  return eventOf({ ...row, name, data: {} });
}
