import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { buildHttp, type Caller } from '../http/index.ts';
import { newId, type WorkspaceId } from '../ids.ts';
import { createAdmission, createBuckets, type PlanRates } from './index.ts';

const log = pino({ level: 'silent' });
const { db, clock } = await testDatabase();
const [small, large] = [newId<WorkspaceId>(), newId<WorkspaceId>()];
const none: PlanRates = { points: null, pointsSeconds: 60, requestsPerMinute: null };
const plans = new Map<string, PlanRates>([
  [small, { points: 3, pointsSeconds: 60, requestsPerMinute: 5 }],
  [large, none],
]);

/** `key:<workspace>:<id>` or `user:<workspace>:<id>`; anything else is nobody. */
async function authenticate({ bearer }: { bearer: string | null }): Promise<Caller | null> {
  const [kind, workspace, id = ''] = (bearer ?? '').split('.');
  if (kind !== 'key' && kind !== 'user') return null;
  return {
    person:
      kind === 'user'
        ? { userId: id, sessionId: 's', email: `${id}@x.y`, name: id, isSuperadmin: false }
        : null,
    principal: {
      workspaceId: workspace as WorkspaceId,
      actor: { kind, id, role: kind === 'key' ? 'key' : 'agent' },
      scopes: ['*'],
      numberIds: null,
      plan: 'x',
    },
  };
}

const http = await buildHttp({
  log,
  environment: 'test',
  checks: {},
  authenticate,
  clock,
  trustedProxies: ['10.0.0.1'],
  admission: createAdmission({
    buckets: createBuckets({ db, log }),
    planOf: async (id) => plans.get(id) ?? none,
    rules: {
      anonymous: { max: 4, windowSeconds: 900 },
      auth: { max: 2, windowSeconds: 900 },
      messages: { max: 2, windowSeconds: 60 },
      uploads: null,
    },
  }),
});
const gate = http.gate('messages:write');
http.app.get('/v1/things', { onRequest: gate }, async () => ({ ok: true }));
http.app.post('/v1/send', { onRequest: gate, config: { limits: ['points'] } }, async () => ({ ok: true }));
http.app.post('/api/send', { onRequest: gate, config: { limits: ['messages', 'uploads'] } }, async () => ({
  ok: true,
}));
http.app.post('/login', { config: { limits: ['auth'] } }, async () => ({ ok: true }));
await http.app.ready();
afterAll(() => http.close());

interface Ask {
  as?: string;
  from?: string;
  headers?: Record<string, string>;
  body?: object;
}

async function ask(method: 'GET' | 'POST', url: string, { as, from, headers, body }: Ask = {}) {
  const reply = await http.app.inject({
    method,
    url,
    remoteAddress: from ?? '192.0.2.1',
    headers: { ...(as ? { authorization: `Bearer ${as}` } : {}), ...headers },
    ...(body ? { payload: body } : {}),
  });
  const { error } = reply.json();
  // Of every answer here: who is limited reads the whole of it, and who is refused reads by what and when to come back.
  const figures = ['limit', 'remaining', 'reset'].map((name) => reply.headers[`x-ratelimit-${name}`]);
  if (figures.some((figure) => figure !== undefined)) {
    expect(figures.join(' '), url).toMatch(/^\d+ \d+ \d+$/);
  }
  if (reply.statusCode === 429) {
    expect(figures.join(' '), url).toMatch(/^\d+ 0 \d+$/);
    expect(reply.headers['retry-after'], url).toMatch(/^[1-9]\d*$/);
    expect(error.details, url).toMatchObject({
      limit: expect.stringMatching(/./),
      key: expect.stringMatching(/^(ip|user|key|workspace|account)$/),
    });
  }
  return { status: reply.statusCode, headers: reply.headers, error };
}

async function statuses(times: number, one: (i: number) => Promise<{ status: number }>): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) found.push((await one(i)).status);
  return found;
}

