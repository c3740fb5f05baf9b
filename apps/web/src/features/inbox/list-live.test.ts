import type { ChaskiEvent } from '@chaski/contracts';
import type { Conversation } from '@chaski/sdk';
import { QueryClient } from '@tanstack/react-query';
import { afterAll, expect, test, vi } from 'vitest';

/** Questions for the row, each answered when the test says with which state. */
const asked: ((status: string) => void)[] = [];
vi.stubGlobal('window', { location: { origin: 'http://desk.example' }, setTimeout });
vi.stubGlobal(
  'fetch',
  () =>
    new Promise<Response>((resolve) => {
      asked.push((status) => resolve(Response.json(row(status))));
    }),
);
const { hearForLists } = await import('./list-live.ts');
const { conversationQuery } = await import('./queries.ts');
afterAll(() => vi.unstubAllGlobals());

const row = (status: string) =>
  ({
    id: 'c',
    lastMessage: { id: 'm', at: '2026-11-21T06:00:00.000Z', direction: 'out', status },
  }) as Conversation;

const event = (name: string, data: object): ChaskiEvent => ({
  seq: 1,
  id: 'e',
  name,
  at: '2026-11-21T06:00:01.000Z',
  actor: null,
  data: { conversationId: 'c', messageId: 'm', at: '2026-11-21T06:00:00.000Z', ...data },
});

test('a row that was asked for before the ticks came does not take them back, and is asked for again', async () => {
  const client = new QueryClient();
  const { queryKey } = conversationQuery('c');
  client.setQueryData(queryKey, row('queued'));
  const shown = () => client.getQueryData<Conversation>(queryKey)?.lastMessage?.status;

  hearForLists(client, event('message.queued', {}), 'me');
  await vi.waitUntil(() => asked.length === 1, { timeout: 20_000 });
  hearForLists(client, event('message.read', { status: 'read' }), 'me');
  expect(shown()).toBe('read');
  asked[0]!('sent');
  await vi.waitUntil(() => asked.length === 2, { timeout: 20_000 });
  expect(shown()).toBe('read');
  asked[1]!('read');
  await vi.waitUntil(() => client.getQueryState(queryKey)!.dataUpdateCount === 3, { timeout: 20_000 });
  expect(shown()).toBe('read');
});
