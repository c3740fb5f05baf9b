import { defineConsumer } from '../../platform/events/index.ts';
import { documentOf } from './document.ts';
import { type LineKey, putDocuments, selectDue, selectOfContacts } from './queries.ts';

/** Keeps the documents behind the messages, in batches: what people write costs the way in nothing. */
export const messageWords = defineConsumer({
  name: 'search.messages',
  events: [
    'message.received',
    'message.queued',
    'message.echoed',
    'message.edited',
    'message.revoked',
    'contact.merged',
    'contact.unmerged',
  ],
  from: 'start',
  async handle(tx, events) {
    const due = new Map<string, LineKey>();
    const add = (key: LineKey) => due.set(`${key.workspaceId}|${key.id}`, key);
    const people: { workspaceId: string; contactId: string }[] = [];
    for (const { workspaceId, name, data } of events) {
      if (name === 'contact.merged' || name === 'contact.unmerged') {
        for (const contactId of [data.contactId, data.mergedId]) {
          if (typeof contactId === 'string') people.push({ workspaceId, contactId });
        }
      } else if (typeof data.messageId === 'string') add({ workspaceId, id: data.messageId });
    }
    // What was theirs may be the other's now, or in another thread.
    if (people.length > 0) for (const key of await selectOfContacts(tx, people)) add(key);
    const lines = await selectDue(tx, [...due.values()]);
    await putDocuments(
      tx,
      lines.map((line) => ({ ...line, document: documentOf(line) })),
    );
  },
});
