import { expect, it } from 'vitest';
import { authenticator } from '../../../test/authenticator.ts';
import { testDatabase } from '../../../test/harness.ts';
import { newId } from '../../platform/ids.ts';
import { relyingParty } from './passkey-challenges.ts';
import { addPasskey, beginRegistration, verifyRegistration } from './passkey-register.ts';
import { beginPasskey, usePasskey, verifyPasskey } from './passkey-use.ts';
import { listPasskeys, removePasskey, renamePasskey } from './passkeys.ts';
import { factorsOf } from './second-factor.ts';

const { db, clock } = await testDatabase();
const party = { id: 'chat.example.com', origin: 'https://chat.example.com' };
const system = <T>(fn: Parameters<typeof db.withSystem<T>>[1]) => db.withSystem('test', fn);

async function somebody() {
  const userId = newId();
  await system((tx) =>
    tx.execute('insert into users (id, email, name, created_at) values ($1, $2, $3, $4)', [
      userId,
      `${userId}@example.com`,
      'Somebody',
      clock.now(),
    ]),
  );
  return { userId, email: `${userId}@example.com`, name: 'Somebody' };
}

async function registered(options: { counts?: boolean; verifiesUser?: boolean } = {}) {
  const person = await somebody();
  const device = authenticator(party.origin, options);
  device.verifiesUser = options.verifiesUser ?? true;
  const asked = await system((tx) => beginRegistration(tx, party, person));
  const verified = await verifyRegistration(db, party, person.userId, device.create(asked));
  const made = await system((tx) => addPasskey(tx, verified, 'Phone'));
  return { ...person, device, ...made };
}

/** The whole way: asked, signed, verified, noted. */
async function signsIn(
  device: ReturnType<typeof authenticator>,
  userId: string | null = null,
): Promise<string | null> {
  const asked = await system((tx) => beginPasskey(tx, party, userId));
  const use = await verifyPasskey(db, party, userId, device.get(asked));
  return use && (await system((tx) => usePasskey(tx, use))) ? use.userId : null;
}

it('a passkey is registered, listed, renamed and removed; the first brings recovery codes, the last takes them along', async () => {
  const { userId, email, name, passkey, recoveryCodes } = await registered();
  expect(recoveryCodes).toHaveLength(10);
  expect(passkey).toMatchObject({ name: 'Phone', synced: false, transports: ['internal'], counter: 0 });

  clock.advance(1_000);
  const second = authenticator(party.origin);
  const asked = await system((tx) => beginRegistration(tx, party, { userId, email, name }));
  expect(asked.excludeCredentials?.map(({ id }) => id)).toEqual([passkey.credentialId]);
  const verified = await verifyRegistration(db, party, userId, second.create(asked));
  expect(await system((tx) => addPasskey(tx, verified, 'Stick'))).toMatchObject({ recoveryCodes: null });
  await expect(system((tx) => addPasskey(tx, verified, 'Again'))).rejects.toMatchObject({
    code: 'passkey_known',
  });

  await system((tx) => renamePasskey(tx, { userId, id: passkey.id, name: 'Old phone' }));
  const listed = await system((tx) => listPasskeys(tx, userId));
  expect(listed.map((one) => one.name)).toEqual(['Old phone', 'Stick']);

  const other = await somebody();
  const theirs = { userId: other.userId, id: passkey.id, name: 'Mine' };
  await expect(system((tx) => renamePasskey(tx, theirs))).rejects.toMatchObject({ status: 404 });
  await expect(system((tx) => removePasskey(tx, theirs))).rejects.toMatchObject({ status: 404 });
  await system((tx) => removePasskey(tx, { userId, id: passkey.id }));
  expect(await system((tx) => factorsOf(tx, userId))).toMatchObject({ passkeys: 1, recoveryCodesLeft: 10 });
  await system((tx) => removePasskey(tx, { userId, id: listed[1]!.id }));
  expect(await system((tx) => factorsOf(tx, userId))).toMatchObject({ passkeys: 0, recoveryCodesLeft: 0 });
});

it('a registration for another site, person, challenge or time is refused, and the challenge is spent', async () => {
  const person = await somebody();
  const begin = () => system((tx) => beginRegistration(tx, party, person));
  const device = authenticator(party.origin);
  const refused = { status: 422, code: 'passkey_refused' };
  const verify = (response: ReturnType<typeof device.create>, userId = person.userId) =>
    verifyRegistration(db, party, userId, response);

  await expect(verify(authenticator('https://evil.example').create(await begin()))).rejects.toMatchObject(
    refused,
  );
  await expect(
    verify(device.create({ ...(await begin()), rp: { id: 'evil.example' } })),
  ).rejects.toMatchObject(refused);
  await expect(verify(device.create({ ...(await begin()), challenge: 'AAAA' }))).rejects.toMatchObject(
    refused,
  );
  const asked = await begin();
  await expect(verify(device.create(asked), (await somebody()).userId)).rejects.toMatchObject(refused);
  await expect(verify(device.create(asked))).rejects.toMatchObject(refused);

  const late = await begin();
  clock.advance(5 * 60_000);
  await expect(verify(device.create(late))).rejects.toMatchObject(refused);
  // A challenge to sign in registers nothing.
  const signIn = await system((tx) => beginPasskey(tx, party, null));
  await expect(
    verify(device.create({ ...(await begin()), challenge: signIn.challenge })),
  ).rejects.toMatchObject(refused);
  await expect(verify(device.create(await begin()))).resolves.toBeDefined();
});

