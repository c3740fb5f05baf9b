import { TOTP, URI } from 'otpauth';
import { expect, it } from 'vitest';
import { testDatabase, testRing } from '../../../test/harness.ts';
import { shownCode } from '../../../test/totp.ts';
import { newId } from '../../platform/ids.ts';
import { countByKey, keyRing, reseal } from '../../platform/seal.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';
import { beginTotp, confirmTotp, factorsOf, hasSecondFactor, removeTotp, useCode } from './second-factor.ts';
import { resetSecondFactors } from './second-factor-reset.ts';
import { startSession } from './sessions.ts';

const { db, clock } = await testDatabase();
const system = <T>(fn: Parameters<typeof db.withSystem<T>>[1]) => db.withSystem('test', fn);
const use = (userId: string, code: string) => system((tx) => useCode(tx, testRing, userId, code));

async function somebody(): Promise<{ userId: string; email: string }> {
  const userId = newId();
  const email = `${userId}@example.com`;
  await system((tx) =>
    tx.execute('insert into users (id, email, created_at) values ($1, $2, $3)', [userId, email, clock.now()]),
  );
  return { userId, email };
}

/** What the app on the phone shows, `steps` of 30 s from now. */
const shown = (uri: string, steps = 0): string => shownCode(uri, clock.now(), steps);

async function enrolled() {
  const person = await somebody();
  const { uri } = await system((tx) => beginTotp(tx, testRing, person));
  const { recoveryCodes } = await system((tx) => confirmTotp(tx, testRing, person.userId, shown(uri)));
  clock.advance(30_000);
  return { ...person, uri, recoveryCodes: recoveryCodes! };
}

/** Six digits that are none of the three that would count. */
function wrong(uri: string): string {
  const right = [-1, 0, 1].map((steps) => shown(uri, steps));
  return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code))!;
}

it('an authenticator app counts once a code of it was confirmed, and brings ten recovery codes', async () => {
  const person = await somebody();
  const begun = await system((tx) => beginTotp(tx, testRing, person));
  expect(begun.uri).toContain('otpauth://totp/Chaski:');
  expect(URI.parse(begun.uri)).toBeInstanceOf(TOTP);
  expect(begun.uri).toContain(begun.secret);
  expect(hasSecondFactor(await system((tx) => factorsOf(tx, person.userId)))).toBe(false);
  expect(await use(person.userId, shown(begun.uri))).toBe('wrong');

  // Begun twice: the first secret is void.
  const again = await system((tx) => beginTotp(tx, testRing, person));
  const confirm = (code: string) => system((tx) => confirmTotp(tx, testRing, person.userId, code));
  await expect(confirm(shown(begun.uri))).rejects.toMatchObject({ code: 'wrong_code' });
  const { recoveryCodes } = await confirm(shown(again.uri));
  expect(recoveryCodes).toHaveLength(10);
  expect(new Set(recoveryCodes).size).toBe(10);
  expect(await system((tx) => factorsOf(tx, person.userId))).toEqual({
    totp: true,
    passkeys: 0,
    recoveryCodesLeft: 10,
    hasPassword: false,
  });
  await expect(confirm(shown(again.uri, 1))).rejects.toMatchObject({ code: 'totp_enabled' });
  await expect(system((tx) => beginTotp(tx, testRing, person))).rejects.toMatchObject({
    code: 'totp_enabled',
  });
});

it('a code counts once, one step early and late, and never after a newer one', async () => {
  const { userId, uri } = await enrolled();
  expect(await use(userId, shown(uri))).toBe('totp');
  expect(await use(userId, shown(uri))).toBe('wrong');
  // The next one early, and then the present one no more.
  clock.advance(60_000);
  expect(await use(userId, shown(uri, 1))).toBe('totp');
  expect(await use(userId, shown(uri))).toBe('wrong');
  clock.advance(120_000);
  expect(await use(userId, shown(uri, -2))).toBe('wrong');
  expect(await use(userId, shown(uri, 2))).toBe('wrong');
  expect(await use(userId, shown(uri, -1))).toBe('totp');
  expect(await use(userId, `${shown(uri).slice(0, 3)} ${shown(uri).slice(3)}`)).toBe('totp');
});

it('the code that confirmed does not sign in too', async () => {
  const person = await somebody();
  const { uri } = await system((tx) => beginTotp(tx, testRing, person));
  await system((tx) => confirmTotp(tx, testRing, person.userId, shown(uri)));
  expect(await use(person.userId, shown(uri))).toBe('wrong');
});

it('of twenty uses of one code at once one counts', async () => {
  const { userId, uri, recoveryCodes } = await enrolled();
  for (const code of [shown(uri), recoveryCodes[0]!]) {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => use(userId, code)));
    expect(outcomes.filter((outcome) => outcome === 'totp' || outcome === 'recovery')).toHaveLength(1);
    clock.advance(16 * 60_000);
  }
});

