import type { Tx } from '../../platform/db/index.ts';
import { tell } from './activity.ts';
import { opened } from './open.ts';
import { noteParticipants } from './participants.ts';
import {
  type ConversationRow,
  replaceLastMessage,
  type TouchRow,
  touchStep,
  updateTouched,
} from './queries.ts';

export interface Touch {
  workspaceId: string;
  conversationId: string;
  messageId: string;
  at: Date;
  /** Null: nothing that lists show (an edit, a receipt of consent); the newest line stays. */
  preview: string | null;
  direction: 'in' | 'out';
  /** The person spoke: the service window starts anew and a closed conversation opens. */
  inbound: boolean;
  /** Counts as unread and waits for an answer; by default whatever is inbound. */
  unread?: boolean;
  /** Nobody wrote it: it answers nobody, and lists go on showing what the person said last. */
  automated?: boolean;
}

/**
 * Something was said in these conversations: newest line, unread, window, who waits. The newest line and the window
 * commute: any order ends equal. What a person of the team says deals with all that was said before. What nobody wrote
 * stands as the newest line only where the person has not spoken last: else every row would read like the thank-you.
 *
 * `held`: those that the transaction has locked, as they are.
 */
export async function touchMany(
  tx: Tx,
  touches: readonly Touch[],
  held: readonly ConversationRow[] = [],
): Promise<void> {
  if (touches.length === 0) return;
  // One statement cannot update a row twice.
  const rows = new Map<string, TouchRow>();
  for (const touch of touches) {
    const key = `${touch.workspaceId}|${touch.conversationId}`;
    const before = rows.get(key);
    const counts = (touch.unread ?? touch.inbound) ? 1 : 0;
    const inboundAt = touch.inbound ? touch.at : null;
    const asksAt = counts > 0 ? inboundAt : null;
    const answers = touch.direction === 'out' && touch.preview !== null && !touch.automated;
    const answeredAt = answers ? touch.at : null;
    const outboundAt = touch.direction === 'out' ? touch.at : null;
    if (!before) {
      rows.set(key, {
        workspaceId: touch.workspaceId,
        conversationId: touch.conversationId,
        messageId: touch.messageId,
        at: touch.at,
        preview: touch.preview,
        direction: touch.direction,
        automated: touch.automated ?? false,
        unread: counts,
        firstInboundAt: asksAt,
        lastInboundAt: inboundAt,
        lastOutboundAt: outboundAt,
        answeredAt,
      });
      continue;
    }
    before.unread += counts;
    before.firstInboundAt = earlier(before.firstInboundAt, asksAt);
    before.lastInboundAt = later(before.lastInboundAt, inboundAt);
    before.lastOutboundAt = later(before.lastOutboundAt, outboundAt);
    before.answeredAt = later(before.answeredAt, answeredAt);
    const newer =
      touch.at > before.at ||
      (touch.at.getTime() === before.at.getTime() && touch.messageId > before.messageId);
    const hides = touch.automated && before.direction === 'in';
    if (touch.preview !== null && (before.preview === null || (newer && !hides))) {
      before.messageId = touch.messageId;
      before.at = touch.at;
      before.preview = touch.preview;
      before.direction = touch.direction;
      before.automated = touch.automated ?? false;
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  // Only who speaks to us opens a conversation.
  const spokenTo = new Set(sorted.flatMap((row) => (row.lastInboundAt === null ? [] : [row.conversationId])));
  // Several messages of one conversation name it several times.
  const before = new Map(held.filter((row) => spokenTo.has(row.id)).map((row) => [row.id, row]));
  let reopened: Pick<ConversationRow, 'workspaceId' | 'id' | 'numberId' | 'contactId' | 'groupRef'>[];
  if (before.size === spokenTo.size) {
    // What opens is known before it does: nobody waits for the answer, so it travels with the commit.
    tx.atCommit(() => [touchStep(tx, sorted)]);
    reopened = [...before.values()].filter((row) => row.status !== 'open');
  } else {
    reopened = await updateTouched(tx, sorted);
  }
  await tell(
    tx,
    reopened.map(({ workspaceId, id, numberId, contactId, groupRef }) => ({
      workspaceId,
      id,
      numberId,
      contactId,
      name: 'conversation.opened',
      data: opened({ id, numberId, contactId, groupRef }, true),
    })),
  );
  const wrote = sorted.filter((row) => row.answeredAt !== null).map((row) => row.conversationId);
  if (tx.scope === 'tenant' && tx.actor.kind === 'user' && wrote.length > 0) {
    await noteParticipants(tx, wrote, 'wrote');
  }
}

/** A message gave way to another one of its conversation: where it was the newest, the other one is. */
export async function replaceLast(
  tx: Tx,
  pairs: readonly { workspaceId: string; conversationId: string; messageId: string; mergedId: string }[],
): Promise<void> {
  await tx.execute(replaceLastMessage, [
    pairs.map((pair) => pair.workspaceId),
    pairs.map((pair) => pair.conversationId),
    pairs.map((pair) => pair.messageId),
    pairs.map((pair) => pair.mergedId),
  ]);
}

const later = (a: Date | null, b: Date | null) => (a && b ? (a > b ? a : b) : (a ?? b));
const earlier = (a: Date | null, b: Date | null) => (a && b ? (a < b ? a : b) : (a ?? b));
