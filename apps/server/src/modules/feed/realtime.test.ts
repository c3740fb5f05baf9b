import { randomInt } from 'node:crypto';
import { RealtimeClient } from '@supabase/realtime-js';
import { Presence } from 'phoenix';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seedConversation, seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { type EventsRuntime, emit, startEvents } from '../../platform/events/index.ts';
import type { Caller } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { createSignals, type Signals } from '../../platform/signals.ts';
import { handshake, joined, memberOf, phoenix, type Stand, stand, transport } from './testing.ts';
import { makeTicket } from './tickets.ts';

const log = pino({ level: 'silent' });
const t = await testDatabase({ poolSize: 16 });
const { db, clock } = t;
const seeded = await seedWorkspace(db);
const other = await seedWorkspace(db);
const { workspaceId } = seeded;
const topic = `workspace:${workspaceId}`;

const people = new Map<string, Caller | null>();
let signals: Signals;
let events: EventsRuntime;
let one: Stand;
let two: Stand;
const clients: { socket: { disconnect(): void } }[] = [];

beforeAll(async () => {
  signals = await createSignals(db, log);
  events = await startEvents({ db, signals, consumers: [], log });
  one = await stand({ db, people, origins: ['https://desk.example.com'] });
  two = await stand({ db, people });
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.disconnect();
});
afterAll(async () => {
  await one.close();
  await two.close();
  await events.stop();
  await signals.close();
});

function open(port: number, options: Parameters<typeof phoenix>[1] = {}) {
  const client = phoenix(port, options);
  clients.push(client);
  return client;
}

/** A member with a bearer of their own. */
function sign(caller: Caller): string {
  const bearer = newId();
  people.set(bearer, caller);
  return bearer;
}

let said = 0;
/** Events as verbs write them, one transaction each. */
async function say(count: number, name = 'message.received', data: object = {}, workspace = workspaceId) {
  for (let i = 0; i < count; i++) {
    said += 1;
    const n = said;
    await db.withTenant(workspace, systemActor, (tx) =>
      emit(tx, [{ workspaceId: workspace, name, data: { n, ...data } }]),
    );
  }
}

interface Heard {
  seq: number;
  name: string;
  data: { n: number };
}

describe('catching up, with the stock clients', () => {
  test('phoenix: 100 random cuts while events flow, zero missed, zero doubled', async () => {
    const token = sign(memberOf(workspaceId, 'agent'));
    const client = open(one.port, { token });
    const heard: Heard[] = [];
    let after: number | undefined;
    const channel = client.socket.channel(topic, () => (after === undefined ? {} : { after }));
    channel.on('event', (event: Heard) => {
      heard.push(event);
      after = event.seq;
    });
    const { seq } = await joined(channel);
    after ??= seq as number;
    const first = said + 1;
    let flowing = true;
    const flow = (async () => {
      while (flowing) await say(1 + randomInt(3));
    })();
    for (let cut = 0; cut < 100; cut++) {
      const before = heard.length;
      await until('something is heard between two cuts', () => heard.length > before + randomInt(3));
      client.cut();
    }
    flowing = false;
    await flow;
    await until('the last is heard', () => heard.at(-1)?.data.n === said);
    expect(heard.map((event) => event.data.n)).toEqual(
      Array.from({ length: said - first + 1 }, (_, i) => first + i),
    );
  });

  test('realtime-js: 100 random cuts, zero missed, zero doubled once known meta.ids are dropped', async () => {
    const wire = transport();
    const client = new RealtimeClient(`ws://127.0.0.1:${two.port}/realtime/v1`, {
      params: { apikey: 'anything' },
      transport: wire.Transport as never,
      reconnectAfterMs: () => 10,
    });
    await client.setAuth(sign(memberOf(workspaceId, 'agent')));
    const known = new Set<string>();
    const heard: number[] = [];
    const channel = client.channel(topic, {
      config: { private: true, broadcast: { replay: { since: clock.now().getTime() } } },
    });
    const first = said + 1;
    channel.on('broadcast', { event: '*' }, (message) => {
      const { meta, payload } = message as unknown as { meta: { id: string }; payload: Heard };
      if (payload.data.n < first || known.has(meta.id)) return;
      known.add(meta.id);
      heard.push(payload.data.n);
    });
    const subscribed = Promise.withResolvers<void>();
    channel.subscribe((status) => {
      if (status === 'SUBSCRIBED') subscribed.resolve();
    });
    await subscribed.promise;
    for (let cut = 0; cut < 100; cut++) {
      const flow = say(2 + randomInt(4));
      const before = heard.length;
      await until('something is heard between two cuts', () => heard.length > before);
      wire.cut();
      await flow;
    }
    await until('the last is heard', () => heard.at(-1) === said);
    expect(heard).toEqual(Array.from({ length: said - first + 1 }, (_, i) => first + i));
    await client.disconnect();
  });

  test('a number nobody has given yet is refused, and so is what is no number', async () => {
    for (const [after, reason] of [
      [10 ** 9, 'after_unknown'],
      ['x', 'invalid_request'],
    ] as const) {
      const client = open(one.port, { token: sign(memberOf(workspaceId, 'agent')) });
      await expect(joined(client.socket.channel(topic, { after }))).rejects.toThrow(reason);
    }
  });
});

