import { hash } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { until } from '../../../test/harness.ts';
import { address, bearer, people, plain, type Registered, secret } from '../../../test/people.ts';
import type { Answer } from '../../../test/samples/index.ts';
import { shownCode } from '../../../test/totp.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { derivations } from './index.ts';

const api = await testApi();
const { db, clock } = api;

const { post, someone, me, statusOfMe, mails } = people(api);

/** Signs in as a browser does; the cookie it was given. */
async function browser(who: Registered): Promise<string> {
  const answer = await post('/v1/auth/login', { email: who.email, password: who.password });
  expect(answer.body).toMatchObject({ next: 'done', token: null });
  return String(answer.headers['set-cookie']).split(';')[0]!;
}
const ourPage = { 'sec-fetch-site': 'same-origin' };

describe('registering', () => {
  it('makes a person with a workspace of their own once the link of the mail is followed', async () => {
    const [email, password] = [address(), secret()];
    const asked = await post('/v1/auth/register', { email, password, name: 'Ravi', workspaceName: 'Tea' });
    expect(plain(asked)).toEqual({ status: 202, next: 'mail' });
    expect((await post('/v1/auth/login', { email, password })).body).toMatchObject({
      error: { code: 'invalid_credentials' },
    });
    const token = await mails.linkTo(email);
    // Whoever registers somebody else's address must not be let in by the owner's click.
    expect((await post('/v1/auth/confirm-address', { token, password: secret() })).status).toBe(401);
    const done = await post('/v1/auth/confirm-address', { token, password, session: 'token' });
    const mine = await me(bearer((done.body as { token: string }).token));
    expect(mine).toMatchObject({
      workspaces: [{ name: 'Tea', role: 'owner' }],
      workspace: { role: 'owner' },
    });
    expect(mine.workspace!.permissions).toContain('workspace:own');
    expect((await post('/v1/auth/confirm-address', { token, password })).status).toBe(422);
  });

  it('answers for a known address what it answers for a new one, with as much work, and mails the owner', async () => {
    const known = await someone();
    const before = derivations();
    const fresh = await post('/v1/auth/register', { email: address(), password: secret() });
    const forNew = derivations() - before;
    const again = await post('/v1/auth/register', {
      email: known.email.toUpperCase(),
      password: secret(),
    });
    expect(derivations() - before - forNew).toBe(forNew);
    expect(plain(again)).toEqual(plain(fresh));
    const [mail] = await mails.to(known.email);
    expect(mail!.subject).toBe('You have an account already');
    expect((await post('/v1/auth/login', known)).status).toBe(400); // unknown keys
    expect((await post('/v1/auth/login', { email: known.email, password: known.password })).status).toBe(200);
  });

  it('refuses short, common and own passwords and takes long ones whole', async () => {
    const email = address();
    for (const password of ['x7$kLq2mP', 'password1234', 'qwertyuiop', email]) {
      const answer = await post('/v1/auth/register', { email, password });
      expect(answer.body, password).toMatchObject({ error: { code: 'invalid_request' } });
    }
    const long = secret().repeat(20);
    await post('/v1/auth/register', { email, password: long });
    const token = await mails.linkTo(email);
    expect(
      (await post('/v1/auth/confirm-address', { token, password: `${long.slice(0, -1)}!` })).status,
    ).toBe(401);
    expect((await post('/v1/auth/confirm-address', { token, password: long })).status).toBe(200);
  });
});

describe('the link of a registration', () => {
  it('lets nobody past a second factor once the address was confirmed by another mail', async () => {
    const [email, password] = [address(), secret()];
    await post('/v1/auth/register', { email, password });
    const registered = await mails.linkTo(email);
    await post('/v1/auth/forgot-password', { email });
    const chosen = secret();
    const reset = { token: await mails.linkTo(email), password: chosen };
    expect((await post('/v1/auth/reset-password', reset)).status).toBe(204);
    const entered = await post('/v1/auth/confirm-address', { token: registered, password: chosen });
    expect(entered.body).toMatchObject({ error: { code: 'link_spent' } });
  });
});

