/** A flood of sign-ins: whoever signs in waits or is told to come again, and nobody else notices. */
import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { until } from '../../../test/harness.ts';
import { address, people, secret } from '../../../test/people.ts';
import { derivations } from './index.ts';
import { inLane, lanes, longestLine } from './lanes.ts';

const api = await testApi();
const { someone } = people(api);

/** So many derivations that do not end until they are told to, and cost nothing. */
function occupy(count: number): () => Promise<unknown> {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const all = Promise.all(Array.from({ length: count }, () => inLane(() => ended)));
  return () => {
    end();
    return all;
  };
}

const login = (email = address(), password = secret()) =>
  api.send('POST /v1/auth/login', { body: { email, password } });

/** What people and programs do all day: none of it derives a key. */
async function everybodyElse(headers: Record<string, string>): Promise<number[]> {
  const stage = await api.stage();
  const answers = await Promise.all([
    api.send('GET /v1/auth/me', {}, headers),
    api.send('GET /livez', {}),
    api.send('GET /readyz', {}),
    ...['owner', 'agent', 'key'].flatMap((who) => {
      const caller = api.as(stage, who as 'owner');
      return [
        api.send('GET /v1/conversations', {}, caller),
        api.send('GET /v1/contacts', {}, caller),
        api.send('GET /v1/messages', {}, caller),
      ];
    }),
    api.send('POST /v1/contacts', { body: { phone: '+4915112345678' } }, api.as(stage, 'owner')),
  ]);
  return answers.map(({ status }) => status);
}

const fine = [200, 200, 200, ...Array(9).fill(200), 201];

test('where the line is full, those who sign in are told when to come again, the others are served', async () => {
  const { email, password, headers } = await someone();
  const end = occupy(lanes + longestLine);
  try {
    for (const answer of [
      await login(email, password),
      await login(),
      await api.send('POST /v1/auth/register', { body: { email: address(), password: secret() } }),
      await api.send('POST /v1/auth/totp', { body: { password } }, headers),
    ]) {
      expect(answer).toMatchObject({ status: 503, body: { error: { code: 'overloaded' } } });
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    }
    expect(await everybodyElse(headers)).toEqual(fine);
  } finally {
    await end();
  }
  expect((await login(email, password)).status).toBe(200);
});

test('whoever waits in line holds no connection that others need', async () => {
  const { headers } = await someone();
  const end = occupy(lanes);
  const before = derivations();
  // More than the pool has connections.
  const waiting = Promise.all(Array.from({ length: 16 }, () => login()));
  try {
    await until('all of them are in line', () => derivations() >= before + 16, 20_000);
    expect(await everybodyElse(headers)).toEqual(fine);
  } finally {
    await end();
  }
  expect((await waiting).map(({ status }) => status)).toEqual(Array(16).fill(401));
});
