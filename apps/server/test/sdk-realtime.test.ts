import { randomInt } from 'node:crypto';
import { type Broadcast, connectRealtime, dropKnown, type RealtimeRefused } from '@chaski/sdk';
import { RealtimeClient } from '@supabase/realtime-js';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, expect, test, vi } from 'vitest';
import { makeTicket } from '../src/modules/feed/index.ts';
import { memberOf, stand, transport } from '../src/modules/feed/testing.ts';
import { systemActor } from '../src/platform/db/index.ts';
import { emit, startEvents } from '../src/platform/events/index.ts';
import type { Caller } from '../src/platform/http/index.ts';
import { newId } from '../src/platform/ids.ts';
import { createSignals } from '../src/platform/signals.ts';
import { seedWorkspace, testDatabase, until } from './harness.ts';

const log = pino({ level: 'silent' });
const { db, clock } = await testDatabase({ poolSize: 12 });
const { workspaceId } = await seedWorkspace(db);
const signals = await createSignals(db, log);
const events = await startEvents({ db, signals, consumers: [], log });
const people = new Map<string, Caller | null>();
const one = await stand({ db, people });
const url = `http://127.0.0.1:${one.port}`;
afterAll(async () => {
  await one.close();
  await events.stop();
  await signals.close();
});

const member = memberOf(workspaceId, 'agent');
const key = newId();
people.set(key, member);

let said = 0;
async function say(count: number) {
  for (let i = 0; i < count; i++) {
    const n = ++said;
    await db.withTenant(workspaceId, systemActor, (tx) =>
      emit(tx, [{ workspaceId, name: 'message.received', data: { n } }]),
    );
  }
}
const numbers = (from: number) => Array.from({ length: said - from + 1 }, (_, i) => from + i);
const ticket = () =>
  db.withTenant(workspaceId, member.principal!.actor, async (tx) => (await makeTicket(tx, member)).ticket);

test.each([
  ['a key', { key }],
  ['tickets, a new one each time', { ticket }],
])(
  'connectRealtime with %s: 50 cuts, zero missed, zero doubled',
  async (_name, credentials) => {
    const wire = transport();
    const heard: number[] = [];
    const states = new Set<string>();
    const connection = connectRealtime({
      url,
      workspaceId,
      ...credentials,
      WebSocket: wire.Transport as never,
      backoffMs: 5,
      onEvent: async ({ data }) => {
        // As slow as a program that does something with it: the next waits.
        await Promise.resolve();
        heard.push(data.n as number);
      },
      onStatus: (status) => void states.add(status),
    });
    await until('it is live', () => states.has('live'));
    const first = said + 1;
    let flowing = true;
    const flow = (async () => {
      while (flowing) await say(1 + randomInt(3));
    })();
    for (let cut = 0; cut < 50; cut++) {
      const before = heard.length;
      await until('something is heard between two cuts', () => heard.length > before + randomInt(3));
      wire.cut();
    }
    flowing = false;
    await flow;
    await until('the last is heard', () => heard.at(-1) === said);
    expect(heard).toEqual(numbers(first));
    expect(states).toContain('away');
    connection.close();
    // A program that starts again goes on from the number it kept.
    await say(3);
    const later: number[] = [];
    const next = connectRealtime({
      url,
      workspaceId,
      key,
      after: connection.after!,
      onEvent: ({ data }) => void later.push(data.n as number),
    });
    await until('what came meanwhile is heard', () => later.length === 3);
    expect(later).toEqual(numbers(said - 2));
    next.close();
  },
  60_000,
);