describe('signing in', () => {
  it('says the same, after the same work, for unknown addresses and wrong passwords', async () => {
    const { email } = await someone();
    const counts: number[] = [];
    const answers: Answer[] = [];
    for (const tried of [email, address()]) {
      const before = derivations();
      answers.push(await post('/v1/auth/login', { email: tried, password: secret() }));
      counts.push(derivations() - before);
    }
    expect(counts).toEqual([1, 1]);
    expect(plain(answers[0]!)).toEqual(plain(answers[1]!));
    expect(answers[0]).toMatchObject({ status: 401, body: { error: { code: 'invalid_credentials' } } });
  });

  it('verifies an imported bcrypt hash once and stores argon2id', async () => {
    const who = await someone();
    await db.withSystem('test', async (tx) =>
      tx.execute('update users set password_hash = $2 where email = $1', [
        who.email,
        await hash('an imported password', 4),
      ]),
    );
    const login = () => post('/v1/auth/login', { email: who.email, password: 'an imported password' });
    expect((await login()).status).toBe(200);
    const [row] = await db.withSystem('test', (tx) =>
      tx.query<{ password_hash: string }>('select password_hash from users where email = $1', [who.email]),
    );
    expect(row!.password_hash).toMatch(/^\$argon2id\$/);
    expect((await login()).status).toBe(200);
  });

  it('lets both in who sign in at once with an imported hash, and nobody with a password changed meanwhile', async () => {
    const who = await someone();
    const [old, changed] = [await hash('an imported password', 4), await hash('another password', 4)];
    const store = 'update users set password_hash = $2 where email = $1';
    const login = async () =>
      (await post('/v1/auth/login', { email: who.email, password: 'an imported password' })).status;
    await db.withSystem('test', (tx) => tx.execute(store, [who.email, old]));
    expect(await Promise.all([login(), login()])).toEqual([200, 200]);
    await db.withSystem('test', (tx) => tx.execute(store, [who.email, old]));
    const before = derivations();
    const late = await db.withSystem('test', async (tx) => {
      await tx.execute(store, [who.email, changed]);
      const asked = login();
      await until('it has read the old hash', () => derivations() > before);
      return { asked };
    });
    expect(await late.asked).toBe(401);
  });

  it('sets a cookie that scripts and other sites cannot use, and signing out ends it', async () => {
    const who = await someone();
    const answer = await post('/v1/auth/login', { email: who.email, password: who.password });
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^chaski=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Expires=/,
    );
    const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
    expect(await statusOfMe({ cookie })).toBe(200);
    expect((await post('/v1/auth/logout', {}, { cookie, ...ourPage })).status).toBe(204);
    expect(await statusOfMe({ cookie })).toBe(401);
  });

  it('gives bearer tokens for 7 days, refused once revoked', async () => {
    const who = await someone();
    expect(await statusOfMe(who.headers)).toBe(200);
    const at = clock.now();
    clock.advance(7 * 86_400_000 + 1_000);
    expect(await statusOfMe(who.headers)).toBe(401);
    clock.set(at);
    const answer = await post('/v1/auth/login', {
      email: who.email,
      password: who.password,
      session: 'token',
    });
    const other = bearer((answer.body as { token: string }).token);
    const { session } = await me(other);
    expect(
      (await api.send('DELETE /v1/auth/sessions/:id', { params: { id: session.id } }, who.headers)).status,
    ).toBe(204);
    expect(await statusOfMe(other)).toBe(401);
    expect(await statusOfMe(who.headers)).toBe(200);
  });

  it('is over for a disabled person at the next request', async () => {
    const who = await someone();
    expect(await statusOfMe(who.headers)).toBe(200);
    await db.withSystem('test', (tx) =>
      tx.execute('update users set disabled_at = $2 where email = $1', [who.email, tx.now()]),
    );
    forgetCallers();
    expect(await statusOfMe(who.headers)).toBe(401);
    expect((await post('/v1/auth/login', { email: who.email, password: who.password })).body).toMatchObject({
      error: { code: 'invalid_credentials' },
    });
  });
});

