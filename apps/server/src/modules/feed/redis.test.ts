import { Presence } from 'phoenix';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { redisDouble } from '../../../test/redis.ts';
import { systemActor } from '../../platform/db/index.ts';
import { emit, startEvents } from '../../platform/events/index.ts';
import type { Caller } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { openRedis } from '../../platform/redis/index.ts';
import { createSignals } from '../../platform/signals.ts';
import { joined, memberOf, phoenix, stand } from './testing.ts';

const log = pino({ level: 'silent' });
const { db } = await testDatabase({ poolSize: 12 });
const { workspaceId } = await seedWorkspace(db);
const server = await redisDouble();
const redis = await openRedis(server.url, log);
const signals = await createSignals(db, log, redis);
const events = await startEvents({ db, signals, consumers: [], log });
const people = new Map<string, Caller | null>();
const [one, two] = [
  await stand({ db, people, redisUrl: server.url }),
  await stand({ db, people, redisUrl: server.url }),
];
const clients: { socket: { disconnect(): void } }[] = [];
afterAll(async () => {
  for (const { socket } of clients) socket.disconnect();
  await one.close();
  await two.close();
  await events.stop();
  await signals.close();
  redis.close();
  await server.close();
});

const say = (n: number) =>
  db.withTenant(workspaceId, systemActor, (tx) =>
    emit(tx, [{ workspaceId, name: 'message.received', data: { n } }]),
  );

test('two processes hear each other through Redis; while it is away events come all the same', async () => {
  const open = (port: number) => {
    const bearer = newId();
    people.set(bearer, memberOf(workspaceId, 'agent'));
    const client = phoenix(port, { token: bearer });
    clients.push(client);
    return client.socket.channel(`workspace:${workspaceId}`);
  };
  const [here, there] = [open(one.port), open(two.port)];
  const heard: number[] = [];
  const typed: number[] = [];
  there.on('event', ({ data }: { data: { n: number } }) => void heard.push(data.n));
  there.on('typing', ({ n }: { n: number }) => void typed.push(n));
  const presence = new Presence(there);
  await joined(here);
  await joined(there);
  await until('each sees the other', () => presence.list().length === 2);
  here.push('typing', { n: 1 });
  await say(1);
  await until('both are heard', () => typed.length === 1 && heard.length === 1);

  await server.down();
  await until('the loss is known', () => !redis.isConnected());
  here.push('typing', { n: 2 });
  await say(2);
  await say(3);
  await until('events go on', () => heard.length === 3);

  await server.up();
  // Whoever came meanwhile is told when the connections are back.
  const third = open(one.port);
  await joined(third);
  await until('presence has mended', () => presence.list().length === 3, 20_000);
  here.push('typing', { n: 3 });
  await until('typing is heard again', () => typed.includes(3));
  await say(4);
  await until('and events', () => heard.length === 4);
  expect(heard).toEqual([1, 2, 3, 4]);
  expect(typed).toEqual([1, 3]);
});
