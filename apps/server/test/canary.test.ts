/**
 * No secret and no word of anybody in the log: every route is asked, well and badly, with the log at its loudest, and
 * what went in (tokens, passwords, keys, codes, texts) is searched in every line.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { testApi } from './api.ts';
import { routesOf } from './routes.ts';
import { allSamples, type Sample } from './samples/index.ts';
import { writes } from './writes.ts';

const api = await testApi({
  routes: ({ app, gate }) => {
    // What PostgreSQL says of a row that it refuses holds the row.
    app.get('/v1/crash', { onRequest: gate('messages:read') }, async () =>
      api.db.withSystem('test', (tx) =>
        tx.execute(
          'insert into contact_notes (workspace_id, id, contact_id, text, author_kind) values ($1, $1, $1, $2, $3)',
          [stage.workspaceId, 'the canary in a refused row', 'user'],
        ),
      ),
    );
  },
});
const samples = await allSamples();
const stage = await api.stage();
const routes = routesOf(api.http).filter(({ key }) => key in samples);

/** Everything written into a request that is no id, no number, no word of our own API. */
function words(value: unknown): string[] {
  if (typeof value === 'string') {
    const isOurs = /^[0-9a-f-]{36}$|^[a-z][a-z0-9_:.-]{0,24}$|^\d{4}-\d\d-\d\d/.test(value);
    return value.length >= 8 && !isOurs ? [value] : [];
  }
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(words);
}

/** The secret part of credentials. */
function secrets(headers: Record<string, string>): string[] {
  return ['authorization', 'cookie']
    .map((name) => headers[name]?.replace(/^Bearer |^[^=]*=/, ''))
    .filter((secret): secret is string => secret !== undefined && secret.length > 7);
}

test('tokens, passwords, keys, codes and texts are in no line of the log', async () => {
  const canaries = new Set<string>();
  const remember = (found: readonly string[]) => found.forEach((word) => void canaries.add(word));
  const ask = async (key: string, sample: Sample, headers: Record<string, string>) => {
    remember(words(sample.body));
    remember(secrets({ ...headers, ...sample.headers }));
    const answer = await api.send(key, sample, headers);
    // What is shown once (keys, codes, links) is as secret as what was sent.
    remember(words(answer.body).filter((word) => /^ck_|^otpauth|^[A-Za-z0-9_-]{40,}$/.test(word)));
  };
  for (const { key } of routes) {
    const headers = api.callerOf(key, stage);
    const sample = await samples[key]!(stage);
    await ask(key, sample, headers);
    // Refused in every way: a wrong key, a wrong shape, an id of nobody, a broken body.
    await ask(key, sample, {
      authorization: `Bearer ck_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`,
    });
    if (sample.body !== undefined && !Buffer.isBuffer(sample.body)) {
      await ask(
        key,
        { ...sample, body: { ...(sample.body as object), unknownKey: 'a canary under a key nobody knows' } },
        headers,
      );
      await ask(key, { ...sample, body: ['a canary of the wrong type'] }, headers);
      await ask(
        key,
        {
          ...sample,
          body: Buffer.from('{"text": "a canary in broken JSON'),
          headers: { ...sample.headers, 'content-type': 'application/json' },
        },
        headers,
      );
    }
  }
  remember(['a canary in broken JSON', 'the canary in a refused row', 'a canary from WhatsApp']);
  await writes(stage, { text: 'a canary from WhatsApp' });
  const crash = await api.http.app.inject({ url: '/v1/crash', headers: api.as(stage, 'owner') });
  expect(crash.statusCode).toBe(500);

  // The log was on, at its loudest, and of every kind.
  expect(api.logged.length).toBeGreaterThan(routes.length);
  expect(api.logged.some((line) => JSON.parse(line).level >= 50)).toBe(true);
  expect(canaries.size).toBeGreaterThan(routes.length);
  const heard = [...canaries].flatMap((canary) => {
    const escaped = JSON.stringify(canary).slice(1, -1);
    const line = api.logged.find((one) => one.includes(escaped));
    return line === undefined ? [] : [`${canary} in ${line.slice(0, 600)}`];
  });
  expect(heard).toEqual([]);
});
