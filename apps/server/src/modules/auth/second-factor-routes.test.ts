import { hash as bcrypt } from 'bcryptjs';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { authenticator } from '../../../test/authenticator.ts';
import { testDatabase, testRing } from '../../../test/harness.ts';
import { type IssuerPerson, startIssuer } from '../../../test/issuer.ts';
import { shownCode } from '../../../test/totp.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { installation, newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { createMailer } from '../../platform/mail/index.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { createAuthenticate } from './authenticate.ts';
import { createOidc } from './oidc.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { secondFactorLoginRoutes } from './second-factor-login-routes.ts';
import { secondFactorRoutes } from './second-factor-routes.ts';
import { startSession } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { tokenKeyOf } from './tokens.ts';

const { db, clock, ownerUrl } = await testDatabase();
await registerJobs(db);
const issuer = await startIssuer();
const log = createLog('silent');
const tokenKey = tokenKeyOf('x'.repeat(40));
const publicUrl = 'http://localhost:3000';
const site = { publicUrl, corsOrigins: [] };
const http = await buildHttp({
  log,
  environment: 'test',
  checks: {},
  clock,
  authenticate: createAuthenticate({ db, tokenKey, site }),
});
const mailer = createMailer({ smtpUrl: null, from: 'chaski@example.com', ring: testRing, outbox: null, log });
const invitations = new Set<string>();
const deps = {
  db,
  log,
  gate: http.gate,
  ring: testRing,
  site,
  tokenKey,
  mailer,
  links: { publicUrl: () => publicUrl },
  oidc: createOidc({
    issuer: issuer.url,
    clientId: issuer.clientId,
    clientSecret: issuer.clientSecret,
    name: 'Staff',
    autoCreate: false,
    redirectUri: `${publicUrl}/v1/auth/oidc/callback`,
  }),
  invited: async (_tx: unknown, email: string) => invitations.has(email),
};
for (const routes of [secondFactorRoutes, passkeyRoutes, secondFactorLoginRoutes, oidcRoutes]) {
  await http.app.register(routes(deps));
}
await http.app.ready();
afterAll(() => http.close());

const system = <T>(fn: Parameters<typeof db.withSystem<T>>[1]) => db.withSystem('test', fn);
const password = 'the kettle sings at noon';
// Cheap to verify, as a hash that another system brought along.
const stored = await bcrypt(password, 4);

interface Person {
  userId: string;
  email: string;
  token: string;
}

async function somebody({
  withPassword = true,
  impersonatorId = null as string | null,
} = {}): Promise<Person> {
  const userId = newId();
  const email = `${userId}@example.com`;
  const token = await system(async (tx) => {
    await tx.execute(
      `insert into users (id, email, name, password_hash, created_at, email_verified_at)
       values ($1, $2, 'Somebody', $3, $4, $4)`,
      [userId, email, withPassword ? stored : null, clock.now()],
    );
    const session = { userId, kind: 'token', ip: null, userAgent: null, secondFactor: false } as const;
    return (await startSession(tx, { tokenKey }, { ...session, impersonatorId })).token;
  });
  return { userId, email, token };
}

async function call(
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  options: { as?: Person; body?: object; headers?: Record<string, string> } = {},
) {
  const answer = await http.app.inject({
    method,
    url,
    headers: {
      ...(options.as ? { authorization: `Bearer ${options.as.token}` } : {}),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { payload: options.body }),
  });
  return {
    status: answer.statusCode,
    body: answer.body === '' ? null : answer.json(),
    cookies: [answer.headers['set-cookie'] ?? []].flat(),
    location: answer.headers.location,
  };
}

/** What stands in the installation's audit about a person, sorted: the clock stands still between two requests. */
const audited = (userId: string) =>
  system(async (tx) =>
    (
      await tx.query<{ action: string }>(
        'select action from audit where workspace_id = $1 and target_id = $2 order by id',
        [installation, userId],
      )
    )
      .map((row) => row.action)
      .sort(),
  );

/** As a superuser: the jobs are the queue's own. */
async function mailsWaiting(): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::int as count from graphile_worker.jobs where task_identifier = 'mail.send'",
    );
    return rows[0]!.count;
  } finally {
    await client.end();
  }
}

async function enrolled(person: Person) {
  const { body } = await call('POST', '/v1/auth/totp', { as: person, body: { password } });
  const confirmed = await call('POST', '/v1/auth/totp/confirm', {
    as: person,
    body: { code: shownCode(body.uri, clock.now()) },
  });
  clock.advance(30_000);
  return { uri: body.uri as string, recoveryCodes: confirmed.body.recoveryCodes as string[] };
}