describe('limits of requests', () => {
  test('addresses without credentials that count, wrong ones too; a good key from there is not held to it', async () => {
    expect(
      await statuses(6, (i) =>
        ask('GET', '/v1/things', { from: '192.0.2.9', ...(i % 2 ? { as: 'wrong' } : {}) }),
      ),
    ).toEqual([401, 401, 401, 401, 429, 429]);
    const refused = await ask('GET', '/v1/things', { from: '192.0.2.9' });
    expect(refused.error).toMatchObject({
      code: 'rate_limited',
      details: { limit: 'anonymous', key: 'ip', max: 4, windowSeconds: 900, retryAfterSeconds: 900 },
    });
    expect(refused.headers).toMatchObject({
      'retry-after': '900',
      'x-ratelimit-limit': '4',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '900',
    });
    expect((await ask('GET', '/v1/things', { from: '192.0.2.9', as: `key.${large}.k` })).status).toBe(200);
    expect((await ask('GET', '/v1/things', { from: '192.0.2.8' })).status).toBe(401);
  });

  test('of IPv6 are as many as one customer has', async () => {
    const from = (i: number) => `2001:db8:0:7:${(i * 4099).toString(16)}::${i + 1}`;
    expect(await statuses(5, (i) => ask('GET', '/v1/things', { from: from(i) }))).toEqual([
      401, 401, 401, 401, 429,
    ]);
    expect((await ask('GET', '/v1/things', { from: '2001:db8:0:8::1' })).status).toBe(401);
  });

  test('a forged X-Forwarded-For changes nothing, a trusted proxy’s does', async () => {
    const forged = (i: number) => ({ headers: { 'x-forwarded-for': `198.51.100.${i}` } });
    expect(await statuses(5, (i) => ask('GET', '/v1/things', { from: '192.0.2.20', ...forged(i) }))).toEqual([
      401, 401, 401, 401, 429,
    ]);
    expect(await statuses(6, (i) => ask('GET', '/v1/things', { from: '10.0.0.1', ...forged(i) }))).toEqual(
      Array(6).fill(401),
    );
    // What the client wrote before the proxy's own entry is not believed either.
    const chained = (i: number) => ({ 'x-forwarded-for': `198.51.100.${50 + i}, 203.0.113.7` });
    expect(
      await statuses(5, (i) => ask('GET', '/v1/things', { from: '10.0.0.1', headers: chained(i) })),
    ).toEqual([401, 401, 401, 401, 429]);
  });

  test('signing in: by address and by account, whatever the writing, valid or not', async () => {
    const login = (from: string, email: unknown) => ask('POST', '/login', { from, body: { email } });
    expect(await statuses(3, (i) => login('192.0.2.30', `p${i}@x.y`))).toEqual([200, 200, 429]);
    const spread = ['A@x.y', ' a@X.y ', 'a@x.y'];
    expect(await statuses(3, (i) => login(`192.0.2.4${i}`, spread[i]))).toEqual([200, 200, 429]);
    expect((await login('192.0.2.50', 'a@x.y')).error.details).toMatchObject({
      limit: 'auth',
      key: 'account',
    });
    expect((await login('192.0.2.30', 'z@x.y')).error.details).toMatchObject({ limit: 'auth', key: 'ip' });
  });

  test('a user and a key by the plan of their workspace, each by itself', async () => {
    const as = (who: string) => () => ask('GET', '/v1/things', { as: who });
    expect(await statuses(6, as(`user.${small}.ann`))).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await as(`user.${small}.ann`)()).error.details).toMatchObject({ limit: 'requests', key: 'user' });
    expect(await statuses(6, as(`key.${small}.one`))).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await as(`key.${small}.one`)()).error.details).toMatchObject({ limit: 'requests', key: 'key' });
    expect(await statuses(20, as(`key.${large}.one`))).toEqual(Array(20).fill(200));
    clock.advance(60_000);
    expect((await as(`key.${small}.one`)()).status).toBe(200);
  });

  test('sends and uploads by the workspace’s points, all its people and keys together', async () => {
    const who = ['user', 'key', 'user', 'key'];
    const send = (i: number) => ask('POST', '/v1/send', { as: `${who[i]}.${small}.p${i}` });
    const first = await send(0);
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' });
    expect(await statuses(3, (i) => send(i + 1))).toEqual([200, 200, 429]);
    expect((await send(0)).error.details).toMatchObject({ limit: 'points', key: 'workspace' });
    // Reading goes on.
    expect((await ask('GET', '/v1/things', { as: `user.${small}.p0` })).status).toBe(200);
    // The operator gives them more, and the window need not end first.
    plans.set(small, { points: 4, pointsSeconds: 60, requestsPerMinute: null });
    expect(await statuses(2, () => send(0))).toEqual([200, 429]);
  });

  test('a route’s own limits, and one that is switched off', async () => {
    expect(await statuses(3, () => ask('POST', '/api/send', { as: `user.${large}.bob` }))).toEqual([
      200, 200, 429,
    ]);
    expect((await ask('POST', '/api/send', { as: `user.${large}.eve` })).status).toBe(200);
  });

  test('what nobody limits carries no figures', async () => {
    const free = await ask('GET', '/v1/things', { as: `key.${large}.free` });
    expect(Object.keys(free.headers).filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });
});
