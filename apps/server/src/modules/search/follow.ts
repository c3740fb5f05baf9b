import { defineConsumer } from '../../platform/events/index.ts';
import { breathe } from '../../platform/loop.ts';
import { documentOf } from './document.ts';
import { type LineKey, putDocuments, selectDue, selectOfThreads } from './queries.ts';
import { templatesOfLines } from './templates.ts';

/** 500 long texts held the process up for 75 ms, and every webhook with it. */
const atOnce = 50;

/** Keeps the documents behind the messages, in batches: what people write costs the way in nothing. */
export const messageWords = defineConsumer({
  name: 'search.messages',
  events: [
    'message.received',
    'message.queued',
    'message.echoed',
    'message.edited',
    'message.revoked',
    'conversation.united',
    'conversation.parted',
  ],
  from: 'start',
  pace: 'in turn',
  async handle(tx, events) {
    const due = new Map<string, LineKey>();
    const add = (key: LineKey) => due.set(`${key.workspaceId}|${key.id}`, key);
    const threads: { workspaceId: string; conversationId: string }[] = [];
    for (const { workspaceId, name, data } of events) {
      if (name === 'conversation.united' || name === 'conversation.parted') {
        for (const conversationId of [data.conversationId, data.from]) {
          if (typeof conversationId === 'string') threads.push({ workspaceId, conversationId });
        }
      } else if (typeof data.messageId === 'string') add({ workspaceId, id: data.messageId });
    }
    // Contacts were merged or parted: what was said is another's now, or in another thread.
    if (threads.length > 0) for (const key of await selectOfThreads(tx, threads)) add(key);
    const lines = await selectDue(tx, [...due.values()]);
    const templates = await templatesOfLines(tx, lines);
    const documents = [];
    for (const line of lines) {
      documents.push({ ...line, document: documentOf(line, templates.get(line.id) ?? null) });
      if (documents.length % atOnce === 0) await breathe();
    }
    await putDocuments(tx, documents);
  },
});