it('after ten wrong codes in a row the app is not asked for 15 minutes; recovery codes go on', async () => {
  const { userId, uri, recoveryCodes } = await enrolled();
  for (let tries = 0; tries < 9; tries++) expect(await use(userId, wrong(uri))).toBe('wrong');
  expect(await use(userId, shown(uri))).toBe('totp');
  for (let tries = 0; tries < 10; tries++) expect(await use(userId, wrong(uri))).toBe('wrong');
  clock.advance(60_000);
  expect(await use(userId, shown(uri))).toBe('blocked');
  expect(await use(userId, recoveryCodes[0]!)).toBe('recovery');
  clock.advance(14 * 60_000);
  expect(await use(userId, shown(uri))).toBe('totp');
});

it('recovery codes count once, however they are typed, for their person alone; new ones void the old', async () => {
  const { userId, recoveryCodes } = await enrolled();
  const [first, second, third] = recoveryCodes as [string, string, string];
  expect(await use((await enrolled()).userId, first)).toBe('wrong');
  expect(await use(userId, first)).toBe('recovery');
  expect(await use(userId, first)).toBe('wrong');
  expect(await use(userId, second.toUpperCase().replaceAll('-', ' '))).toBe('recovery');
  expect((await system((tx) => factorsOf(tx, userId))).recoveryCodesLeft).toBe(8);
  const fresh = await system((tx) => makeRecoveryCodes(tx, userId));
  expect(await use(userId, third)).toBe('wrong');
  expect(await use(userId, fresh[9]!)).toBe('recovery');
});

it('neither secret nor codes are stored to be read, and rotation seals the secret anew', async () => {
  const { userId, uri, recoveryCodes } = await enrolled();
  const { secret } = Object.fromEntries(new URL(uri).searchParams);
  const rows = await system((tx) =>
    tx.query<{ row: string }>(
      `select row_to_json(t)::text as row from totp_secrets t
       union all select row_to_json(c)::text from recovery_codes c`,
    ),
  );
  for (const { row } of rows) {
    expect(row).not.toContain(secret);
    for (const code of recoveryCodes) expect(row).not.toContain(code.replaceAll('-', ''));
  }
  const newer = keyRing(['a7'.repeat(32), '5e'.repeat(32)]);
  expect((await reseal(db, newer)).failed).toBe(0);
  expect(Object.keys(await countByKey(db))).toEqual([newer[0].kid]);
  expect(await system((tx) => useCode(tx, newer, userId, shown(uri)))).toBe('totp');
  // For the tests that come after.
  await reseal(db, [newer[1]!, newer[0]]);
});

it('a secret copied to another person opens nothing', async () => {
  const [a, b] = [await enrolled(), await enrolled()];
  await system((tx) =>
    tx.execute(
      `update totp_secrets set sealed_secret = (select sealed_secret from totp_secrets where user_id = $1)
        where user_id = $2`,
      [a.userId, b.userId],
    ),
  );
  await expect(use(b.userId, shown(a.uri))).rejects.toMatchObject({ code: 'configuration' });
});

it('removed, it asks for nothing, and its recovery codes are gone', async () => {
  const { userId, uri, recoveryCodes } = await enrolled();
  expect(await system((tx) => removeTotp(tx, userId))).toBe(true);
  expect(hasSecondFactor(await system((tx) => factorsOf(tx, userId)))).toBe(false);
  expect(await use(userId, shown(uri))).toBe('wrong');
  expect(await use(userId, recoveryCodes[0]!)).toBe('wrong');
  expect(await system((tx) => removeTotp(tx, userId))).toBe(false);
});

it('an operator voids all of them, which ends every session and stands in the audit', async () => {
  const { userId, email, uri, recoveryCodes } = await enrolled();
  const session = { kind: 'cookie', ip: null, userAgent: null, secondFactor: true } as const;
  await system((tx) => startSession(tx, { tokenKey: new Uint8Array(32) }, { ...session, userId }));
  expect(await resetSecondFactors(db, email.toUpperCase())).toEqual({ email, totp: true, passkeys: 0 });
  expect(hasSecondFactor(await system((tx) => factorsOf(tx, userId)))).toBe(false);
  expect(await use(userId, shown(uri))).toBe('wrong');
  expect(await use(userId, recoveryCodes[0]!)).toBe('wrong');
  const [left] = await system((tx) =>
    tx.query<{ live: number; audited: number }>(
      `select (select count(*) from sessions where user_id = $1 and revoked_at is null) as live,
         (select count(*) from audit where target_id = $1::text and action = 'second_factor.reset') as audited`,
      [userId],
    ),
  );
  expect(left).toEqual({ live: 0, audited: 1 });
  expect(await resetSecondFactors(db, email)).toMatchObject({ totp: false });
  await expect(resetSecondFactors(db, 'nobody@example.com')).rejects.toMatchObject({ status: 404 });
});