test('two processes on one database hear the same events, typing and presence', async () => {
  const [ana, bo] = [memberOf(workspaceId, 'agent'), memberOf(workspaceId, 'admin')];
  const { conversationId } = await seedConversation(db, seeded);
  const name = `conversation:${conversationId}`;
  const here = open(one.port, { token: sign(ana) }).socket.channel(name);
  const theirs = open(two.port, { token: sign(bo) });
  const there = theirs.socket.channel(name);
  const heard: Record<string, unknown>[] = [];
  for (const event of ['event', 'typing'])
    there.on(event, (payload) => void heard.push({ event, ...payload }));
  const presence = new Presence(there);
  await joined(here);
  await joined(there);
  await until('each sees the other', () => presence.list().length === 2);
  expect(Object.keys((presence as unknown as { state: object }).state).sort()).toEqual(
    [ana.person!.userId, bo.person!.userId].sort(),
  );
  here.push('typing', { typing: true });
  await until('typing is heard', () => heard.length === 1);
  expect(heard[0]).toEqual({
    event: 'typing',
    typing: true,
    from: { key: ana.person!.userId, name: 'The agent' },
  });
  await say(1, 'message.received', { conversationId });
  await say(1, 'message.received', { conversationId: newId() });
  await say(1, 'message.sent', { conversationId });
  await until('both events of the conversation are heard', () => heard.length === 3);
  expect(heard.slice(1).map((event) => event.name)).toEqual(['message.received', 'message.sent']);
  clients[0]!.socket.disconnect();
  await until('the other is gone', () => presence.list().length === 1);
});

