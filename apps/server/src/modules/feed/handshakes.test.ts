/** Sockets that are opened in a circle are turned away before they are opened. */
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { seedWorkspace, testDatabase } from '../../../test/harness.ts';
import type { Caller } from '../../platform/http/index.ts';
import { createBuckets, createHandshakes } from '../../platform/limits/index.ts';
import { handshake, memberOf, stand } from './testing.ts';

const t = await testDatabase();
const { workspaceId } = await seedWorkspace(t.db);
const [ann, bob] = [memberOf(workspaceId, 'agent'), memberOf(workspaceId, 'agent')];
const people = new Map<string, Caller | null>([
  ['ann', ann],
  ['session=ann', ann],
  ['bob', bob],
]);
const path = '/realtime/v1/websocket';
const bearer = (name: string) => [
  'phoenix',
  `base64url.bearer.phx.${Buffer.from(name).toString('base64url')}`,
];

async function door(max: number) {
  const buckets = createBuckets({ db: t.db, log: pino({ level: 'silent' }) });
  // The proxy is this machine: whoever it names is who asks.
  const handshakes = createHandshakes({
    buckets,
    rule: { max, windowSeconds: 60 },
    trustedProxies: ['loopback'],
  });
  return stand({ db: t.db, people, handshakes });
}

const three = await door(3);
const five = await door(5);
afterAll(() => Promise.all([three.close(), five.close()]));

/** Status and Retry-After of a handshake that is refused. */
function refusal(port: number, headers: Record<string, string>): Promise<[number | undefined, unknown]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [], { headers });
    socket.on('open', () => reject(new Error('it was opened')));
    socket.on('error', () => {});
    socket.on('unexpected-response', (request, response) => {
      resolve([response.statusCode, response.headers['retry-after']]);
      request.destroy();
    });
  });
}

test('of one address so many in a window, and another address is not asked to pay', async () => {
  const { port } = three;
  const from = (ip: string) => ({ 'x-forwarded-for': ip });
  for (let n = 0; n < 3; n++) {
    expect((await handshake(port, path, from('203.0.113.1'))).status).toBe(101);
  }
  expect(await refusal(port, from('203.0.113.1'))).toEqual([429, '60']);
  expect((await handshake(port, path, from('203.0.113.2'))).status).toBe(101);
  t.clock.advance(60_000);
  expect((await handshake(port, path, from('203.0.113.1'))).status).toBe(101);
});

test('of one user, wherever they are and whatever they bring; a colleague is another', async () => {
  const { port } = five;
  let machine = 0;
  const open = async (headers: Record<string, string>, protocols: string[]) => {
    machine += 1;
    const ip = `198.51.100.${machine}`;
    return (await handshake(port, path, { 'x-forwarded-for': ip, ...headers }, protocols)).status;
  };
  for (let n = 0; n < 3; n++) expect(await open({}, bearer('ann'))).toBe(101);
  for (let n = 0; n < 2; n++) expect(await open({ cookie: 'session=ann' }, ['phoenix'])).toBe(101);
  expect(await open({}, bearer('ann'))).toBe(429);
  expect(await open({ cookie: 'session=ann' }, ['phoenix'])).toBe(429);
  expect(await open({}, bearer('bob'))).toBe(101);
  // Whoever brings nothing is nobody, and counts for the address alone.
  expect(await open({}, ['phoenix'])).toBe(101);
});
