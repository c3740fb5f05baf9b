/** Every POST twice with one Idempotency-Key: the same answer, one effect. */
import { describe, expect, test } from 'vitest';
import { testApi } from './api.ts';
import { notIdempotent, routesOf, unaudited } from './routes.ts';
import { allSamples } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();
const posts = routesOf(api.http).filter(
  (route) => route.key in samples && route.method === 'POST' && route.access !== null,
);
const stage = await api.stage();

const effects = async () => {
  const [row] = await api.db.withSystem('test', (tx) =>
    tx.query<{ lines: number; events: number }>(
      'select (select count(*)::int from audit) as lines, (select count(*)::int from events) as events',
    ),
  );
  return row!;
};

describe.each(posts.map(({ key }) => [key] as const))('%s', (key) => {
  test.skipIf(key in notIdempotent)('the same answer, one effect; another body is refused', async () => {
    const sample = await samples[key]!(stage);
    const headers = { ...api.callerOf(key, stage), 'idempotency-key': `twice-${key}` };
    const before = await effects();
    const first = await api.send(key, sample, headers);
    expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
    const after = await effects();
    const second = await api.send(key, sample, headers);
    expect(second.status).toBe(first.status);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(await effects()).toEqual(after);
    if (!(key in unaudited)) expect(after.lines).toBe(before.lines + 1);
    if (sample.body === undefined || Buffer.isBuffer(sample.body)) return;
    const other = await api.send(
      key,
      { ...sample, body: { ...(sample.body as object), extra: 'x' } },
      headers,
    );
    expect(other.status).toBeGreaterThanOrEqual(400);
  });

  test.skipIf(key in notIdempotent)('side by side: one effect', async () => {
    const sample = await samples[key]!(stage);
    const headers = { ...api.callerOf(key, stage), 'x-idempotency-key': `together-${key}` };
    const before = await effects();
    const answers = await Promise.all([1, 2, 3].map(() => api.send(key, sample, headers)));
    const good = answers.filter(({ status }) => status < 300);
    // One that came while the first was at it may be told to come again; none does it a second time.
    for (const answer of answers) {
      if (answer.status >= 300) expect([409, 503], JSON.stringify(answer.body)).toContain(answer.status);
    }
    expect(good.length).toBeGreaterThan(0);
    expect(new Set(good.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    if (!(key in unaudited)) expect((await effects()).lines).toBe(before.lines + 1);
  });
});

test('the list of exemptions names routes that exist', () => {
  const known = new Set(routesOf(api.http).map((route) => route.key));
  expect(Object.keys(notIdempotent).filter((key) => !known.has(key))).toEqual([]);
});