/** The first half of a login, as the door does it. */
async function login(person: Person): Promise<string> {
  const request = { person: null, principal: null, ip: '192.0.2.1', headers: {}, id: 'test' } as const;
  const outcome = await signIn({ db, tokenKey, log }, request as never, {
    email: person.email,
    password,
    kind: 'cookie',
  });
  if (outcome.outcome !== 'challenge') throw new Error('nobody asked for a second factor');
  return outcome.answer.challenge;
}

it('an authenticator app by HTTP: begun with the password, confirmed, asked for at login, removed with a code', async () => {
  const person = await somebody();
  expect(await call('POST', '/v1/auth/totp', { as: person, body: {} })).toMatchObject({
    status: 403,
    body: { error: { details: { reason: 'proof_needed' } } },
  });
  expect(await call('POST', '/v1/auth/totp', { as: person, body: { password: 'wrong' } })).toMatchObject({
    status: 422,
    body: { error: { code: 'wrong_password' } },
  });
  const before = await mailsWaiting();
  const { uri, recoveryCodes } = await enrolled(person);
  expect(recoveryCodes).toHaveLength(10);
  expect(await mailsWaiting()).toBe(before + 1);
  expect((await call('GET', '/v1/auth/factors', { as: person })).body).toEqual({
    totp: true,
    passkeys: 0,
    recoveryCodesLeft: 10,
    hasPassword: true,
  });

  const challenge = await login(person);
  const finish = (code: string) => call('POST', '/v1/auth/second-factor', { body: { challenge, code } });
  expect(await finish('000000')).toMatchObject({ status: 422, body: { error: { code: 'wrong_code' } } });
  const done = await finish(shownCode(uri, clock.now()));
  expect(done).toMatchObject({ status: 200, body: { next: 'done', token: null } });
  expect(done.cookies.join()).toMatch(/chaski=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax/);
  expect(await finish(shownCode(uri, clock.now(), 1))).toMatchObject({ status: 401 });
  const cookie = done.cookies[0]!.split(';')[0]!;
  expect(await call('GET', '/v1/auth/factors', { headers: { cookie } })).toMatchObject({ status: 200 });

  clock.advance(60_000);
  const code = shownCode(uri, clock.now());
  expect(await call('POST', '/v1/auth/totp/remove', { as: person, body: { code } })).toMatchObject({
    status: 204,
  });
  expect(await call('POST', '/v1/auth/totp/remove', { as: person, body: { password } })).toMatchObject({
    status: 404,
  });
  expect(await audited(person.userId)).toEqual([
    'second_factor.added',
    'second_factor.begun',
    'second_factor.removed',
    'session.challenged',
    'session.started',
  ]);
});

it('a login dies of five wrong codes, whichever they were, and of five minutes', async () => {
  const person = await somebody();
  const { uri, recoveryCodes } = await enrolled(person);
  const challenge = await login(person);
  for (let tries = 0; tries < 5; tries++) {
    expect(
      await call('POST', '/v1/auth/second-factor', { body: { challenge, code: 'aaaa-aaaa-aaaa-aaaa' } }),
    ).toMatchObject({ status: 422 });
  }
  const right = shownCode(uri, clock.now());
  for (const code of [right, recoveryCodes[0]!]) {
    expect(await call('POST', '/v1/auth/second-factor', { body: { challenge, code } })).toMatchObject({
      status: 401,
      body: { error: { code: 'sign_in_over' } },
    });
  }
  const late = await login(person);
  clock.advance(5 * 60_000);
  expect(
    await call('POST', '/v1/auth/second-factor', { body: { challenge: late, code: recoveryCodes[0]! } }),
  ).toMatchObject({ status: 401 });
  const fresh = await login(person);
  expect(
    await call('POST', '/v1/auth/second-factor', { body: { challenge: fresh, code: recoveryCodes[0]! } }),
  ).toMatchObject({ status: 200 });
});

it('another page can finish no login in this browser', async () => {
  const person = await somebody();
  const { recoveryCodes } = await enrolled(person);
  const challenge = await login(person);
  const body = { challenge, code: recoveryCodes[0]! };
  expect(
    await call('POST', '/v1/auth/second-factor', { body, headers: { origin: 'https://evil.example' } }),
  ).toMatchObject({ status: 403, body: { error: { code: 'cross_site' } } });
  expect(
    await call('POST', '/v1/auth/second-factor', { body, headers: { origin: publicUrl } }),
  ).toMatchObject({ status: 200 });
});

