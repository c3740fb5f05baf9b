import type { Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { opened } from './open.ts';
import { type TouchRow, updateTouched } from './queries.ts';

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
  /** Counts as unread; by default whatever is inbound. */
  unread?: boolean;
}

/** Something was said in these conversations: newest line, unread, window. Commutes: any order ends equal. */
export async function touchMany(tx: Tx, touches: readonly Touch[]): Promise<void> {
  if (touches.length === 0) return;
  // One statement cannot update a row twice.
  const rows = new Map<string, TouchRow>();
  for (const touch of touches) {
    const key = `${touch.workspaceId}|${touch.conversationId}`;
    const before = rows.get(key);
    const counts = (touch.unread ?? touch.inbound) ? 1 : 0;
    const inboundAt = touch.inbound ? touch.at : null;
    if (!before) {
      rows.set(key, {
        workspaceId: touch.workspaceId,
        conversationId: touch.conversationId,
        messageId: touch.messageId,
        at: touch.at,
        preview: touch.preview,
        direction: touch.direction,
        unread: counts,
        lastInboundAt: inboundAt,
      });
      continue;
    }
    before.unread += counts;
    if (inboundAt && (!before.lastInboundAt || inboundAt > before.lastInboundAt))
      before.lastInboundAt = inboundAt;
    const newer =
      touch.at > before.at ||
      (touch.at.getTime() === before.at.getTime() && touch.messageId > before.messageId);
    if (touch.preview !== null && (before.preview === null || newer)) {
      before.messageId = touch.messageId;
      before.at = touch.at;
      before.preview = touch.preview;
      before.direction = touch.direction;
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const reopened = await updateTouched(tx, sorted);
  if (reopened.length > 0) {
    await emit(
      tx,
      reopened.map((row) => ({
        workspaceId: row.workspaceId,
        name: 'conversation.opened',
        data: opened(row, true),
      })),
    );
  }
}
