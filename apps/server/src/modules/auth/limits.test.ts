import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { testDatabase } from '../../../test/harness.ts';
import { address, people, secret } from '../../../test/people.ts';
import { createAdmission, createBuckets } from '../../platform/limits/index.ts';

// Buckets of their own database, so that nothing else of this file empties them.
const { db } = await testDatabase();
const api = await testApi({
  admission: createAdmission({
    buckets: createBuckets({ db, log: pino({ level: 'silent' }) }),
    planOf: async () => ({ points: null, pointsSeconds: 60, requestsPerMinute: null }),
    rules: {
      anonymous: { max: 40, windowSeconds: 900 },
      auth: { max: 5, windowSeconds: 900 },
      mails: { max: 3, windowSeconds: 3_600 },
    },
  }),
});
const { someone } = people(api);

let machine = 0;
function oneMachine(): string {
  machine += 1;
  return `10.1.${machine >> 8}.${machine & 255}`;
}

/** Statuses of so many tries, each from another address unless one is given. */
async function tries(
  count: number,
  url: string,
  body: object,
  { from, headers = {}, method = 'POST' }: { from?: string; headers?: object; method?: 'POST' | 'PUT' } = {},
): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < count; at++) {
    const reply = await api.http.app.inject({
      method,
      url,
      payload: body,
      headers: { ...headers, 'x-forwarded-for': `203.0.113.${at}` },
      remoteAddress: from ?? oneMachine(),
    });
    statuses.push(reply.statusCode);
  }
  return statuses;
}

describe('guessing', () => {
  it.each([
    ['/v1/auth/login', { email: address(), password: secret() }],
    ['/v1/auth/confirm-address', { token: 'x', password: secret() }],
    ['/v1/auth/reset-password', { token: 'x', password: secret() }],
    ['/v1/auth/register', { email: address(), password: secret() }],
    ['/v1/auth/forgot-password', { email: address() }],
  ])(
    '%s takes five tries of one address in a quarter of an hour, whatever it says it forwards',
    async (url, body) => {
      const from = oneMachine();
      const statuses = await tries(6, url, body, { from });
      expect(statuses.slice(0, 5)).not.toContain(429);
      expect(statuses[5]).toBe(429);
    },
  );

  it.each([
    ['/v1/auth/login', { password: secret() }],
    ['/v1/auth/register', { password: secret() }],
    ['/v1/auth/forgot-password', {}],
  ])('%s takes five for one account from everywhere, known or not', async (url, body) => {
    const statuses = await tries(6, url, { ...body, email: address() });
    expect(statuses.slice(0, 5)).not.toContain(429);
    expect(statuses[5]).toBe(429);
  });

  it.each([
    ['PUT', '/v1/auth/password', { current: 'wrong', password: secret() }],
    ['POST', '/v1/auth/email', { email: address(), password: 'wrong' }],
  ] as const)('%s %s: a stolen session tries five passwords', async (method, url, body) => {
    const from = oneMachine();
    const { headers } = await someone();
    const statuses = await tries(6, url, body, { from, method, headers });
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });

  it('asks for the links of mails no more often than strangers may ask at all', async () => {
    const from = oneMachine();
    const statuses = await tries(41, '/v1/auth/confirm-new-address', { token: 'x' }, { from });
    expect(statuses.slice(0, 40)).not.toContain(429);
    expect(statuses[40]).toBe(429);
  });

  it('mails no more invitations than a user may have sent', async () => {
    const headers = api.as(await api.stage(), 'owner');
    const invite = (email: string) =>
      api.send('POST /v1/invitations', { body: { email, role: 'viewer' } }, headers);
    const made = await invite(address());
    const { id } = made.body as { id: string };
    const again = () => api.send('POST /v1/invitations/:id/resend', { params: { id } }, headers);
    const statuses = [made.status, (await again()).status, (await invite(address())).status];
    expect(statuses).toEqual([201, 200, 201]);
    expect((await again()).body).toMatchObject({
      error: { code: 'rate_limited', details: { limit: 'mails', key: 'user' } },
    });
    expect((await invite(address())).status).toBe(429);
  });
});
