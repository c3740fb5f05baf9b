import type { ChaskiEvent } from '@chaski/contracts';
import type { Conversation } from '@chaski/sdk';
import { QueryClient } from '@tanstack/react-query';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';

/** Questions for the row, each answered when the test says with which state. */
const asked: ((status: string) => void)[] = [];
/** What waits for its moment, which comes when the test says. */
const timers: (() => void)[] = [];
vi.stubGlobal('window', {
  location: { origin: 'http://desk.example' },
  setTimeout: (run: () => void) => timers.push(run),
});
vi.stubGlobal(
  'fetch',
  () =>
    new Promise<Response>((resolve) => {
      asked.push((status) => resolve(Response.json(row(status))));
    }),
);
const { hearForLists } = await import('./list-live.ts');
const { putRow } = await import('./list-cache.ts');
const { conversationQuery } = await import('./queries.ts');
afterAll(() => vi.unstubAllGlobals());

const row = (status: string) =>
  ({
    id: 'c',
    lastMessage: { id: 'm', at: '2026-11-21T06:00:00.000Z', direction: 'out', status },
  }) as Conversation;

/** As the server tells them: what WhatsApp says of a message has its name alone. */
const event = (name: string): ChaskiEvent => ({
  seq: 1,
  id: 'e',
  name,
  at: '2026-11-21T06:00:01.000Z',
  actor: null,
  data: {
    conversationId: 'c',
    messageId: 'm',
    at: '2026-11-21T06:00:00.000Z',
    ...(name === 'message.accepted' ? { status: 'accepted' } : {}),
  },
});

const { queryKey } = conversationQuery('c');
let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(queryKey, row('queued'));
});
const hear = (name: string) => hearForLists(client, event(name), 'me');
const shown = () => client.getQueryData<Conversation>(queryKey)?.lastMessage?.status;
const until = (is: () => boolean) => vi.waitUntil(is, { timeout: 20_000, interval: 1 });
const runTimers = () => {
  for (const run of timers.splice(0)) run();
};
/** Asks for what is wanted now; the answer is the test's to give. */
async function question(): Promise<(status: string) => Promise<void>> {
  runTimers();
  await until(() => asked.length > 0);
  const answer = asked.shift()!;
  return async (status) => {
    const before = client.getQueryState(queryKey)!.dataUpdateCount;
    answer(status);
    // It is put there, or it was old and the row is asked for again.
    await until(() => client.getQueryState(queryKey)!.dataUpdateCount > before || timers.length > 0);
  };
}

test('a row that was asked for before the ticks came does not take them back, and is asked for again', async () => {
  hear('message.queued');
  const old = await question();
  hear('message.read');
  expect(shown()).toBe('read');
  await old('sent');
  expect(shown()).toBe('read');
  await (await question())('read');
  expect(shown()).toBe('read');
  expect(timers).toEqual([]);
  // The answer to a deed (claimed, read) may be as old.
  putRow(client, row('sent'), 'me');
  expect(shown()).toBe('read');
});

test('whenever the row is asked for and answered, it ends at what was told last', async () => {
  const told = ['message.accepted', 'message.sent', 'message.delivered', 'message.read'];
  const states = ['queued', 'sent', 'sent', 'delivered', 'read'];
  for (let asking = 0; asking < states.length; asking++) {
    for (let state = asking; state < states.length; state++) {
      for (let answering = asking; answering < states.length; answering++) {
        client.setQueryData(queryKey, row('queued'));
        hear('message.queued');
        told.slice(0, asking).forEach(hear);
        const answer = await question();
        told.slice(asking, answering).forEach(hear);
        await answer(states[state]!);
        told.slice(answering).forEach(hear);
        expect(shown(), `asked at ${asking}, of ${state}, answered at ${answering}`).toBe('read');
        if (timers.length > 0) await (await question())('read');
        expect(shown()).toBe('read');
      }
    }
  }
});

test('of two questions for one row the older answer is never the last one', async () => {
  hear('message.queued');
  const old = await question();
  for (const name of ['message.delivered', 'conversation.closed']) hear(name);
  runTimers();
  expect(asked).toEqual([]);
  await old('queued');
  expect(shown()).toBe('delivered');
  await (await question())('delivered');
  expect(shown()).toBe('delivered');
});
