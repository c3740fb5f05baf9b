import type { Tx } from '../../platform/db/index.ts';
import { defineConsumer } from '../../platform/events/index.ts';
import { tell } from './activity.ts';
import {
  changeContact,
  deleteUnion,
  insertUnion,
  lockThreads,
  partRows,
  selectUnions,
  uniteRows,
} from './queries-unite.ts';

/**
 * A contact was merged into another: its threads follow. On a number where both have one the two become one, messages
 * in their order by WhatsApp's time; the emptied one stays, unseen, for an undo.
 */
export async function moveConversations(
  tx: Tx,
  workspaceId: string,
  from: string,
  to: string,
): Promise<void> {
  const threads = await lockThreads(tx, workspaceId, [from, to]);
  const kept = new Map(threads.filter((row) => row.contactId === to).map((row) => [row.numberId, row.id]));
  for (const { id, numberId } of threads.filter((row) => row.contactId === from)) {
    const into = kept.get(numberId) ?? null;
    const union = await insertUnion(tx, workspaceId, { from, to, conversationId: id, intoId: into });
    if (into === null) await changeContact(tx, workspaceId, id, to);
    else await uniteRows(tx, workspaceId, { id: union, from: id, into, contactId: to });
    await tell(tx, [
      {
        workspaceId,
        id: into ?? id,
        numberId,
        contactId: to,
        name: 'conversation.united',
        data: { from: id, fromContactId: from },
      },
    ]);
  }
}

/** The merge was undone: each thread is whose it was, with what was said in it then. */
export async function moveConversationsBack(
  tx: Tx,
  workspaceId: string,
  from: string,
  to: string,
): Promise<void> {
  await lockThreads(tx, workspaceId, [from, to]);
  for (const { id, conversationId, intoId, numberId } of await selectUnions(tx, workspaceId, from, to)) {
    if (intoId === null) await changeContact(tx, workspaceId, conversationId, from);
    else await partRows(tx, workspaceId, { id, conversationId, intoId, contactId: from });
    await deleteUnion(tx, workspaceId, id);
    await tell(tx, [
      {
        workspaceId,
        id: conversationId,
        numberId,
        contactId: from,
        name: 'conversation.parted',
        data: { from: intoId },
      },
    ]);
  }
}

/** Follows the merges of contacts, which know nothing of threads. */
export const mergeConsumer = defineConsumer({
  name: 'conversations.merge',
  events: ['contact.merged', 'contact.unmerged'],
  batchSize: 20,
  async handle(tx, events) {
    for (const { name, workspaceId, data } of events) {
      const { contactId, mergedId } = data as { contactId: string; mergedId: string };
      if (name === 'contact.merged') await moveConversations(tx, workspaceId, mergedId, contactId);
      else await moveConversationsBack(tx, workspaceId, mergedId, contactId);
    }
  },
});
