import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { testDatabase } from '../../../test/harness.ts';
import { address, people, type Registered, secret } from '../../../test/people.ts';
import { newId } from '../../platform/ids.ts';
import { createAdmission, createBuckets } from '../../platform/limits/index.ts';

// Buckets of their own database, so that nothing else of this file empties them.
const { db, clock } = await testDatabase();
const api = await testApi({
  admission: createAdmission({
    buckets: createBuckets({ db, log: pino({ level: 'silent' }) }),
    planOf: async () => ({ points: null, pointsSeconds: 60, requestsPerMinute: null }),
    rules: {
      anonymous: { max: 40, windowSeconds: 900 },
      auth: { max: 5, windowSeconds: 900 },
      api: { max: 100, windowSeconds: 900 },
      mails: { max: 3, windowSeconds: 3_600 },
      addressMails: { max: 7, windowSeconds: 86_400, per: 'account' },
      invitations: { max: 4, windowSeconds: 3_600, per: 'workspace' },
      workspaces: { max: 3, windowSeconds: 86_400 },
    },
  }),
});
const { someone, me } = people(api);

/** Somebody for whom the limits begin anew: to register counts too. */
function newcomer(): Promise<Registered> {
  clock.advance(901_000);
  return someone();
}

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
    ['POST', '/v1/auth/totp', { password: 'wrong' }],
    ['POST', '/v1/auth/passkeys/options', { password: 'wrong' }],
  ] as const)('%s %s: a stolen session tries five passwords', async (method, url, body) => {
    const from = oneMachine();
    const { headers } = await newcomer();
    const statuses = await tries(6, url, body, { from, method, headers });
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });

  it('a stolen session guesses at one address what it guessed at another, and all at once', async () => {
    const { headers } = await newcomer();
    const body = { password: 'wrong' };
    const urls = ['/v1/auth/totp', '/v1/auth/passkeys/options', '/v1/auth/recovery-codes'];
    const statuses = await Promise.all(
      [0, 1, 2].flatMap((turn) =>
        urls.map((url) => tries(1, url, body, { headers, from: `10.2.0.${turn}` })),
      ),
    );
    expect(statuses.flat().toSorted()).toEqual([422, 422, 422, 422, 422, 429, 429, 429, 429]);
  });

  it('whoever proves themselves changes how they sign in as often as they like', async () => {
    const { headers, password } = await newcomer();
    expect(await tries(8, '/v1/auth/totp', { password }, { headers })).toEqual(Array(8).fill(201));
    // What was right gave nothing away: five wrong ones are still left, and no more.
    const wrong = await tries(6, '/v1/auth/totp', { password: 'wrong' }, { headers });
    expect(wrong).toEqual([422, 422, 422, 422, 422, 429]);
    expect(await tries(1, '/v1/auth/totp', { password }, { headers })).toEqual([429]);
  });

  it('mails one address no more than strangers may have sent there, however long they wait', async () => {
    const email = address();
    const ask = () => tries(5, '/v1/auth/forgot-password', { email });
    expect(await ask()).toEqual(Array(5).fill(202));
    clock.advance(901_000);
    expect(await ask()).toEqual([202, 202, 429, 429, 429]);
    expect(await tries(1, '/v1/auth/register', { email, password: secret() })).toEqual([429]);
    expect(await tries(1, '/v1/auth/forgot-password', { email: address() })).toEqual([202]);
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

  it('invites no more people into a workspace than all of it may', async () => {
    const stage = await api.stage();
    const [owner, admin] = [api.as(stage, 'owner'), api.as(stage, 'admin')];
    const invite = async (headers: Record<string, string>) =>
      api.send('POST /v1/invitations', { body: { email: address(), role: 'viewer' } }, headers);
    for (const headers of [owner, admin, owner, admin]) expect((await invite(headers)).status).toBe(201);
    expect((await invite(admin)).body).toMatchObject({
      error: { code: 'rate_limited', details: { limit: 'invitations', key: 'workspace', max: 4 } },
    });
    expect((await invite(api.as(await api.stage(), 'owner'))).status).toBe(201);
  });

  it('makes so many workspaces in a day, and owns so many in all', async () => {
    const make = (headers: object) => tries(1, '/v1/workspaces', { name: 'Another' }, { headers });
    const { headers } = await newcomer();
    expect(
      [await make(headers), await make(headers), await make(headers), await make(headers)].flat(),
    ).toEqual([201, 201, 201, 429]);
    const other = await newcomer();
    const { person } = await me(other.headers);
    const at = api.db.clock.now();
    await api.db.withSystem('test: an owner of many', async (tx) => {
      for (let n = 0; n < 18; n++) {
        const id = newId();
        await tx.execute(
          "insert into workspaces (id, name, plan, created_at) select $1, 'Many', name, $2 from plans limit 1",
          [id, at],
        );
        await tx.execute(
          "insert into members (workspace_id, user_id, role, created_at) values ($1, $2, 'owner', $3)",
          [id, person.id, at],
        );
      }
    });
    const body = { name: 'One more' };
    const both = await Promise.all([make(other.headers), make(other.headers)]);
    expect(both.flat().toSorted()).toEqual([201, 409]);
    const refused = await api.send('POST /v1/workspaces', { body }, other.headers);
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'too_many_workspaces', details: { limit: 20, owned: 20 } } },
    });
  });
});
