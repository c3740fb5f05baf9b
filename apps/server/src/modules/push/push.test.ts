/** A browser that is away is told: encrypted for it alone, once a conversation, and no longer than its session lasts. */
import { createECDH, createPublicKey, type ECDH, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { testRing, until } from '../../../test/harness.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import { createEgress } from '../../platform/egress/index.ts';
import { startEvents } from '../../platform/events/index.ts';
import { startJobs } from '../../platform/queue/index.ts';
import { createSignals } from '../../platform/signals.ts';
import { startSession, tokenKeyOf } from '../auth/index.ts';
import { forgetDeafSubscriptions, pushNotices, sendNoticeHandler } from './index.ts';
import { mostBrowsers } from './queries.ts';

// What web-push encrypts with, used here to read as the browser does.
const ece = createRequire(createRequire(import.meta.url).resolve('web-push'))('http_ece') as {
  decrypt(body: Buffer, of: { version: 'aes128gcm'; privateKey: ECDH; authSecret: string }): Buffer;
};

interface Pushed {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}
let pushed: Pushed[] = [];
/** What the push service answers, by path; 201 otherwise. */
const answers = new Map<string, number>();
const service = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    pushed.push({ path, headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(answers.get(path) ?? 201).end();
  });
});
await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
const host = `127.0.0.1:${(service.address() as AddressInfo).port}`;

const api = await testApi();
const { db, clock } = api;
const signals = await createSignals(db, api.logger);
const events = await startEvents({ db, signals, consumers: [pushNotices], log: api.logger });
const handler = sendNoticeHandler({
  db,
  ring: testRing,
  egress: createEgress({ allowed: [host] }),
  contact: 'mailto:operator@example.com',
});
const jobs = await startJobs({
  jobs: [handler.job],
  databaseUrl: api.url,
  rolePrefix: api.rolePrefix,
  db,
  log: api.logger,
  handlers: [handler],
  cron: [],
});
afterAll(async () => {
  await jobs.stop();
  await events.stop();
  await signals.close();
  service.closeAllConnections();
  service.close();
});
beforeEach(() => {
  pushed = [];
});

interface Device {
  path: string;
  id: string;
  reads(body: Buffer): { title: string; body: string; conversationId: string; noteId?: string };
  headers: Record<string, string>;
}

async function signedIn(stage: Stage, userId: string): Promise<Record<string, string>> {
  const { token } = await db.withSystem('test: a browser signs in', (tx) =>
    startSession(
      tx,
      { tokenKey: tokenKeyOf('only a cookie is made here') },
      {
        userId,
        workspaceId: stage.workspaceId,
        kind: 'cookie',
        ip: null,
        userAgent: null,
        secondFactor: false,
      },
    ),
  );
  return { cookie: `chaski=${token}`, 'sec-fetch-site': 'same-origin' };
}

/** A browser of that member, subscribed as browsers do. */
async function device(stage: Stage, userId: string): Promise<Device> {
  const headers = await signedIn(stage, userId);
  const pair = createECDH('prime256v1');
  const auth = randomBytes(16).toString('base64url');
  const path = `/${randomBytes(8).toString('hex')}`;
  const made = await api.send(
    'POST /v1/push/subscriptions',
    {
      body: {
        endpoint: `http://${host}${path}`,
        expirationTime: null,
        keys: { p256dh: pair.generateKeys('base64url'), auth },
      },
    },
    headers,
  );
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return {
    path,
    id: (made.body as { id: string }).id,
    headers,
    reads: (body) =>
      JSON.parse(ece.decrypt(body, { version: 'aes128gcm', privateKey: pair, authSecret: auth }).toString()),
  };
}

const came = (one: Device) => pushed.filter(({ path }) => path === one.path);
const told = (one: Device, times = 1) =>
  until(`${one.path} is told ${times} times`, () => came(one).length === times);
