import { z } from 'zod';
import { defineConsumer } from '../../platform/events/index.ts';
import { defineJob, enqueue } from '../../platform/queue/index.ts';
import { selectDue } from './queries.ts';

/** A notice an hour late is none. Three tries are about half a minute. */
export const sendNotice = defineJob({
  name: 'push.send',
  schema: z.object({ subscriptionId: z.uuid(), conversationId: z.uuid() }),
  attempts: 3,
});

/** What is older was caught up after a pause, and is no news. */
const newsMs = 10 * 60_000;

/** Somebody wrote: whoever listens is told, one job a browser and conversation however many messages came. */
export const pushNotices = defineConsumer({
  name: 'push.notices',
  events: ['message.received'],
  unhurried: true,
  async handle(tx, events) {
    const threads = new Map<string, { workspaceId: string; conversationId: string }>();
    for (const { workspaceId, at, data } of events) {
      const { conversationId } = data;
      if (typeof conversationId !== 'string' || tx.now().getTime() - at.getTime() > newsMs) continue;
      threads.set(`${workspaceId}|${conversationId}`, { workspaceId, conversationId });
    }
    if (threads.size === 0) return;
    const due = await selectDue(tx, [...threads.values()]);
    if (due.length === 0) return;
    await enqueue(
      tx,
      sendNotice,
      due.map(({ workspaceId, subscriptionId, conversationId }) => ({
        workspaceId,
        payload: { subscriptionId, conversationId },
        key: `push:${subscriptionId}:${conversationId}`,
      })),
    );
  },
});
