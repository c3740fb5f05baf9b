import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { displayName } from '../contacts/index.ts';
import { memberOf } from './participants.ts';
import { memberNames } from './people.ts';
import { type InboxRow, selectInboxRows } from './queries-read.ts';
import { type Sender, senderBody, senders } from './sender.ts';

/** How long free text may be sent after the person last wrote. */
const windowMs = 24 * 3_600_000;

export const memberBody = z.object({ id: z.string(), name: z.string() });

export const noteAuthor = z.object({
  kind: z.string(),
  id: z.string().nullable(),
  name: z.string().nullable().describe('Of a member.'),
});

export const conversationBody = z
  .object({
    id: z.string(),
    numberId: z.string(),
    number: z.object({
      id: z.string(),
      displayPhoneNumber: z.string(),
      name: z.string().describe('The name that WhatsApp verified.'),
      status: z.string(),
    }),
    contactId: z.string().nullable(),
    contact: z
      .object({
        id: z.string(),
        displayName: z.string(),
        phone: z.string().nullable(),
        blocked: z.boolean(),
        optedOut: z.boolean(),
      })
      .nullable()
      .describe('null: a group.'),
    groupRef: z.string().nullable(),
    status: z.enum(['open', 'snoozed', 'closed']),
    assignee: memberBody.nullable(),
    team: z.object({ id: z.string(), name: z.string() }).nullable(),
    labels: z.array(z.object({ id: z.string(), name: z.string(), colour: z.string() })),
    lastMessage: z
      .object({
        id: z.string().nullable(),
        at: z.string(),
        preview: z.string().nullable(),
        direction: z.enum(['in', 'out']).nullable(),
        status: z.string().nullable().describe('As the message shows it: received, queued … read, failed.'),
        sender: senderBody.nullable().describe('Who of the workspace said it; null: the person did.'),
      })
      .nullable(),
    unreadCount: z
      .number()
      .int()
      .describe('What the asking member has not read; for API keys what nobody has dealt with.'),
    waitingSince: z.string().nullable().describe('Since when the person waits for somebody’s answer.'),
    window: z.object({
      exists: z.boolean().describe('Whether this number has a service window at all.'),
      open: z.boolean(),
      opensUntil: z.string().nullable().describe('Until when free text may be sent; null: not open.'),
    }),
    snoozedUntil: z.string().nullable(),
    snoozedAt: z.string().nullable().describe('When it was last snoozed.'),
    closedAt: z.string().nullable().describe('When it was last closed.'),
    mention: z
      .object({
        noteId: z.string(),
        at: z.string(),
        text: z.string().describe('Its beginning, on one line.'),
        author: noteAuthor,
      })
      .nullable()
      .describe('The newest note that names the asking member.'),
    unreadMention: z.boolean().describe('They have not looked since.'),
    unitedInto: z
      .string()
      .nullable()
      .describe('Its contact was merged into another, and what was said here moved to that conversation.'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Conversation' });

const iso = (at: Date | null) => at?.toISOString() ?? null;

function presentConversation(
  row: InboxRow,
  names: ReadonlyMap<string, string>,
  sender: Sender | null,
  now: Date,
): z.infer<typeof conversationBody> {
  const until = row.lastInboundAt === null ? null : new Date(row.lastInboundAt.getTime() + windowMs);
  const open = !row.hasWindow || (until !== null && until > now);
  return {
    id: row.id,
    numberId: row.numberId,
    number: {
      id: row.numberId,
      displayPhoneNumber: row.displayPhoneNumber,
      name: row.verifiedName,
      status: row.numberStatus,
    },
    contactId: row.contactId,
    contact:
      row.contactId === null
        ? null
        : {
            id: row.contactId,
            displayName: displayName({ ...row, name: row.contactName }),
            phone: row.phone,
            blocked: row.blocked,
            optedOut: row.optedOut,
          },
    groupRef: row.groupRef,
    status: row.status,
    assignee: row.assigneeId === null ? null : presentMember(row.assigneeId, names),
    team: row.teamId === null ? null : { id: row.teamId, name: row.teamName ?? '' },
    labels: row.labels,
    lastMessage:
      row.lastMessageAt === null
        ? null
        : {
            id: row.lastMessageId,
            at: row.lastMessageAt.toISOString(),
            preview: row.lastPreview,
            direction: row.lastDirection,
            status: row.lastStatus,
            sender,
          },
    unreadCount: row.unreadCount,
    waitingSince: iso(row.waitingSince),
    window: {
      exists: row.hasWindow,
      open,
      opensUntil: row.hasWindow && open ? (until?.toISOString() ?? null) : null,
    },
    snoozedUntil: iso(row.dueAt),
    snoozedAt: iso(row.snoozedAt),
    closedAt: iso(row.closedAt),
    mention: presentMention(row, names),
    unreadMention: row.unreadMention,
    unitedInto: row.unitedInto,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function presentMention(row: InboxRow, names: ReadonlyMap<string, string>) {
  if (row.mentionId === null || row.mentionAt === null) return null;
  return {
    noteId: row.mentionId,
    at: row.mentionAt.toISOString(),
    text: (row.mentionText ?? '').replace(/\s+/g, ' ').toWellFormed(),
    author: presentAuthor(row.mentionActorKind ?? '', row.mentionActorId, names),
  };
}

export function presentAuthor(
  kind: string,
  id: string | null,
  names: ReadonlyMap<string, string>,
): z.infer<typeof noteAuthor> {
  return { kind, id, name: (id !== null && names.get(id)) || null };
}

/** A member by name; whoever has left the workspace has none. */
export function presentMember(id: string, names: ReadonlyMap<string, string>): z.infer<typeof memberBody> {
  return { id, name: names.get(id) ?? '' };
}

/** What a list needs beside its rows: the names of the assignees and of who mentioned somebody. */
export async function presenter(
  tx: TenantTx,
  rows: readonly InboxRow[],
): Promise<(row: InboxRow) => z.infer<typeof conversationBody>> {
  const names = await memberNames(
    tx,
    rows.flatMap((row) => [row.assigneeId, row.mentionActorKind === 'user' ? row.mentionActorId : null]),
  );
  const senderOf = await senders(tx, rows.map(lastSaid));
  const now = tx.now();
  return (row) => presentConversation(row, names, senderOf(lastSaid(row)), now);
}

const lastSaid = (row: InboxRow) => ({
  id: row.lastMessageId,
  direction: row.lastDirection,
  source: row.lastSource,
  actorKind: row.lastActorKind,
  actorId: row.lastActorId,
});

/** These conversations as the acting member sees them; what is not there (any more) is missing. */
export async function presentByIds(
  tx: TenantTx,
  ids: readonly string[],
): Promise<z.infer<typeof conversationBody>[]> {
  const rows = await selectInboxRows(tx, ids, memberOf(tx));
  return rows.map(await presenter(tx, rows));
}