describe('requests by cookie that change something', () => {
  it('come from our own pages or are refused', async () => {
    const cookie = await browser(await someone());
    const json = { 'content-type': 'application/json' };
    const rename = async (headers: Record<string, string>) => {
      const reply = await api.http.app.inject({
        method: 'PATCH',
        url: '/v1/auth/me',
        headers: { cookie, host: 'chaski.example', ...json, ...headers },
        payload: '{"name":"Ana"}',
      });
      return [reply.statusCode, (reply.json() as { error?: { code: string } }).error?.code];
    };
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://chaski.example.evil.example' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.chaski.example', 'sec-fetch-site': 'same-site' },
      { ...ourPage, 'content-type': 'text/plain' },
      { ...ourPage, 'content-type': 'application/x-www-form-urlencoded' },
    ];
    for (const headers of foreign) {
      expect(await rename(headers), JSON.stringify(headers)).toEqual([403, 'cross_site']);
    }
    for (const headers of [ourPage, { 'sec-fetch-site': 'none' }, { origin: 'http://chaski.example' }]) {
      expect(await rename(headers), JSON.stringify(headers)).toEqual([200, undefined]);
    }
  });

  it('cannot sign a browser in as somebody else', async () => {
    const { email, password } = await someone();
    const answer = await post(
      '/v1/auth/login',
      { email, password },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    );
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'cross_site' } } });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});

describe('passwords', () => {
  it('are changed by who knows the old one; the other sessions end and the person is told', async () => {
    const who = await someone();
    const cookie = await browser(who);
    const change = (current: string, password: string) =>
      api.send('PUT /v1/auth/password', { body: { current, password } }, who.headers);
    expect((await change(secret(), secret())).body).toMatchObject({ error: { code: 'wrong_password' } });
    const next = secret();
    expect((await change(who.password, next)).status).toBe(204);
    expect(await statusOfMe({ cookie })).toBe(401);
    expect(await statusOfMe(who.headers)).toBe(200);
    expect((await post('/v1/auth/login', { email: who.email, password: who.password })).status).toBe(401);
    expect((await post('/v1/auth/login', { email: who.email, password: next })).status).toBe(200);
    expect((await mails.to(who.email))[0]!.subject).toBe('Your password was changed');
  });

  it('that are changed end a login that still waits for its second factor', async () => {
    const who = await someone();
    const app = await post('/v1/auth/totp', { password: who.password }, who.headers);
    const { uri } = app.body as { uri: string };
    const code = () => shownCode(uri, clock.now());
    expect((await post('/v1/auth/totp/confirm', { code: code() }, who.headers)).status).toBe(200);
    const begun = await post('/v1/auth/login', { email: who.email, password: who.password });
    const { challenge } = begun.body as { challenge: string };
    await post('/v1/auth/forgot-password', { email: who.email });
    const token = await mails.linkTo(who.email);
    expect((await post('/v1/auth/reset-password', { token, password: secret() })).status).toBe(204);
    clock.advance(30_000);
    expect((await post('/v1/auth/second-factor', { challenge, code: code() })).status).toBe(401);
  });

  it('that are changed while somebody signs in with the old one let nobody in', async () => {
    const who = await someone();
    const { person } = await me(who.headers);
    let entered: Promise<Answer> | undefined;
    await db.withSystem('test: a new password', async (tx) => {
      await tx.execute("update users set password_hash = 'another' where id = $1", [person.id]);
      entered = post('/v1/auth/login', { email: who.email, password: who.password });
      await until('the login waits for the row', async () => {
        const waiting = await db.withSystem('test: who waits', (other) =>
          other.query(
            `select from pg_locks l join pg_stat_activity a using (pid)
             where not l.granted and a.datname = current_database()`,
          ),
        );
        return waiting.length > 0;
      });
    });
    expect((await entered!).body).toMatchObject({ error: { code: 'invalid_credentials' } });
  });

  it('are reset by a link that counts once and for an hour; all sessions end', async () => {
    const who = await someone();
    const ask = (email: string) => post('/v1/auth/forgot-password', { email });
    expect(plain(await ask(address()))).toEqual(plain(await ask(who.email)));
    const token = await mails.linkTo(who.email);
    const password = secret();
    expect((await post('/v1/auth/reset-password', { token, password: 'short' })).status).toBe(400);
    expect((await post('/v1/auth/reset-password', { token, password })).status).toBe(204);
    expect((await post('/v1/auth/reset-password', { token, password: secret() })).body).toMatchObject({
      error: { code: 'link_spent' },
    });
    expect(await statusOfMe(who.headers)).toBe(401);
    expect((await post('/v1/auth/login', { email: who.email, password })).status).toBe(200);

    await ask(who.email);
    const late = await mails.linkTo(who.email);
    const at = clock.now();
    clock.advance(3_601_000);
    expect((await post('/v1/auth/reset-password', { token: late, password: secret() })).status).toBe(422);
    clock.set(at);
  });
});

