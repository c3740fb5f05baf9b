import { expect, it } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { type IssuerPerson, startIssuer } from '../../../test/issuer.ts';
import { createOidc, type OidcPerson } from './oidc.ts';
import { accountOf } from './oidc-link.ts';

const { db, clock } = await testDatabase();
const issuer = await startIssuer();
const settings = {
  issuer: issuer.url,
  clientId: issuer.clientId,
  clientSecret: issuer.clientSecret,
  name: 'Staff',
  autoCreate: false,
  redirectUri: 'https://chat.example.com/v1/auth/oidc/callback',
};
const oidc = createOidc(settings);
const queryOf = (back: string) => back.split('?')[1]!;
const greta: IssuerPerson = {
  sub: 'subject-1',
  email: 'greta@example.com',
  email_verified: true,
  name: 'Greta',
};

async function signsIn(person: IssuerPerson = greta) {
  const { url, cookie } = await oidc.begin(db);
  return oidc.finish(db, { query: queryOf(issuer.signIn(url, person)), cookie });
}

it('the issuer says who it is, with PKCE, state and nonce', async () => {
  expect(await signsIn()).toEqual({
    outcome: 'person',
    person: { issuer: issuer.url, subject: 'subject-1', email: 'greta@example.com', name: 'Greta' },
  });
  expect(issuer.refusals).toEqual([]);
  issuer.tersely = true;
  expect(await signsIn()).toMatchObject({ outcome: 'person', person: { email: 'greta@example.com' } });
  issuer.tersely = false;
});

it('state counts once, for ten minutes, in the browser that left', async () => {
  const first = await oidc.begin(db);
  const query = queryOf(issuer.signIn(first.url, greta));
  expect(await oidc.finish(db, { query, cookie: null })).toEqual({ outcome: 'state' });
  const second = await oidc.begin(db);
  // Another browser's cookie spends the state: whoever holds the address has lost it.
  expect(await oidc.finish(db, { query, cookie: second.cookie })).toEqual({ outcome: 'state' });
  expect(await oidc.finish(db, { query, cookie: first.cookie })).toEqual({ outcome: 'state' });

  const back = { query: queryOf(issuer.signIn(second.url, greta)), cookie: second.cookie };
  expect(await oidc.finish(db, { ...back, query: back.query.replace(/state=../, 'state=xx') })).toEqual({
    outcome: 'state',
  });
  expect(await oidc.finish(db, back)).toMatchObject({ outcome: 'person' });
  expect(await oidc.finish(db, back)).toEqual({ outcome: 'state' });

  const late = await oidc.begin(db);
  const lateBack = { query: queryOf(issuer.signIn(late.url, greta)), cookie: late.cookie };
  clock.advance(10 * 60_000);
  expect(await oidc.finish(db, lateBack)).toEqual({ outcome: 'state' });
  expect(await oidc.finish(db, { query: '', cookie: late.cookie })).toEqual({ outcome: 'state' });
});

it('a code of another sign-in fails at PKCE or at the nonce', async () => {
  const [mine, theirs] = [await oidc.begin(db), await oidc.begin(db)];
  const theirCode = new URLSearchParams(queryOf(issuer.signIn(theirs.url, greta))).get('code')!;
  const query = new URLSearchParams(queryOf(issuer.signIn(mine.url, greta)));
  query.set('code', theirCode);
  expect(await oidc.finish(db, { query: query.toString(), cookie: mine.cookie })).toMatchObject({
    outcome: 'refused',
  });
  expect(issuer.refusals.splice(0)).toEqual(['PKCE']);
});

it.each([
  ['another nonce', { nonce: 'another' }],
  ['no nonce', { nonce: undefined }],
  ['another audience', { aud: 'somebody-else' }],
  ['another issuer', { iss: 'https://evil.example' }],
  ['a time that is over', { exp: Math.floor(Date.now() / 1000) - 3600 }],
  ['no subject', { sub: undefined }],
])('a token with %s is refused', async (_what, bend) => {
  issuer.bend = bend;
  try {
    expect(await signsIn()).toMatchObject({ outcome: 'refused' });
  } finally {
    issuer.bend = {};
  }
  expect(await signsIn()).toMatchObject({ outcome: 'person' });
});