/** Somebody who is told of everything has heard this: so whoever should not be told was not. */
const settled = async (stage: Stage, witness: Device, phone: string) => {
  const before = came(witness).length;
  await writes(stage, { phone, text: 'and this' });
  await told(witness, before + 1);
};

test('who wrote and the first words arrive, readable by that browser alone, signed by the installation', async () => {
  const stage = await api.stage();
  const [mine, other] = [await device(stage, stage.userId), await device(stage, stage.members.agent)];
  const { conversationId, phone } = await writes(stage, { text: 'Where is my order?' });
  await told(mine);
  await told(other);
  const [notice] = came(mine);
  expect(mine.reads(notice!.body)).toEqual({
    title: `+${phone}`,
    body: 'Where is my order?',
    conversationId,
  });
  expect(() => other.reads(notice!.body)).toThrow();
  expect(notice!.body.toString('latin1')).not.toContain('order');
  expect(notice!.headers).toMatchObject({
    'content-encoding': 'aes128gcm',
    ttl: '3600',
    urgency: 'high',
    topic: conversationId.replaceAll('-', ''),
  });
  // VAPID: a token for this service, signed with the key that browsers subscribed for.
  const { publicKey } = (await api.send('GET /v1/push/key', {}, mine.headers)).body as { publicKey: string };
  const [, token = '', key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(String(notice!.headers.authorization)) ?? [];
  expect(key).toBe(publicKey);
  const [head, claims, signature = ''] = token.split('.');
  expect(JSON.parse(Buffer.from(claims!, 'base64url').toString())).toMatchObject({
    aud: `http://${host}`,
    sub: 'mailto:operator@example.com',
  });
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  expect(
    verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
  ).toBe(true);
});

test('told are those whose inbox shows it: the assignee alone, and nobody who may not reach the number', async () => {
  const stage = await api.stage();
  const neighbour = await api.stage();
  const [owner, agent] = [await device(stage, stage.userId), await device(stage, stage.members.agent)];
  const stranger = await device(neighbour, neighbour.userId);
  const { conversationId, phone } = await writes(stage);
  await told(owner);
  await told(agent);
  await api.send(
    'POST /v1/conversations/:id/assign',
    { params: { id: conversationId }, body: { memberId: stage.userId } },
    api.as(stage, 'owner'),
  );
  await settled(stage, owner, phone);
  expect(came(agent)).toHaveLength(1);
  // Limited to other numbers: not even what is nobody's.
  await stage.send('PATCH /v1/members/:userId', {
    params: { userId: stage.members.agent },
    body: { numberIds: [] },
  });
  await writes(stage, { text: 'somebody new' });
  await told(owner, 3);
  expect(came(agent)).toHaveLength(1);
  expect(came(stranger)).toEqual([]);
});

test('whom a colleague names in a note is told, also beside the assignee; not oneself, and nobody who may not look', async () => {
  const stage = await api.stage();
  const [owner, agent] = [await device(stage, stage.userId), await device(stage, stage.members.agent)];
  const viewer = await device(stage, stage.members.viewer);
  const { conversationId, phone } = await writes(stage, { text: 'hello' });
  await told(owner);
  await told(agent);
  await told(viewer);
  const asked = (route: string, body: object) =>
    api.send(route, { params: { id: conversationId }, body }, api.as(stage, 'owner'));
  await asked('POST /v1/conversations/:id/assign', { memberId: stage.userId });
  await stage.send('PATCH /v1/members/:userId', {
    params: { userId: stage.members.viewer },
    body: { ownOnly: true },
  });
  const note = await asked('POST /v1/conversations/:id/notes', {
    text: 'Please look at this, all of you',
    mentions: [stage.userId, stage.members.agent, stage.members.viewer],
  });
  expect(note.status, JSON.stringify(note.body)).toBe(201);
  await told(agent, 2);
  const notice = came(agent)[1]!;
  expect(agent.reads(notice.body)).toEqual({
    title: `@ +${phone}`,
    body: 'The owner: Please look at this, all of you',
    conversationId,
    noteId: (note.body as { id: string }).id,
  });
  await settled(stage, owner, phone);
  expect([came(owner).length, came(agent).length, came(viewer).length]).toEqual([2, 2, 1]);
});

test('a session that ends, a member who is disabled and a browser that is gone are told no more', async () => {
  const stage = await api.stage();
  const witness = await device(stage, stage.userId);
  const out = await device(stage, stage.members.agent);
  const disabled = await device(stage, stage.members.admin);
  const gone = await device(stage, stage.members.viewer);
  answers.set(gone.path, 410);
  expect((await api.send('POST /v1/auth/logout', {}, out.headers)).status).toBeLessThan(300);
  await stage.send('PATCH /v1/members/:userId', {
    params: { userId: stage.members.admin },
    body: { disabled: true },
  });
  const { phone } = await writes(stage);
  await told(witness);
  await told(gone);
  const left = () =>
    db.withSystem('test', (tx) =>
      tx.query<{ id: string }>('select id from push_subscriptions where workspace_id = $1', [
        stage.workspaceId,
      ]),
    );
  await until('what is gone is forgotten', async () => (await left()).every(({ id }) => id !== gone.id));
  await settled(stage, witness, phone);
  expect([came(out), came(disabled)]).toEqual([[], []]);
  expect(came(gone)).toHaveLength(1);
  await forgetDeafSubscriptions(db);
  expect((await left()).map(({ id }) => id)).toEqual([witness.id]);
});

test('a service in trouble is asked again', async () => {
  const stage = await api.stage();
  const mine = await device(stage, stage.userId);
  answers.set(mine.path, 503);
  const { conversationId } = await writes(stage, { text: 'first' });
  await told(mine);
  answers.delete(mine.path);
  await until('it is asked again', () => came(mine).length === 2, 60_000);
  expect(mine.reads(came(mine)[1]!.body)).toMatchObject({ body: 'first', conversationId });
});

test('a member has so many browsers and no more: the oldest gives way', async () => {
  const stage = await api.stage();
  const headers = await signedIn(stage, stage.userId);
  const pair = createECDH('prime256v1');
  const keys = { p256dh: pair.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') };
  for (let n = 0; n < mostBrowsers + 2; n += 1) {
    clock.advance(1000);
    await api.send(
      'POST /v1/push/subscriptions',
      { body: { endpoint: `https://push.example.com/${n}`, keys } },
      headers,
    );
  }
  const left = await db.withSystem('test', (tx) =>
    tx.query<{ endpoint: string }>(
      'select endpoint from push_subscriptions where workspace_id = $1 order by created_at',
      [stage.workspaceId],
    ),
  );
  expect(left).toHaveLength(mostBrowsers);
  expect(left[0]?.endpoint).toBe('https://push.example.com/2');
});

test('an address inside is not called, a key has no browser, a bad key is named', async () => {
  const stage = await api.stage();
  const headers = await signedIn(stage, stage.userId);
  const pair = createECDH('prime256v1');
  const keys = { p256dh: pair.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') };
  const asked = (body: object, as = headers) => api.send('POST /v1/push/subscriptions', { body }, as);
  const inside = await asked({ endpoint: 'https://127.0.0.1/x', keys });
  expect(inside.status).toBe(201);
  const refused = await asked({ endpoint: 'https://push.example.com/y', keys: { ...keys, auth: 'short' } });
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([400, expect.stringContaining('keys.auth')]);
  expect(
    (await asked({ endpoint: 'https://push.example.com/z', keys }, api.as(stage, 'key'))).body,
  ).toMatchObject({
    error: { code: 'forbidden', details: { reason: 'person_needed' } },
  });
  await writes(stage);
  await until('the address inside is forgotten', async () => {
    const rows = await db.withSystem('test', (tx) =>
      tx.query('select 1 from push_subscriptions where workspace_id = $1', [stage.workspaceId]),
    );
    return rows.length === 0;
  });
  expect(pushed).toEqual([]);
  clock.advance(1);
});