it('recovery codes are made anew with a proof, by who has a second factor', async () => {
  const person = await somebody();
  const make = (body: object) => call('POST', '/v1/auth/recovery-codes', { as: person, body });
  expect(await make({ password })).toMatchObject({
    status: 409,
    body: { error: { code: 'no_second_factor' } },
  });
  const { recoveryCodes } = await enrolled(person);
  expect(await make({})).toMatchObject({ status: 403 });
  const made = await make({ code: recoveryCodes[3]! });
  expect(made.status).toBe(201);
  expect(made.body.recoveryCodes).toHaveLength(10);
  expect(await make({ code: recoveryCodes[4]! })).toMatchObject({ status: 422 });
});

async function withPasskey(person: Person) {
  const device = authenticator(publicUrl);
  const options = await call('POST', '/v1/auth/passkeys/options', { as: person, body: { password } });
  const made = await call('POST', '/v1/auth/passkeys', {
    as: person,
    body: { name: 'Phone', response: device.create(options.body) },
  });
  return { device, made };
}

it('a passkey by HTTP: registered, listed, renamed, signs in alone and after the password, removed', async () => {
  const person = await somebody();
  const { device, made } = await withPasskey(person);
  expect(made).toMatchObject({ status: 201, body: { passkey: { name: 'Phone', synced: false } } });
  expect(made.body.recoveryCodes).toHaveLength(10);
  const { id } = made.body.passkey;
  expect(
    await call('PATCH', `/v1/auth/passkeys/${id}`, { as: person, body: { name: 'Old phone' } }),
  ).toMatchObject({ status: 200, body: { name: 'Old phone' } });

  const alone = await call('POST', '/v1/auth/passkey/options', { body: {} });
  const answer = { response: device.get(alone.body), session: 'token' };
  const signedIn = await call('POST', '/v1/auth/passkey', { body: answer });
  expect(signedIn).toMatchObject({ status: 200, body: { next: 'done', token: expect.any(String) } });
  expect(await call('POST', '/v1/auth/passkey', { body: answer })).toMatchObject({
    status: 401,
    body: { error: { code: 'passkey_not_known' } },
  });
  const bearer = { authorization: `Bearer ${signedIn.body.token}` };
  expect((await call('GET', '/v1/auth/passkeys', { headers: bearer })).body.data).toMatchObject([
    { id, name: 'Old phone', lastUsedAt: clock.now().toISOString() },
  ]);

  const challenge = await login(person);
  const second = await call('POST', '/v1/auth/second-factor/passkey/options', { body: { challenge } });
  expect(second.body.allowCredentials).toMatchObject([{ id: device.credentialId }]);
  const finish = { challenge, response: device.get(second.body) };
  expect(await call('POST', '/v1/auth/second-factor/passkey', { body: finish })).toMatchObject({
    status: 200,
    cookies: [expect.stringContaining('chaski=')],
  });
  expect(await call('POST', '/v1/auth/second-factor/passkey', { body: finish })).toMatchObject({
    status: 401,
  });

  const other = await somebody();
  expect(
    await call('POST', `/v1/auth/passkeys/${id}/remove`, { as: other, body: { password } }),
  ).toMatchObject({ status: 404 });
  expect(await call('POST', `/v1/auth/passkeys/${id}/remove`, { as: person, body: {} })).toMatchObject({
    status: 403,
  });
  expect(
    await call('POST', `/v1/auth/passkeys/${id}/remove`, { as: person, body: { password } }),
  ).toMatchObject({ status: 204 });
  expect(await audited(person.userId)).toEqual([
    'second_factor.added',
    'second_factor.begun',
    'second_factor.removed',
    'second_factor.renamed',
    'session.challenged',
    'session.started',
    'session.started',
  ]);
});

it('a wrong passkey counts as a try of the login; a disabled person gets in by none', async () => {
  const person = await somebody();
  const { device } = await withPasskey(person);
  const { device: foreign } = await withPasskey(await somebody());
  const challenge = await login(person);
  for (const status of [401, 401, 401, 401, 401]) {
    const { body } = await call('POST', '/v1/auth/second-factor/passkey/options', { body: { challenge } });
    expect(
      await call('POST', '/v1/auth/second-factor/passkey', {
        body: { challenge, response: foreign.get(body) },
      }),
    ).toMatchObject({ status });
  }
  const { body } = await call('POST', '/v1/auth/second-factor/passkey/options', { body: { challenge } });
  expect(
    await call('POST', '/v1/auth/second-factor/passkey', { body: { challenge, response: device.get(body) } }),
  ).toMatchObject({ status: 401, body: { error: { code: 'sign_in_over' } } });

  const alone = await call('POST', '/v1/auth/passkey/options', { body: {} });
  await system((tx) =>
    tx.execute('update users set disabled_at = created_at where id = $1', [person.userId]),
  );
  expect(
    await call('POST', '/v1/auth/passkey', { body: { response: device.get(alone.body) } }),
  ).toMatchObject({
    status: 401,
  });
});

