import type { Database, TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit, type NewEvent } from '../../platform/events/index.ts';
import { changeEvent } from './changes.ts';
import { type ChangedRecord, deadMessages, queueCounts, requeueDead, resendDue } from './queries-send.ts';
import type { MessageError, MessageRow } from './rows.ts';
import { byIds, queuedAfterCommit } from './send.ts';

/** Queues again what stayed unknown in workspaces that want that (`unknownSends: resend`). True when it found some. */
export async function resendUnconfirmed(db: Database): Promise<boolean> {
  return db.withSystem('send unconfirmed messages again', async (tx) => {
    const rows = await tx.query<ChangedRecord & Record<string, unknown>>(resendDue, [tx.now().toISOString()]);
    await emit(
      tx,
      rows.flatMap((row) => changeEvent(row)),
    );
    if (rows.length > 0) queuedAfterCommit(tx);
    return rows.length > 0;
  });
}

export interface DeadMessage {
  workspaceId: string;
  messageId: string;
  numberId: string;
  conversationId: string;
  state: 'dead' | 'unconfirmed';
  attempts: number;
  reason: string | null;
  error: MessageError | null;
  type: string;
  createdAt: Date;
}

/**
 * Messages that gave up or whose outcome nobody knows, oldest first; of one workspace or (in a system transaction) of
 * all. `after`: those behind this message; `messageId`: that one.
 */
export async function listDead(
  tx: Tx,
  options: { workspaceId?: string; limit?: number; after?: string | null; messageId?: string } = {},
): Promise<DeadMessage[]> {
  const rows = await tx.query<{
    workspace_id: string;
    message_id: string;
    number_id: string;
    conversation_id: string;
    state: 'dead' | 'unconfirmed';
    attempts: number;
    reason: string | null;
    error: MessageError | null;
    type: string;
    created_at: Date;
  }>(deadMessages, [
    options.workspaceId ?? null,
    options.limit ?? 100,
    options.after ?? null,
    options.messageId ?? null,
  ]);
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    messageId: row.message_id,
    numberId: row.number_id,
    conversationId: row.conversation_id,
    state: row.state,
    attempts: row.attempts,
    reason: row.reason,
    error: row.error,
    type: row.type,
    createdAt: row.created_at,
  }));
}

/** Tries dead and unconfirmed messages again, with five fresh attempts; answers how many. */
export async function retryDead(
  tx: Tx,
  messages: readonly { workspaceId: string; messageId: string }[],
  { audited = false }: { audited?: boolean } = {},
): Promise<number> {
  if (messages.length === 0) return 0;
  const rows = await tx.query<ChangedRecord & Record<string, unknown>>(requeueDead, [
    [...new Set(messages.map((m) => m.workspaceId))],
    messages.map((m) => m.messageId),
    tx.now().toISOString(),
  ]);
  await emit(
    tx,
    rows
      .flatMap((row) => changeEvent(row))
      .map((event) => (audited ? { ...event, audit: again(event) } : event)),
  );
  if (rows.length > 0) queuedAfterCommit(tx);
  return rows.length;
}

/** Somebody asked for it. */
function again(event: NewEvent): NonNullable<NewEvent['audit']> {
  return { target: { kind: 'message', id: String(event.data.messageId) }, after: { status: 'queued' } };
}

/** `POST /v1/messages/{id}/retry`: 409 when there is nothing to retry. `only`: numbers the caller may use; null = all. */
export async function retryMessage(
  tx: TenantTx,
  messageId: string,
  only: readonly string[] | null = null,
): Promise<MessageRow> {
  const key = { workspaceId: tx.workspaceId as string, id: messageId };
  const [before] = await byIds(tx, [key]);
  if (!before || (only !== null && !only.includes(before.numberId)))
    throw errors.notFound('message', { messageId });
  if ((await retryDead(tx, [{ workspaceId: tx.workspaceId, messageId }], { audited: true })) === 0)
    throw errors.conflict(
      'not_retryable',
      'Only messages that gave up after their tries, or whose outcome is unconfirmed, can be sent again.',
      { messageId, status: before.status },
    );
  const [after] = await byIds(tx, [key]);
  return after!;
}

/** How many messages wait, are claimed, unconfirmed and dead. */
export async function sendQueueCounts(
  tx: Tx,
  workspaceId?: string,
): Promise<{ due: number; claimed: number; unconfirmed: number; dead: number }> {
  const rows = await tx.query<{ state: 'due' | 'claimed' | 'unconfirmed' | 'dead'; count: number }>(
    queueCounts,
    [workspaceId ?? null],
  );
  const counts = { due: 0, claimed: 0, unconfirmed: 0, dead: 0 };
  for (const row of rows) counts[row.state] = row.count;
  return counts;
}