describe('who is let in', () => {
  const path = '/realtime/v1/websocket';

  test('101 at each address, subprotocol phoenix selected, nothing else upgraded', async () => {
    for (const each of [path, '/api/realtime/v1/websocket', '/socket/websocket']) {
      expect(await handshake(one.port, `${each}?apikey=x&vsn=1.0.0`, {}, ['phoenix'])).toEqual({
        status: 101,
        protocol: 'phoenix',
      });
    }
    expect(await handshake(one.port, '/v1/elsewhere')).toMatchObject({ status: 404 });
  });

  test('a foreign Origin is refused, our own and a listed one are not', async () => {
    const from = async (origin: string) => (await handshake(one.port, path, { origin })).status;
    expect(await from('https://evil.example.com')).toBe(403);
    expect(await from('null')).toBe(403);
    expect(await from(`http://127.0.0.1:${one.port}`)).toBe(101);
    expect(await from('https://desk.example.com')).toBe(101);
  });

  test('by cookie, by bearer in the subprotocol, by access_token; nobody hears anything without', async () => {
    people.set('session=abc', memberOf(workspaceId, 'viewer'));
    await joined(open(one.port, { headers: { cookie: 'session=abc' } }).socket.channel(topic));
    await joined(open(one.port, { token: sign(memberOf(workspaceId, 'viewer')) }).socket.channel(topic));
    const nobody = open(one.port, { params: { apikey: sign(memberOf(workspaceId, 'owner')) } });
    const without = nobody.socket.channel(topic);
    await expect(joined(without)).rejects.toThrow('unauthenticated');
    // The client would try it again and again, and close the one that follows under its name.
    without.leave();
    const withToken = nobody.socket.channel(topic, { access_token: sign(memberOf(workspaceId, 'viewer')) });
    await joined(withToken);
    const wrong = `base64url.bearer.phx.${Buffer.from('nobody').toString('base64url')}`;
    expect(await handshake(one.port, path, {}, ['phoenix', wrong])).toMatchObject({ status: 401 });
  });

  test('topics of another workspace, and what is no topic, do not exist', async () => {
    const client = open(one.port, { token: sign(memberOf(workspaceId, 'owner')) });
    const { conversationId } = await seedConversation(db, other);
    for (const name of [
      `workspace:${other.workspaceId}`,
      `conversation:${conversationId}`,
      `conversation:${newId()}`,
      'anything',
    ]) {
      await expect(joined(client.socket.channel(name))).rejects.toThrow('unknown_topic');
    }
  });

  test('a ticket lets in once, within 30 seconds, and says who it is', async () => {
    const caller = memberOf(workspaceId, 'agent');
    const make = () =>
      db.withTenant(
        workspaceId,
        caller.principal!.actor,
        async (tx) => (await makeTicket(tx, caller)).ticket,
      );
    const ticket = await make();
    const client = open(one.port, { params: { ticket } });
    await joined(client.socket.channel(topic));
    expect(await handshake(two.port, `${path}?ticket=${ticket}`)).toMatchObject({ status: 401 });
    const late = await make();
    clock.advance(31_000);
    expect(await handshake(one.port, `${path}?ticket=${late}`)).toMatchObject({ status: 401 });
    const raced = await make();
    const both = await Promise.all([one, two].map(({ port }) => handshake(port, `${path}?ticket=${raced}`)));
    expect(both.map(({ status }) => status).sort()).toEqual([101, 401]);
  });

  test('neither query strings nor tokens are in the log', () => {
    const lines = [...one.logged, ...two.logged].join('');
    expect(lines).toContain('foreign origin');
    expect(lines).not.toMatch(/apikey|ticket=|\?/);
    for (const bearer of people.keys()) expect(lines).not.toContain(bearer);
  });
});

