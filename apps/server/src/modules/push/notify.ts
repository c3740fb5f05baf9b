import { z } from 'zod';
import { defineConsumer } from '../../platform/events/index.ts';
import { defineJob, enqueue } from '../../platform/queue/index.ts';
import { type Mention, selectDue, selectMentioned } from './queries.ts';

/** A notice an hour late is none. Three tries are about half a minute. */
export const sendNotice = defineJob({
  name: 'push.send',
  schema: z.object({
    subscriptionId: z.uuid(),
    conversationId: z.uuid(),
    /** A note that names the member; left out: somebody wrote. */
    noteId: z.uuid().optional(),
  }),
  attempts: 3,
});

/** What is older was caught up after a pause, and is no news. */
const newsMs = 10 * 60_000;

/**
 * Somebody wrote: whoever listens is told, one job a browser and conversation however many messages came. A colleague
 * named somebody in a note: they are told, whosever the conversation is,
 * where they may see it.
 */
export const pushNotices = defineConsumer({
  name: 'push.notices',
  events: ['message.received', 'conversation.mentioned'],
  pace: 'soon',
  async handle(tx, events) {
    const threads = new Map<string, { workspaceId: string; conversationId: string }>();
    const mentions: Mention[] = [];
    for (const { workspaceId, name, at, actor, data } of events) {
      const { conversationId, noteId, userId } = data;
      if (typeof conversationId !== 'string' || tx.now().getTime() - at.getTime() > newsMs) continue;
      if (name === 'message.received')
        threads.set(`${workspaceId}|${conversationId}`, { workspaceId, conversationId });
      // Who names themselves knows it.
      else if (typeof noteId === 'string' && typeof userId === 'string' && actor?.id !== userId)
        mentions.push({ workspaceId, conversationId, noteId, userId });
    }
    const due = [
      ...(threads.size > 0 ? await selectDue(tx, [...threads.values()]) : []),
      ...(mentions.length > 0 ? await selectMentioned(tx, mentions) : []),
    ];
    if (due.length === 0) return;
    await enqueue(
      tx,
      sendNotice,
      due.map(({ workspaceId, ...payload }) => ({
        workspaceId,
        payload,
        key: `push:${payload.subscriptionId}:${payload.noteId ?? payload.conversationId}`,
      })),
    );
  },
});
