import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Slice } from '../../platform/http/index.ts';
import { selectPage } from './queries-page.ts';
import { aheadOf, attemptsOf, statusesOf } from './queries-send.ts';
import { type MessageError, type MessageRow, toMessage } from './rows.ts';
import { type ShownStatus, storedStatuses } from './rules.ts';
import { byIds } from './send.ts';

export interface MessageFilter {
  conversationId?: string | undefined;
  numberId?: string | undefined;
  contactId?: string | undefined;
  status?: ShownStatus | undefined;
  direction?: 'in' | 'out' | undefined;
  providerMessageId?: string | undefined;
  /** Numbers the caller may see; null = all. */
  only?: readonly string[] | null;
}

/** Newest first: one conversation by the time WhatsApp shows, everything else by arrival. */
export async function listMessages(tx: TenantTx, filter: MessageFilter, page: Slice): Promise<MessageRow[]> {
  const { status, ...others } = filter;
  const claimed = status === 'sending' ? true : status === 'queued' ? false : undefined;
  const statuses = status && storedStatuses(status);
  const rows = await selectPage(tx, { ...others, statuses, claimed }, page);
  return rows.map(toMessage);
}

export interface AttemptRow {
  id: string;
  n: number;
  startedAt: Date;
  finishedAt: Date | null;
  outcome: 'accepted' | 'refused' | 'not-sent' | 'unknown' | null;
  providerMessageId: string | null;
  httpStatus: number | null;
  error: MessageError | null;
}

export interface StatusRow {
  status: string;
  participant: string;
  providerMessageId: string;
  at: Date;
  receivedAt: Date;
  recipient: unknown;
  conversation: unknown;
  pricing: unknown;
  errors: unknown;
}

/** One message with every try and every word of the provider. */
export async function readMessage(
  tx: TenantTx,
  id: string,
): Promise<{ message: MessageRow; ahead: number | null; attempts: AttemptRow[]; statuses: StatusRow[] }> {
  const [message] = await byIds(tx, [{ workspaceId: tx.workspaceId, id }]);
  if (!message) throw errors.notFound('message', { id });
  const key = [tx.workspaceId, id];
  const [attempts = [], statuses = [], before = []] = await tx.batch([
    { statement: attemptsOf, values: key },
    { statement: statusesOf, values: key },
    { statement: aheadOf, values: key },
  ]);
  return {
    message,
    ahead: message.queueState === 'due' ? ((before[0]?.ahead as number) ?? 0) : null,
    attempts: attempts.map((row) => ({
      id: row.id as string,
      n: row.n as number,
      startedAt: row.started_at as Date,
      finishedAt: row.finished_at as Date | null,
      outcome: row.outcome as AttemptRow['outcome'],
      providerMessageId: row.provider_message_id as string | null,
      httpStatus: row.http_status as number | null,
      error: row.error as MessageError | null,
    })),
    statuses: statuses.map((row) => ({
      status: row.status as string,
      participant: row.participant as string,
      providerMessageId: row.provider_message_id as string,
      at: row.at as Date,
      receivedAt: row.received_at as Date,
      recipient: row.recipient,
      conversation: row.conversation,
      pricing: row.pricing,
      errors: row.errors,
    })),
  };
}
