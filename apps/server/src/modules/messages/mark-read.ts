import type { Provider } from '@chaski/providers';
import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { credentialFor, routesByNumberId } from '../numbers/index.ts';
import type { Delivery } from './deliver.ts';
import { byIds } from './send.ts';

/** A read receipt, with or without "typing…". Three tries: a receipt that is a minute late is no news. */
export const markReadJob = defineJob({
  name: 'messages.mark-read',
  schema: z.object({
    workspaceId: z.uuid(),
    numberId: z.uuid(),
    providerMessageId: z.string(),
    typing: z.boolean(),
  }),
  attempts: 3,
});

/** Shows the person that their message was read; the receipt leaves in the background. */
export async function markRead(
  tx: TenantTx,
  command: { messageId: string; typing: boolean; only: readonly string[] | null },
): Promise<void> {
  const [message] = await byIds(tx, [{ workspaceId: tx.workspaceId, id: command.messageId }]);
  if (!message || (command.only !== null && !command.only.includes(message.numberId)))
    throw errors.notFound('message', { messageId: command.messageId });
  if (message.direction !== 'in' || message.providerMessageId === null)
    throw errors.unprocessable('not_received', 'Only a message that a person sent can be marked as read.', {
      messageId: command.messageId,
    });
  const payload = {
    workspaceId: tx.workspaceId as string,
    numberId: message.numberId as string,
    providerMessageId: message.providerMessageId,
    typing: command.typing,
  };
  // One receipt covers all earlier messages of the thread, so a newer one may replace one that still waits.
  await enqueue(tx, markReadJob, [
    { workspaceId: tx.workspaceId, payload, key: `mark-read:${message.conversationId}` },
  ]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'message.marked_read',
      data: {
        messageId: message.id,
        conversationId: message.conversationId,
        numberId: message.numberId,
        typing: command.typing,
      },
      audit: { target: { kind: 'message', id: message.id }, after: { typing: command.typing } },
    },
  ]);
}

export interface MarkReadDeps {
  db: Database;
  provider(name: string): Provider | undefined;
  /** Of the same process: its buckets pace receipts too. */
  delivery: Pick<Delivery, 'passBucket'>;
}

const timeoutMs = 10_000;

/** Receipts pass the number's bucket where this process holds its lease; they are few, so elsewhere they just go. */
export function markReadHandler(deps: MarkReadDeps): Handler {
  return handle(markReadJob, async (payload, { log, signal }) => {
    const route = await deps.db.withSystem('route of a read receipt', async (tx) =>
      (await routesByNumberId(tx, [payload])).get(payload.numberId),
    );
    const provider = route && deps.provider(route.provider);
    if (!route || !provider || route.status !== 'active' || route.pausedReason !== null) return;
    await deps.delivery.passBucket(payload.numberId, signal);
    const outcome = await provider.markRead({
      credential: await credentialFor(deps.db, route.workspaceId, route.accountId),
      phoneNumberId: route.phoneNumberId,
      providerMessageId: payload.providerMessageId,
      typing: payload.typing,
      timeoutMs,
    });
    if (outcome.outcome === 'accepted') return;
    // A second receipt does no harm, so an unknown outcome may be tried again.
    const final =
      outcome.outcome === 'refused' && outcome.class.retry !== 'later' && outcome.class.retry !== 'after';
    if (final) {
      log.warn({ numberId: payload.numberId, code: outcome.error.code }, 'a read receipt was refused');
      return;
    }
    throw new Error(outcome.outcome === 'refused' ? outcome.error.message : outcome.reason);
  });
}