describe('e-mail addresses', () => {
  it('change once the link at the new one is followed, and the old one is told', async () => {
    const who = await someone();
    const email = address();
    const ask = (to: string, password = who.password) =>
      post('/v1/auth/email', { email: to, password }, who.headers);
    expect((await ask(email, secret())).status).toBe(422);
    const asked = await ask(email);
    const token = await mails.linkTo(email);
    expect((await me(who.headers)).person.email).toBe(who.email);
    expect((await post('/v1/auth/confirm-new-address', { token })).status).toBe(204);
    expect((await me(who.headers)).person.email).toBe(email);
    expect((await mails.to(who.email))[0]!.text).toContain(email);
    const taken = await someone();
    expect(plain(await ask(taken.email))).toEqual(plain(asked));
    expect((await mails.to(taken.email))[0]!.subject).toBe('You have an account already');
  });
});

describe('sessions', () => {
  it('are listed with where they are, and ended one by one or all but this', async () => {
    const who = await someone();
    const cookies = [await browser(who), await browser(who)];
    const list = await api.send('GET /v1/auth/sessions', {}, who.headers);
    expect((list.body as { data: { kind: string; current: boolean }[] }).data).toMatchObject([
      { kind: 'cookie', current: false },
      { kind: 'cookie', current: false },
      { kind: 'token', current: true },
    ]);
    const stranger = await someone();
    const { session } = await me(who.headers);
    expect(
      (await api.send('DELETE /v1/auth/sessions/:id', { params: { id: session.id } }, stranger.headers))
        .status,
    ).toBe(404);
    expect((await post('/v1/auth/sessions/end-others', {}, who.headers)).body).toEqual({ ended: 2 });
    for (const cookie of cookies) expect(await statusOfMe({ cookie })).toBe(401);
    const { person } = await me(who.headers);
    const told = await db.withSystem('test', (tx) =>
      tx.query("select 1 from events where name = 'session.revoked' and data->>'userId' = $1", [person.id]),
    );
    expect(told).toHaveLength(2);
  });
});

describe('the log', () => {
  it('holds no password, token, cookie or link', async () => {
    const who = await someone();
    const cookie = await browser(who);
    await post('/v1/auth/forgot-password', { email: who.email });
    const link = await mails.linkTo(who.email);
    await post('/v1/auth/login', { email: who.email, password: `${who.password}x` });
    await api.send('GET /v1/auth/me', {}, { cookie });
    const logged = api.logged.join('\n');
    for (const canary of [who.password, link, cookie.split('=')[1]!, who.headers.authorization!.slice(7)]) {
      expect(logged).not.toContain(canary);
    }
  });
});