/** A browser walks to the issuer and back. */
async function walks(person: IssuerPerson) {
  const start = await call('GET', '/v1/auth/oidc/start');
  const cookie = start.cookies[0]!.split(';')[0]!;
  expect(start).toMatchObject({ status: 302, cookies: [expect.stringContaining('HttpOnly; SameSite=Lax')] });
  return call('GET', issuer.signIn(start.location!, person), { headers: { cookie } });
}

it('single sign-on by HTTP: known by address, linked once with a mail, then by the subject', async () => {
  const person = await somebody({ withPassword: false });
  const claims = { sub: person.userId, email: person.email, email_verified: true };
  const before = await mailsWaiting();
  const first = await walks(claims);
  expect(first).toMatchObject({ status: 302, location: '/app' });
  const cookie = first.cookies.find((one) => one.startsWith('chaski='))!.split(';')[0]!;
  expect(await call('GET', '/v1/auth/factors', { headers: { cookie } })).toMatchObject({
    status: 200,
    body: { hasPassword: false },
  });
  expect(await mailsWaiting()).toBe(before + 1);
  expect(await walks({ ...claims, email: 'elsewhere@example.com' })).toMatchObject({ location: '/app' });
  expect(await audited(person.userId)).toEqual(['session.started', 'single_sign_on.linked']);
  expect(await mailsWaiting()).toBe(before + 1);
});

it('whoever has a second factor is asked for it after single sign-on too', async () => {
  const person = await somebody();
  const { recoveryCodes } = await enrolled(person);
  const back = await walks({ sub: person.userId, email: person.email, email_verified: true });
  const challenge = /^\/login#challenge=(.+)$/.exec(back.location!)?.[1];
  expect(back.cookies.filter((one) => one.startsWith('chaski='))).toEqual([]);
  expect(
    await call('POST', '/v1/auth/second-factor', { body: { challenge, code: recoveryCodes[0]! } }),
  ).toMatchObject({ status: 200 });
});

it('what goes wrong on the way is told on the sign-in page', async () => {
  const page = (reason: string) => ({ status: 302, location: `/login?error=${reason}` });
  const new1 = { sub: 'new-1', email: 'new-1@example.com', email_verified: true };
  expect(await walks(new1)).toMatchObject(page('oidc_no_account'));
  expect(await walks({ ...new1, email_verified: false })).toMatchObject(page('oidc_email_unverified'));
  expect(await call('GET', '/v1/auth/oidc/callback?code=x&state=y')).toMatchObject(page('oidc_state'));
  issuer.bend = { nonce: 'another' };
  expect(await walks(new1)).toMatchObject(page('oidc_refused'));
  issuer.bend = {};
  const start = await call('GET', '/v1/auth/oidc/start');
  const back = issuer.signIn(start.location!, new1);
  expect(await call('GET', back)).toMatchObject(page('oidc_state'));
  invitations.add('new-1@example.com');
  expect(await walks(new1)).toMatchObject({ status: 302, location: '/app' });
  expect((await call('GET', '/v1/auth/oidc')).body).toEqual({ enabled: true, name: 'Staff' });
});

it('somebody who came by single sign-on and has nothing to show may add a first factor', async () => {
  const person = await somebody({ withPassword: false });
  const begun = await call('POST', '/v1/auth/totp', { as: person, body: {} });
  expect(begun.status).toBe(201);
  await call('POST', '/v1/auth/totp/confirm', {
    as: person,
    body: { code: shownCode(begun.body.uri, clock.now()) },
  });
  expect(await call('POST', '/v1/auth/passkeys/options', { as: person, body: {} })).toMatchObject({
    status: 403,
  });
});

it('a superadmin who acts as somebody adds no factor of their own', async () => {
  const root = await somebody();
  await system((tx) => tx.execute('update users set is_superadmin = true where id = $1', [root.userId]));
  const person = await somebody({ withPassword: false, impersonatorId: root.userId });
  for (const url of ['/v1/auth/totp', '/v1/auth/passkeys/options', '/v1/auth/recovery-codes']) {
    expect(await call('POST', url, { as: person, body: {} })).toMatchObject({
      status: 403,
      body: { error: { details: { reason: 'impersonated' } } },
    });
  }
  const renamed = await call('PATCH', `/v1/auth/passkeys/${person.userId}`, {
    as: person,
    body: { name: 'Mine now' },
  });
  expect(renamed).toMatchObject({ status: 403, body: { error: { details: { reason: 'impersonated' } } } });
});

it('API keys and strangers reach none of a person’s factors', async () => {
  for (const url of ['/v1/auth/factors', '/v1/auth/passkeys']) {
    expect(await call('GET', url)).toMatchObject({ status: 401 });
  }
});
