import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { seedWorkspace, testDatabase } from '../../../test/harness.ts';
import { AppError } from '../errors.ts';
import { newId, type WorkspaceId } from '../ids.ts';
import { canonical } from './idempotent.ts';
import { buildHttp, expireAnswersHandler, type Http, idempotent } from './index.ts';

const log = pino({ level: 'silent' });
const t = await testDatabase({ poolSize: 10 });
const { db, clock } = t;
const one = await seedWorkspace(db);
const two = await seedWorkspace(db);
let http: Http;
let calls = 0;
let mood: 'good' | 'refuse' | 'crash' = 'good';

beforeAll(async () => {
  http = await buildHttp({
    log,
    environment: 'test',
    checks: {},
    authenticate: async ({ bearer: token }) => {
      const workspaceId: WorkspaceId = token?.startsWith('ck_one') ? one.workspaceId : two.workspaceId;
      return {
        person: null,
        principal: {
          workspaceId,
          actor: { kind: 'key', id: token, role: 'key' },
          scopes: ['*'],
          numberIds: null,
          plan: 'free',
        },
      };
    },
  });
  // The effect: a row of the tenant.
  http.app.post(
    '/v1/notices',
    {
      onRequest: http.gate('notices:write'),
      schema: {
        body: z.object({ about: z.string(), extra: z.unknown().optional() }),
        response: { 201: z.object({ zebra: z.string(), about: z.string(), id: z.string() }) },
      },
    },
    idempotent(db, async (tx, request) => {
      calls++;
      const { about } = request.body;
      const id = newId();
      await tx.execute(
        `insert into notices (workspace_id, id, field, about, value, at, created_at) values ($1, $2, 'test', $3, '{}', $4, $4)`,
        [tx.workspaceId, id, about, tx.now()],
      );
      if (mood === 'refuse') throw new AppError('window_closed', 403, 'The service window is closed.');
      if (mood === 'crash') throw new Error('power cut');
      return { status: 201, body: { zebra: 'nul \u0000 and half \ud800', about, id } };
    }),
  );
  await http.app.ready();
});

afterAll(() => http.close(100));

beforeEach(async () => {
  calls = 0;
  mood = 'good';
  await db.withSystem('reset', async (tx) => {
    await tx.execute('delete from notices');
    await tx.execute('delete from idempotency_keys');
  });
});

const post = (key: string | null, payload: object = { about: 'a' }, more: Record<string, string> = {}) =>
  http.app.inject({
    method: 'POST',
    url: '/v1/notices',
    headers: {
      authorization: 'Bearer ck_one_1',
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...more,
    },
    payload,
  });

async function count(table: string): Promise<number> {
  const [row] = await db.withSystem('count', (tx) =>
    tx.query<{ n: number }>(`select count(*) as n from ${table}`),
  );
  return row?.n ?? 0;
}

test('200 parallel requests with one key: one row, one effect, equal answers', async () => {
  const replies = await Promise.all(Array.from({ length: 200 }, () => post('k1')));
  expect(new Set(replies.map((reply) => reply.statusCode))).toEqual(new Set([201]));
  expect(new Set(replies.map((reply) => reply.body)).size).toBe(1);
  expect(replies.filter((reply) => reply.headers['idempotent-replayed'] === undefined)).toHaveLength(1);
  expect([calls, await count('notices'), await count('idempotency_keys')]).toEqual([1, 1, 1]);
});

test('200 parallel requests without a key are 200 effects', async () => {
  await Promise.all(Array.from({ length: 200 }, () => post(null)));
  expect(await count('notices')).toBe(200);
});

test('another body under the same key is refused, the same body in another order is not', async () => {
  const first = await post('k2', { about: 'a', extra: { x: 1, y: [1, 2] } });
  const again = await post('k2', { extra: { y: [1, 2], x: 1 }, about: 'a' });
  expect([again.statusCode, again.body]).toEqual([201, first.body]);
  const other = await post('k2', { about: 'b' });
  expect([other.statusCode, other.json().error.code]).toEqual([422, 'idempotency_mismatch']);
  const order = await post('k2', { about: 'a', extra: { x: 1, y: [2, 1] } });
  expect(order.statusCode).toBe(422);
  expect(await count('notices')).toBe(1);
});

