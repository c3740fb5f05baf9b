import { once } from 'node:events';
import net from 'node:net';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { seedWorkspace, testDatabase, testRing, urlWith } from '../test/harness.ts';
import { asOwner } from '../test/owner.ts';
import { type Config, type Environment, parseConfig } from './config.ts';
import { serverAddress } from './database.ts';
import { askServer } from './database-ask.ts';
import { checkLogin, mayCreateRoles, refusedLogin, refuseForeignRing } from './database-login.ts';
import type { Secrets } from './secrets.ts';

const t = await testDatabase({ poolSize: 1 });
const name = new URL(t.url).pathname.slice(1);

function config(env: Environment = {}): Config {
  const result = parseConfig(env);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
}

/** The program's login has this address, the owner that of the test. */
const as = (user: string, database = name) => ({ url: urlWith(t.url, user, database), ownerUrl: t.ownerUrl });

test('the login of the program gets in and sees nothing past row-level security, or it is said whom to use', async () => {
  await checkLogin(config(), as('chaski_login'));
  await expect(checkLogin(config(), as('postgres'))).rejects.toThrow(
    /logs in as postgres, who sees past row-level security\. Give chaski_login a password.*or remove DATABASE_OWNER_URL/,
  );
  // It has no right to log in.
  await expect(checkLogin(config(), as('chaski_owner'))).rejects.toThrow(
    /cannot log in.*chaski_owner.*DATABASE_OWNER_URL to what DATABASE_URL is now/,
  );
  const both = { DATABASE_URL: t.url, DATABASE_OWNER_URL: t.ownerUrl };
  expect(refusedLogin(config(both), Object.assign(new Error('no'), { code: '28P01' })).message).toMatch(
    /no\. Check DATABASE_URL;.*print-roles/,
  );
  // No connection is free, for instance: says nothing of passwords.
  const busy = Object.assign(new Error('too many clients'), { code: '53300' });
  expect(refusedLogin(config(), busy).message).toBe(
    "The program's database cannot be used: too many clients.",
  );
});

test('migrating sets the login’s password only where no person chose one', async () => {
  const key = '5e'.repeat(32);
  const alone = serverAddress(config({ DATABASE_URL: t.ownerUrl }), key);
  expect(alone?.loginPassword).toMatch(/^[0-9a-f]{64}$/);
  expect(alone?.url).toContain(`chaski_login:${alone?.loginPassword}@`);
  const both = { DATABASE_URL: t.url, DATABASE_OWNER_URL: t.ownerUrl };
  expect(serverAddress(config(both), key)).toEqual({ url: t.url, ownerUrl: t.ownerUrl });
  expect(await mayCreateRoles(t.ownerUrl)).toBe(true);
  expect(await mayCreateRoles(t.url)).toBe(false);
});

test('who lacks a key of the installation changes nothing there, a new database is anybody’s', async () => {
  const secrets = (key: string) => ({ sealingKeys: [key] }) as Secrets;
  const other = secrets('0f'.repeat(32));
  await refuseForeignRing(config(), as('chaski_login'), other, '/data');
  await seedWorkspace(t.db, { number: {} });
  await expect(refuseForeignRing(config(), as('chaski_login'), other, '/data')).rejects.toThrow(
    new RegExp(`sealed with key ${testRing[0].kid}`),
  );
  await refuseForeignRing(config(), as('chaski_login'), secrets('5e'.repeat(32)), '/data');
  // An older schema: its last table with sealed texts is not there yet.
  await asOwner(t.ownerUrl, 'alter table push_keys rename to push_keys_to_come');
  await expect(refuseForeignRing(config(), as('chaski_login'), other, '/data')).rejects.toThrow(
    /sealed with key/,
  );
  // Nothing was migrated there yet, or roles of another prefix.
  const empty = { url: t.url, ownerUrl: urlWith(t.ownerUrl, 'postgres', 'postgres') };
  await refuseForeignRing(config(), empty, other, '/data');
  await refuseForeignRing(config({ DB_ROLE_PREFIX: 'nobody' }), as('chaski_login'), other, '/data');
});

test('whoever is asked before a start sees a connection by its name, and none is left whatever was answered', async () => {
  const checks = () =>
    asOwner<{ pid: number }>(
      t.ownerUrl,
      `select pid from pg_stat_activity where datname = '${name}' and application_name = 'chaski-check'`,
    );
  let seen = 0;
  await askServer(t.url, async () => {
    seen = (await checks()).length;
  });
  expect(seen).toBe(1);
  await expect(askServer(t.url, (client) => client.query('select nonsense'))).rejects.toThrow(/nonsense/);
  // A server takes note of an end a moment after the client.
  await expect.poll(checks).toEqual([]);
});

test('a server that takes the line and says nothing is not waited for without end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const reached = Promise.withResolvers<net.Socket>();
  const mute = net.createServer((socket) => reached.resolve(socket)).listen(0, '127.0.0.1');
  try {
    await once(mute, 'listening');
    const { port } = mute.address() as net.AddressInfo;
    const asked = mayCreateRoles(`postgres://postgres@127.0.0.1:${port}/postgres`);
    const refused = expect(asked).rejects.toThrow(/timeout/);
    await reached.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  } finally {
    vi.useRealTimers();
    (await reached.promise).destroy();
    mute.close();
    await once(mute, 'close');
  }
});

/** The backends that work on a question. */
const asked = (question: string) =>
  asOwner<{ pid: number }>(
    t.ownerUrl,
    `select pid from pg_stat_activity where datname = '${name}' and query = '${question}' and state = 'active'`,
  );

test('nor is a question that gets no answer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const question = 'select pg_sleep(3600)';
    const refused = expect(askServer(t.url, (client) => client.query(question))).rejects.toThrow(/timeout/);
    let found: { pid: number }[] = [];
    while (found.length === 0) found = await asked(question);
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
    // Asleep, it does not see that nobody is there.
    await asOwner(t.ownerUrl, `select pg_terminate_backend(${found[0]!.pid})`);
  } finally {
    vi.useRealTimers();
  }
});

test('nor is a goodbye that the server does not return', async () => {
  const { host, port } = new pg.Client({ connectionString: t.url });
  const farewell = Promise.withResolvers<net.Socket>();
  // Hands everything on but the end.
  const between = net.createServer({ allowHalfOpen: true }, (socket) => {
    const server = net.connect(`${host}/.s.PGSQL.${port}`);
    socket.pipe(server);
    server.pipe(socket, { end: false });
    socket.on('end', () => farewell.resolve(socket));
  });
  between.listen(0, '127.0.0.1');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await once(between, 'listening');
    const url = t.url.replace(/@[^/]*/, `@127.0.0.1:${(between.address() as net.AddressInfo).port}`);
    const answered = askServer(url, async (client) => (await client.query('select 1 as one')).rows);
    await farewell.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answered).toEqual([{ one: 1 }]);
  } finally {
    vi.useRealTimers();
    (await farewell.promise).destroy();
    between.close();
    await once(between, 'close');
  }
});
