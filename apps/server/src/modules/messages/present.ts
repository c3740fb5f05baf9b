import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { type Sender, senderBody, senderOf, senders } from '../conversations/index.ts';
import type { AttemptRow, StatusRow } from './read.ts';
import type { MessageError, MessageRow } from './rows.ts';
import { shownStatus, shownStatuses } from './rules.ts';

const time = z.iso.datetime();
const error = z
  .object({
    code: z.string().describe('One of ours (opted_out, window_closed, …) or WhatsApp’s number.'),
    kind: z
      .string()
      .optional()
      .describe(
        'What it means for another try: later, after, reauth, fix, never, policy; held: WhatsApp keeps it and decides.',
      ),
    message: z.string(),
  })
  .loose();

/** A message as the API shows it. */
export const messageBody = z
  .object({
    id: z.uuid(),
    direction: z.enum(['in', 'out']),
    type: z.string(),
    content: z.record(z.string(), z.unknown()).describe('`{type, [type]: …}`, keys in camelCase.'),
    providerMessageId: z.string().nullable().describe('WhatsApp’s id (wamid); null until it gave one.'),
    status: z
      .enum(shownStatuses)
      .describe('unconfirmed: nobody knows whether WhatsApp has it; it is not sent again by itself.'),
    conversationId: z.uuid(),
    contactId: z.uuid().nullable(),
    numberId: z.uuid(),
    workflowId: z.uuid().nullable(),
    source: z.string().describe('whatsapp, phone-app, api, workflow, campaign or inbox.'),
    sender: senderBody.nullable().describe('Who of the workspace wrote it; null: the person did.'),
    purpose: z.string(),
    automated: z.boolean(),
    dedupeKey: z.string().nullable(),
    replyTo: z.string().nullable(),
    targetProviderId: z
      .string()
      .nullable()
      .describe('Of a reaction, edit or revoke: the message it is about.'),
    context: z.unknown(),
    referral: z.unknown(),
    error: error.nullable(),
    pricing: z.unknown(),
    retryAt: time.nullable().describe('When a waiting message is tried next.'),
    shownAt: time,
    createdAt: time,
    sentAt: time.nullable(),
    deliveredAt: time.nullable(),
    readAt: time.nullable(),
    failedAt: time.nullable(),
    editedAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'Message' });
export type MessageView = z.infer<typeof messageBody>;

const attemptBody = z.object({
  id: z.uuid().describe('Travels as biz_opaque_callback_data and comes back in every status.'),
  n: z.number().int(),
  startedAt: time,
  finishedAt: time.nullable(),
  outcome: z
    .enum(['accepted', 'refused', 'not-sent', 'unknown'])
    .nullable()
    .describe('null while in flight.'),
  providerMessageId: z.string().nullable(),
  httpStatus: z.number().int().nullable(),
  error: error.nullable(),
});

const statusBody = z.object({
  status: z.string(),
  participant: z.string().nullable().describe('Groups: whose status this is.'),
  providerMessageId: z.string(),
  at: time,
  receivedAt: time,
  recipient: z.unknown(),
  conversation: z.unknown(),
  pricing: z.unknown(),
  errors: z.unknown(),
});

/** A message with its attempts and statuses. */
export const messageDetailBody = messageBody.extend({
  ahead: z
    .int()
    .nullable()
    .describe('How many its number hands over before it, counted to 10,000; null when it does not wait.'),
  attempts: z.array(attemptBody),
  statuses: z.array(statusBody),
});

/** `details` and the like of WhatsApp's errors pass as they are. */
const presentError = (row: { error: MessageError | null }) => (row.error === null ? null : { ...row.error });

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** Which campaign it was stands in the message's key. */
function ofCampaign(sender: Sender | null, dedupeKey: string | null): Sender | null {
  if (sender?.kind !== 'campaign') return sender;
  return { ...sender, id: /^campaign:([0-9a-f-]{36}):/.exec(dedupeKey ?? '')?.[1] ?? null };
}

export function presentMessage(row: MessageRow, sender: Sender | null = senderOf(row)): MessageView {
  return {
    id: row.id,
    direction: row.direction,
    type: row.type,
    content: row.content,
    providerMessageId: row.providerMessageId,
    status: shownStatus(row.status, row.queueState === 'claimed'),
    conversationId: row.conversationId,
    contactId: row.contactId,
    numberId: row.numberId,
    workflowId: row.workflowId,
    source: row.source,
    sender: ofCampaign(sender, row.dedupeKey),
    purpose: row.purpose,
    automated: row.automated,
    dedupeKey: row.dedupeKey,
    replyTo: row.replyTo,
    targetProviderId: row.targetProviderId,
    context: row.context ?? null,
    referral: row.referral ?? null,
    error: presentError(row),
    pricing: row.pricing ?? null,
    retryAt: row.queueState === 'due' ? iso(row.queueDueAt) : null,
    shownAt: row.shownAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    sentAt: iso(row.sentAt),
    deliveredAt: iso(row.deliveredAt),
    readAt: iso(row.readAt),
    failedAt: iso(row.failedAt),
    editedAt: iso(row.editedAt),
    revokedAt: iso(row.revokedAt),
  };
}

/** Presents these with the names of who wrote them, asked for once. */
export async function messagePresenter(
  tx: TenantTx,
  rows: readonly MessageRow[],
): Promise<(row: MessageRow) => MessageView> {
  const sender = await senders(tx, rows);
  return (row) => presentMessage(row, sender(row));
}

export async function presentDetail(
  tx: TenantTx,
  detail: {
    message: MessageRow;
    ahead: number | null;
    attempts: readonly AttemptRow[];
    statuses: readonly StatusRow[];
  },
): Promise<z.infer<typeof messageDetailBody>> {
  return {
    ...(await messagePresenter(tx, [detail.message]))(detail.message),
    ahead: detail.ahead,
    attempts: detail.attempts.map((row) => ({
      ...row,
      error: presentError(row),
      startedAt: row.startedAt.toISOString(),
      finishedAt: iso(row.finishedAt),
    })),
    statuses: detail.statuses.map((row) => ({
      ...row,
      participant: row.participant || null,
      at: row.at.toISOString(),
      receivedAt: row.receivedAt.toISOString(),
    })),
  };
}