test('who is not let in, or not any more, is told once and does not come back', async () => {
  const refusals: string[] = [];
  const refuse = (bearer: string, topic: object = {}) =>
    connectRealtime({
      url,
      workspaceId,
      key: bearer,
      backoffMs: 5,
      onEvent: () => {},
      onError: (error) => void refusals.push((error as RealtimeRefused).reason),
      ...topic,
    });
  refuse(key, { conversationId: newId() });
  await until('it is told', () => refusals.length === 1);
  expect(refusals).toEqual(['unknown_topic']);
  const bearer = newId();
  people.set(bearer, memberOf(workspaceId, 'agent'));
  let live = false;
  refuse(bearer, {
    onStatus: (status: string) => {
      live ||= status === 'live';
    },
  });
  await until('it is live', () => live);
  const { userId, sessionId } = people.get(bearer)!.person!;
  await db.withTenant(workspaceId, systemActor, (tx) =>
    emit(tx, [{ workspaceId, name: 'session.revoked', data: { userId, sessionId } }]),
  );
  await until('it is told', () => refusals.length === 2);
  expect(refusals[1]).toBe('unauthenticated');
  expect(one.realtime.count()).toBeLessThanOrEqual(1);
});

test('where there is no WebSocket it says so at once', () => {
  vi.stubGlobal('WebSocket', undefined);
  try {
    expect(() => connectRealtime({ url, workspaceId, key, onEvent: () => {} })).toThrow(/WebSocket.*ws/);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a number nobody has given yet is a gap: events go on from now', async () => {
  let gaps = 0;
  let live = false;
  const heard: number[] = [];
  const connection = connectRealtime({
    url,
    workspaceId,
    key,
    after: 10 ** 9,
    onEvent: ({ data }) => void heard.push(data.n as number),
    onGap: () => {
      gaps += 1;
    },
    onStatus: (status) => {
      live ||= status === 'live';
    },
  });
  await until('the gap is told', () => gaps === 1);
  await until('it is live', () => live);
  await say(2);
  await until('it goes on', () => heard.at(-1) === said);
  expect(heard).toEqual(numbers(said - 1));
  connection.close();
});

test('dropKnown: realtime-js over 50 cuts, zero missed, zero doubled', async () => {
  const wire = transport();
  const client = new RealtimeClient(`ws://127.0.0.1:${one.port}/realtime/v1`, {
    params: { apikey: 'any' },
    transport: wire.Transport as never,
    reconnectAfterMs: () => 10,
  });
  await client.setAuth(key);
  const first = said + 1;
  const heard: number[] = [];
  let live = false;
  client
    .channel(`workspace:${workspaceId}`, {
      config: { private: true, broadcast: { replay: { since: clock.now().getTime() } } },
    })
    .on(
      'broadcast',
      { event: 'message.received' },
      dropKnown(({ payload }: Broadcast) => {
        const { n } = (payload as { data: { n: number } }).data;
        if (n >= first) heard.push(n);
      }) as never,
    )
    .subscribe((status) => {
      live ||= status === 'SUBSCRIBED';
    });
  await until('it is live', () => live);
  for (let cut = 0; cut < 50; cut++) {
    const flow = say(2 + randomInt(4));
    const before = heard.length;
    await until('something is heard between two cuts', () => heard.length > before);
    wire.cut();
    await flow;
  }
  await until('the last is heard', () => heard.at(-1) === said);
  expect(heard).toEqual(numbers(first));
  await client.disconnect();
});

test('dropKnown passes each number once, in order, and whatever is no event of ours', () => {
  fc.assert(
    fc.property(fc.nat({ max: 30 }), fc.array(fc.nat({ max: 30 }), { maxLength: 5 }), (count, restarts) => {
      const heard: unknown[] = [];
      const listener = dropKnown((message: Broadcast) => void heard.push(message.payload));
      const send = (seq: number) => listener({ payload: { seq }, meta: { id: `id${seq}` } });
      for (const upTo of [...restarts.sort((a, b) => a - b), count]) {
        for (let seq = 1; seq <= Math.min(upTo, count); seq++) send(seq);
      }
      expect(heard).toEqual(Array.from({ length: count }, (_, i) => ({ seq: i + 1 })));
      listener({ payload: { typing: true } });
      expect(heard.at(-1)).toEqual({ typing: true });
    }),
  );
});