it('signs in without a password, and as the second factor of its person', async () => {
  const { device, userId } = await registered();
  expect(await signsIn(device)).toBe(userId);
  expect(await signsIn(device, userId)).toBe(userId);
  const [kept] = await system((tx) => listPasskeys(tx, userId));
  expect(kept).toMatchObject({ counter: 2, lastUsedAt: clock.now() });
});

it('alone it must have asked for a finger or a PIN; as a second factor it need not', async () => {
  const { device, userId } = await registered({ verifiesUser: false });
  expect(await signsIn(device)).toBeNull();
  expect(await signsIn(device, userId)).toBe(userId);
});

it('somebody else is not signed in by it, nor anybody after it was removed', async () => {
  const { device, userId, passkey } = await registered();
  const other = await registered();
  expect(await signsIn(device, other.userId)).toBeNull();
  expect(await signsIn(authenticator(party.origin))).toBeNull();
  await system((tx) => removePasskey(tx, { userId, id: passkey.id }));
  expect(await signsIn(device)).toBeNull();
});

it('an answer counts once, for 5 minutes, for one purpose, from our address', async () => {
  const { device, userId } = await registered();
  const asked = await system((tx) => beginPasskey(tx, party, null));
  const answer = device.get(asked);
  expect(await verifyPasskey(db, party, null, answer)).toMatchObject({ userId });
  expect(await verifyPasskey(db, party, null, answer)).toBeNull();
  expect(await verifyPasskey(db, party, null, device.get(asked))).toBeNull();

  const late = await system((tx) => beginPasskey(tx, party, null));
  clock.advance(5 * 60_000);
  expect(await verifyPasskey(db, party, null, device.get(late))).toBeNull();

  const second = await system((tx) => beginPasskey(tx, party, userId));
  expect(await verifyPasskey(db, party, null, device.get(second))).toBeNull();

  const elsewhere = await system((tx) => beginPasskey(tx, party, null));
  const site = { id: 'other.example.com', origin: 'https://other.example.com' };
  expect(await verifyPasskey(db, site, null, device.get(elsewhere))).toBeNull();

  const forged = device.get(await system((tx) => beginPasskey(tx, party, null)));
  const signature = Buffer.from(forged.response.signature, 'base64url');
  signature[20]! ^= 1;
  forged.response.signature = signature.toString('base64url');
  expect(await verifyPasskey(db, party, null, forged)).toBeNull();
  forged.response.clientDataJSON = 'no json';
  expect(await verifyPasskey(db, party, null, forged)).toBeNull();
});

it('a counter that goes back or stands still is refused: two devices claim to be one', async () => {
  const { device, userId } = await registered();
  expect(await signsIn(device)).toBe(userId);
  expect(await signsIn(device)).toBe(userId);
  device.counter = 0;
  expect(await signsIn(device)).toBeNull();
  device.counter = 1;
  expect(await signsIn(device)).toBeNull();
  expect(await signsIn(device)).toBe(userId);
});

it('of two answers with one count at the same time one is noted; those that never count are', async () => {
  const { device } = await registered();
  const use = await verifyPasskey(
    db,
    party,
    null,
    device.get(await system((tx) => beginPasskey(tx, party, null))),
  );
  const noted = await Promise.all([1, 2].map(() => system((tx) => usePasskey(tx, use!))));
  expect(noted.toSorted()).toEqual([false, true]);

  const synced = await registered({ counts: false });
  expect(await signsIn(synced.device)).toBe(synced.userId);
  expect(await signsIn(synced.device)).toBe(synced.userId);
});

it('belongs to PUBLIC_URL, or to localhost while there is none, never to a Host header', () => {
  expect(relyingParty('https://chat.example.com:8443/x', 'evil.example')).toEqual({
    id: 'chat.example.com',
    origin: 'https://chat.example.com:8443',
  });
  expect(relyingParty(null, 'localhost:3000')).toEqual({
    id: 'localhost',
    origin: 'http://localhost:3000',
  });
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1:3000',
    'localhost@evil',
    undefined,
  ]) {
    expect(() => relyingParty(null, host)).toThrow('PUBLIC_URL');
  }
});
