import { z } from 'zod';
import type { ConversationRow } from './queries.ts';

/** How long free text may be sent after the person last wrote. */
const windowMs = 24 * 3_600_000;

export const conversationBody = z
  .object({
    id: z.string(),
    numberId: z.string(),
    contactId: z.string().nullable(),
    groupRef: z.string().nullable(),
    status: z.enum(['open', 'snoozed', 'closed']),
    lastMessage: z
      .object({
        id: z.string().nullable(),
        at: z.string(),
        preview: z.string().nullable(),
        direction: z.enum(['in', 'out']).nullable(),
      })
      .nullable(),
    unreadCount: z.number().int(),
    window: z.object({
      exists: z.boolean().describe('Whether this number has a service window at all.'),
      open: z.boolean(),
      opensUntil: z.string().nullable().describe('Until when free text may be sent; null: not open.'),
    }),
    createdAt: z.string(),
  })
  .meta({ id: 'Conversation' });

export function presentConversation(
  row: ConversationRow,
  hasWindow: boolean,
  now: Date,
): z.infer<typeof conversationBody> {
  const until = row.lastInboundAt === null ? null : new Date(row.lastInboundAt.getTime() + windowMs);
  const open = !hasWindow || (until !== null && until > now);
  return {
    id: row.id,
    numberId: row.numberId,
    contactId: row.contactId,
    groupRef: row.groupRef,
    status: row.status,
    lastMessage:
      row.lastMessageAt === null
        ? null
        : {
            id: row.lastMessageId,
            at: row.lastMessageAt.toISOString(),
            preview: row.lastPreview,
            direction: row.lastDirection,
          },
    unreadCount: row.unreadCount,
    window: {
      exists: hasWindow,
      open,
      opensUntil: hasWindow && open ? (until?.toISOString() ?? null) : null,
    },
    createdAt: row.createdAt.toISOString(),
  };
}