test('parallel requests with different bodies under one key: one wins, the others are told', async () => {
  const replies = await Promise.all(Array.from({ length: 30 }, (_, i) => post('k3', { about: `a${i % 3}` })));
  const statuses = replies.map((reply) => reply.statusCode);
  expect(new Set(statuses)).toEqual(new Set([201, 422]));
  expect(statuses.filter((status) => status === 201)).toHaveLength(10);
  expect(await count('notices')).toBe(1);
});

test('S3 says X-Idempotency-Key; two workspaces may use one key', async () => {
  const first = await post(null, { about: 'a' }, { 'x-idempotency-key': 'k4' });
  expect((await post('k4')).body).toBe(first.body);
  const theirs = await post('k4', { about: 'a' }, { authorization: 'Bearer ck_two_1' });
  expect(theirs.statusCode).toBe(201);
  expect(theirs.body).not.toBe(first.body);
  expect(await count('notices')).toBe(2);
});

test('a colleague who sends the same key and body does not get the answer', async () => {
  expect((await post('k5')).statusCode).toBe(201);
  const theirs = await post('k5', { about: 'a' }, { authorization: 'Bearer ck_one_2' });
  expect([theirs.statusCode, theirs.json().error.code]).toEqual([422, 'idempotency_mismatch']);
  expect(await count('notices')).toBe(1);
});

test.each(['', 'ü', 'a'.repeat(256), 'tab\tin it'])('the key %j is refused', async (key) => {
  const reply = await post(key);
  expect([reply.statusCode, reply.json().error.details.problems[0].path]).toEqual([
    400,
    'headers.idempotency-key',
  ]);
});

test('a refusal or a crash leaves nothing, and the next one has its effect', async () => {
  for (const [how, status] of [
    ['refuse', 403],
    ['crash', 500],
  ] as const) {
    mood = how;
    expect((await post('k5')).statusCode).toBe(status);
    expect([await count('notices'), await count('idempotency_keys')]).toEqual([0, 0]);
  }
  mood = 'good';
  expect((await post('k5')).statusCode).toBe(201);
  expect(await count('notices')).toBe(1);
});

test('while the first of many fails, one of the waiting ones takes its place', async () => {
  mood = 'refuse';
  const replies = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const reply = await post('k6');
      // The first refusal is over: those who wait on its claim now find another world.
      mood = 'good';
      return reply;
    }),
  );
  expect(replies.some((reply) => reply.statusCode === 403)).toBe(true);
  expect(replies.some((reply) => reply.statusCode === 201)).toBe(true);
  expect([await count('notices'), await count('idempotency_keys')]).toEqual([1, 1]);
});

test('after 24 hours the key is free, and the job removes what is left', async () => {
  const first = await post('k7');
  clock.advance(24 * 3_600_000 - 1);
  expect((await post('k7')).body).toBe(first.body);
  clock.advance(1);
  expect((await post('k7', { about: 'other' })).statusCode).toBe(201);
  expect(await count('notices')).toBe(2);
  await post('k8');
  clock.advance(12 * 3_600_000);
  await post('k9');
  clock.advance(12 * 3_600_000);
  await expireAnswersHandler(db).run(
    {},
    { workspaceId: null, attempt: 1, log, signal: new AbortController().signal },
  );
  expect(await count('idempotency_keys')).toBe(1);
});

test('canonical: equal for any order of keys, different for different values', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, part]) => [key, shuffled(part)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const clean: unknown = JSON.parse(JSON.stringify(value));
      expect(canonical(shuffled(clean))).toBe(canonical(clean));
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      if (canonical(a) === canonical(b)) expect(shuffled(a)).toEqual(shuffled(b));
    }),
  );
});
