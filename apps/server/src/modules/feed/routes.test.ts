import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { type EventsRuntime, emit, startEvents } from '../../platform/events/index.ts';
import { createSignals, type Signals } from '../../platform/signals.ts';

const api = await testApi();
const stage = await api.stage();
const other = await api.stage('Other');
const headers = api.as(stage, 'owner');
const log = pino({ level: 'silent' });
let signals: Signals;
let events: EventsRuntime;

beforeAll(async () => {
  signals = await createSignals(api.db, log);
  events = await startEvents({ db: api.db, signals, consumers: [], log });
});
afterAll(async () => {
  await events.stop();
  await signals.close();
});

interface Page {
  data: { seq: number; name: string; data: { n: number } }[];
  nextAfter: number;
  hasMore: boolean;
}

async function ask(query: Record<string, string | number>): Promise<Page> {
  const answer = await api.send('GET /v1/events', { query }, headers);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as Page;
}

const say = (from: number, to: number, name = 'thing.done', where = stage) =>
  where.tenant((tx) =>
    emit(
      tx,
      Array.from({ length: to - from + 1 }, (_, i) => ({
        workspaceId: where.workspaceId,
        name,
        data: { n: from + i },
      })),
    ),
  );

test('pages through everything once, in order, without the other workspace', async () => {
  await say(1, 25);
  await say(1, 9, 'thing.done', other);
  await say(26, 40, 'thing.undone');
  const heard: number[] = [];
  let after = 0;
  while (heard.length < 40) {
    const page = await ask({ after, limit: 7, wait: 5 });
    expect(page.data.length).toBeLessThanOrEqual(7);
    heard.push(...page.data.map((event) => event.data.n));
    after = page.nextAfter;
  }
  expect(heard).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  expect(await ask({ after })).toMatchObject({ data: [], hasMore: false });
});

test('of certain names only, however many others lie between', async () => {
  const heard: number[] = [];
  let page: Page = { data: [], nextAfter: 0, hasMore: true };
  while (page.hasMore) {
    page = await ask({ after: page.nextAfter, limit: 4, names: 'thing.undone,thing.other' });
    heard.push(...page.data.map((event) => event.data.n));
  }
  expect(heard).toEqual(Array.from({ length: 15 }, (_, i) => 26 + i));
});

test('a long poll answers when something happens, and empty when its time is over', async () => {
  const { nextAfter } = await ask({ after: 0, limit: 1000 });
  expect(await ask({ after: nextAfter, wait: 1 })).toMatchObject({ data: [], nextAfter });
  const waiting = ask({ after: nextAfter, wait: 25 });
  await say(41, 41);
  expect((await waiting).data.map((event) => event.data.n)).toEqual([41]);
});

test('a ticket writes one line of the audit, without the ticket', async () => {
  const { body } = await api.send('POST /v1/realtime/ticket', {}, headers);
  const { ticket } = body as { ticket: string };
  const list = await api.send('GET /v1/audit', { query: { action: 'realtime.*', count: true } }, headers);
  expect(list.body).toMatchObject({ count: 1, data: [{ target: { kind: 'realtime' } }] });
  expect(JSON.stringify(list.body)).not.toContain(ticket);
});