it('a token that another key signed is refused', async () => {
  issuer.foreignKey = true;
  expect(await signsIn()).toMatchObject({ outcome: 'refused' });
  issuer.foreignKey = false;
});

it('an address that the issuer did not verify counts for nothing', async () => {
  for (const bent of [{ email_verified: false }, { email_verified: undefined }, { email: 'no address' }]) {
    expect(await signsIn({ ...greta, ...(bent as Partial<IssuerPerson>) })).toEqual({
      outcome: 'unverified-email',
    });
  }
});

it('what the issuer refuses is refused; an issuer that was away is asked again', async () => {
  const { url, cookie } = await oidc.begin(db);
  const state = new URL(url).searchParams.get('state')!;
  expect(await oidc.finish(db, { query: `error=access_denied&state=${state}`, cookie })).toMatchObject({
    outcome: 'refused',
  });
  const fresh = createOidc(settings);
  issuer.away = true;
  await expect(fresh.begin(db)).rejects.toThrow();
  issuer.away = false;
  expect((await fresh.begin(db)).url).toContain(`${issuer.url}/authorize?`);
});

it('neither state nor what the browser keeps is stored to be read', async () => {
  const { url, cookie } = await oidc.begin(db);
  const asked = new URL(url).searchParams;
  const rows = await db.withSystem('test', (tx) =>
    tx.query<{ row: string }>('select row_to_json(s)::text as row from oidc_states s'),
  );
  for (const { row } of rows) {
    for (const text of [asked.get('state')!, asked.get('nonce')!, cookie]) {
      expect(row).not.toContain(text);
      expect(row).not.toContain(Buffer.from(text, 'base64url').toString('hex'));
    }
  }
});

const account = (person: Partial<OidcPerson>, invited: string[] = []) =>
  db.withSystem('test', (tx) =>
    accountOf(
      tx,
      { issuer: issuer.url, subject: 'x', email: 'x@example.com', name: 'X', ...person },
      async (_tx, email) => invited.includes(email),
    ),
  );

async function user(email: string, { disabled = false, confirmed = true } = {}): Promise<string> {
  const id = crypto.randomUUID();
  await db.withSystem('test', (tx) =>
    tx.execute(
      'insert into users (id, email, created_at, disabled_at, email_verified_at) values ($1, $2, $3, $4, $5)',
      [id, email, clock.now(), disabled ? clock.now() : null, confirmed ? clock.now() : null],
    ),
  );
  return id;
}

it('the first time the address finds the account, from then on the subject alone', async () => {
  const id = await user('Anna@Example.com');
  expect(await account({ subject: 'a', email: 'anna@example.com' })).toMatchObject({
    outcome: 'user',
    how: 'linked',
    user: { id },
  });
  expect(await account({ subject: 'a', email: 'anna.new@example.com' })).toMatchObject({
    outcome: 'user',
    how: 'known',
    user: { id, email: 'Anna@Example.com' },
  });
  // The address was given to somebody else at the issuer.
  expect(await account({ subject: 'b', email: 'anna@example.com' })).toEqual({ outcome: 'other-subject' });
  expect(await account({ issuer: 'https://other.example', subject: 'a', email: 'z@example.com' })).toEqual({
    outcome: 'nobody',
  });
});

it('nobody comes in whom nobody knows; who was invited gets an account, once', async () => {
  expect(await account({ subject: 'n', email: 'new@example.com' })).toEqual({ outcome: 'nobody' });
  const both = await Promise.all(
    [1, 2].map(() => account({ subject: 'n', email: 'new@example.com' }, ['new@example.com'])),
  );
  const users = both.map((one) => (one.outcome === 'user' ? one.user.id : one.outcome));
  expect(users[0]).toBe(users[1]);
  expect(both.map((one) => one.outcome === 'user' && one.how)).toContain('created');
});

it('a disabled account stays shut', async () => {
  await user('off@example.com', { disabled: true });
  expect(await account({ subject: 'off', email: 'off@example.com' })).toEqual({ outcome: 'disabled' });
});

it('an account whose address nobody confirmed is not shared with the person whose address it is', async () => {
  await user('squatted@example.com', { confirmed: false });
  expect(await account({ subject: 's', email: 'squatted@example.com' })).toEqual({
    outcome: 'unconfirmed-account',
  });
});