describe('what changes applies to open sockets', () => {
  test('a lowered role hears no more of what it may not, and a disabled member nothing', async () => {
    const owner = memberOf(workspaceId, 'owner');
    const userId = owner.person!.userId;
    const token = sign(owner);
    const channel = open(one.port, { token }).socket.channel(topic);
    const heard: string[] = [];
    let closed = false;
    channel.on('event', (event: Heard) => void heard.push(event.name));
    channel.onClose(() => {
      closed = true;
    });
    await joined(channel);
    await say(1, 'api_key.created');
    await until('an owner hears of keys', () => heard.includes('api_key.created'));
    people.set(token, memberOf(workspaceId, 'viewer', { userId }));
    await say(1, 'member.updated', { userId, role: 'viewer' });
    await say(1, 'api_key.created');
    await say(1, 'message.received');
    await until('the viewer hears of messages', () => heard.includes('message.received'));
    expect(heard.filter((name) => name === 'api_key.created')).toHaveLength(1);
    await say(1, 'member.updated', { userId, role: 'viewer', disabled: true });
    await until('the channel is closed', () => closed);
  });

  test('a member who is removed, a workspace that is suspended', async () => {
    const member = memberOf(workspaceId, 'agent');
    for (const [name, data] of [
      ['member.removed', { userId: member.person!.userId }],
      ['workspace.suspended', {}],
    ] as const) {
      const channel = open(two.port, { token: sign(member) }).socket.channel(topic);
      let closed = false;
      channel.onClose(() => {
        closed = true;
      });
      await joined(channel);
      await say(1, name, data);
      await until(`${name} closes the channel`, () => closed);
    }
  });

  test('a session signed out and a key revoked lose their sockets', async () => {
    const member = memberOf(workspaceId, 'agent');
    const key: Caller = {
      person: null,
      principal: { ...member.principal!, actor: { kind: 'key', id: 'k9', role: 'key' }, scopes: ['*'] },
    };
    for (const [caller, name, data] of [
      [member, 'session.revoked', { userId: member.person!.userId, sessionId: member.person!.sessionId }],
      [key, 'api_key.revoked', { keyId: 'k9' }],
    ] as const) {
      const token = sign(caller);
      const client = open(one.port, { token });
      let closed = 0;
      client.socket.onClose(() => {
        closed += 1;
      });
      await joined(client.socket.channel(topic));
      people.delete(token);
      await say(1, name, data);
      await until(`${name} closes the socket`, () => closed > 0);
    }
  });

  test('a key that was narrowed hears no more than it may now', async () => {
    const { principal } = memberOf(workspaceId, 'agent');
    const actor = { kind: 'key', id: 'k10', role: 'key' } as const;
    const caller = (scopes: string[]): Caller => ({
      person: null,
      principal: { ...principal!, actor, scopes },
    });
    const token = sign(caller(['*']));
    const channel = open(one.port, { token }).socket.channel(topic);
    let closed = false;
    channel.onClose(() => {
      closed = true;
    });
    await joined(channel);
    people.set(token, caller(['contacts:read']));
    await say(1, 'api_key.updated', { keyId: 'k10' });
    await until('the channel is closed', () => closed);
  });

  test('a member with limits is told what the database shows them as themselves', async () => {
    const reach = { numberIds: [newId()], ownOnly: true };
    const limited = memberOf(workspaceId, 'agent', { reach });
    const channel = open(one.port, { token: sign(limited) }).socket.channel(topic);
    const heard: Heard[] = [];
    channel.on('event', (event: Heard) => void heard.push(event));
    await joined(channel);
    const { conversationId } = await seedConversation(db, seeded);
    await say(1, 'message.received', { conversationId, numberId: seeded.numberId });
    await say(1, 'label.created', { labelId: newId() });
    await until('what concerns no number is heard', () =>
      heard.some((event) => event.name === 'label.created'),
    );
    // Theirs to join only if it is within reach.
    await expect(
      joined(open(one.port, { token: sign(limited) }).socket.channel(`conversation:${conversationId}`)),
    ).rejects.toThrow('unknown_topic');
  });
});

test('viewers listen and do not speak; nobody can say an event of ours', async () => {
  const viewer = open(one.port, { token: sign(memberOf(workspaceId, 'viewer')) }).socket.channel(topic);
  const agent = open(one.port, { token: sign(memberOf(workspaceId, 'agent')) }).socket.channel(topic);
  await joined(viewer);
  await joined(agent);
  const answer = (channel: typeof viewer, event: string) =>
    new Promise((resolve) => {
      channel
        .push(event, {})
        .receive('ok', () => resolve('ok'))
        .receive('error', (refusal: { reason: string }) => resolve(refusal.reason));
    });
  expect(await answer(viewer, 'typing')).toBe('forbidden');
  expect(await answer(agent, 'message.received')).toBe('bad_event');
  expect(await answer(agent, 'typing')).toBe('ok');
});

test('more sockets than somebody may have are refused', async () => {
  const small = await stand({ db, people, maxSocketsPerOwner: 2 });
  const token = sign(memberOf(workspaceId, 'agent'));
  await joined(open(small.port, { token }).socket.channel(topic));
  await joined(open(small.port, { token }).socket.channel(topic));
  await expect(joined(open(small.port, { token }).socket.channel(topic))).rejects.toThrow('too_many_sockets');
  for (const { socket } of clients.splice(0)) socket.disconnect();
  await small.close();
});
