import { Secret, TOTP } from 'otpauth';
import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type KeyRing, type Place, seal, unseal } from '../../platform/seal.ts';
import {
  beginTotpRow,
  confirmTotpRow,
  countTotp,
  deleteTotp,
  factorsRow,
  lockTotp,
} from './queries-second-factor.ts';
import { dropRecoveryCodes, makeRecoveryCodes, useRecoveryCode } from './recovery-codes.ts';

const stepMs = 30_000;
/** Clocks of phones are wrong, and people type slowly: one step before and one after count too. */
const window = 1;
/** Wrong codes in a row, over all challenges, and how long an app is not asked then; recovery codes and passkeys go on. */
const mostFailures = 10;
const blockedMs = 15 * 60_000;

/** What a person has besides a password. */
export interface Factors {
  totp: boolean;
  passkeys: number;
  recoveryCodesLeft: number;
  hasPassword: boolean;
}

export async function factorsOf(tx: SystemTx, userId: string): Promise<Factors> {
  const [row] = await tx.query<{ totp: boolean; passkeys: number; codes: number; password: boolean }>(
    factorsRow,
    [userId],
  );
  return {
    totp: row!.totp,
    passkeys: row!.passkeys,
    recoveryCodesLeft: row!.codes,
    hasPassword: row!.password,
  };
}

/** Is the password alone not enough for this person? */
export const hasSecondFactor = (factors: Factors): boolean => factors.totp || factors.passkeys > 0;

const placeOf = (userId: string): Place => ({
  workspaceId: null,
  table: 'totp_secrets',
  column: 'sealed_secret',
  rowId: userId,
});

const appOf = (secret: string, email = ''): TOTP =>
  // What every authenticator app understands; many ignore other algorithms and digits without a word.
  new TOTP({ issuer: 'Chaski', label: email, algorithm: 'SHA1', digits: 6, period: 30, secret });

/** A secret for an authenticator app, which counts once a code of it is confirmed; begun twice, the second counts. */
export async function beginTotp(
  tx: SystemTx,
  ring: KeyRing,
  person: { userId: string; email: string },
): Promise<{ secret: string; uri: string }> {
  const secret = new Secret({ size: 20 }).base32;
  const begun = await tx.query(beginTotpRow, [
    person.userId,
    seal(ring, placeOf(person.userId), secret),
    tx.now().toISOString(),
  ]);
  if (begun.length === 0) {
    throw errors.conflict('totp_enabled', 'There is an authenticator app already. Remove it first.');
  }
  return { secret, uri: appOf(secret, person.email).toString() };
}

interface TotpRecord {
  sealed_secret: string;
  confirmed_at: Date | null;
  last_step: number;
  failures: number;
  blocked_until: Date | null;
  [column: string]: unknown;
}

/** The step that a code belongs to, if it is right and newer than what was used; else null. */
function stepOf(ring: KeyRing, userId: string, row: TotpRecord, code: string, now: Date): number | null {
  const token = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const app = appOf(unseal(ring, placeOf(userId), row.sealed_secret));
  const delta = app.validate({ token, timestamp: now.getTime(), window });
  if (delta === null) return null;
  const step = Math.floor(now.getTime() / stepMs) + delta;
  return step > row.last_step ? step : null;
}

/** A right code makes the begun app count. The first factor brings recovery codes; `null`: the person has some. */
export async function confirmTotp(
  tx: SystemTx,
  ring: KeyRing,
  userId: string,
  code: string,
): Promise<{ recoveryCodes: string[] | null }> {
  const [row] = await tx.query<TotpRecord>(lockTotp, [userId]);
  if (!row) throw errors.notFound('authenticator app that waits for its first code');
  if (row.confirmed_at !== null) {
    throw errors.conflict('totp_enabled', 'This authenticator app is confirmed already.');
  }
  const step = stepOf(ring, userId, row, code, tx.now());
  if (step === null) throw wrongCode();
  const first = !hasSecondFactor(await factorsOf(tx, userId));
  await tx.execute(confirmTotpRow, [userId, tx.now().toISOString(), step]);
  return { recoveryCodes: first ? await makeRecoveryCodes(tx, userId) : null };
}

/** Removes the app, or what was begun; with the last factor the recovery codes go. False: there was none. */
export async function removeTotp(tx: SystemTx, userId: string): Promise<boolean> {
  const [row] = await tx.query<{ confirmed_at: Date | null }>(deleteTotp, [userId]);
  if (!hasSecondFactor(await factorsOf(tx, userId))) await dropRecoveryCodes(tx, userId);
  return row !== undefined && row.confirmed_at !== null;
}

/** `blocked`: too many wrong codes lately; the app is not asked, whatever the code. */
export type CodeOutcome = 'totp' | 'recovery' | 'wrong' | 'blocked';

/**
 * Uses up a code of the app or a recovery code. An answer, not an error: a wrong code is counted, and what is thrown
 * would take the count back.
 */
export async function useCode(
  tx: SystemTx,
  ring: KeyRing,
  userId: string,
  code: string,
): Promise<CodeOutcome> {
  if (await useRecoveryCode(tx, userId, code)) return 'recovery';
  const [row] = await tx.query<TotpRecord>(lockTotp, [userId]);
  if (!row || row.confirmed_at === null) return 'wrong';
  const now = tx.now();
  if (row.blocked_until !== null && row.blocked_until > now) return 'blocked';
  const step = stepOf(ring, userId, row, code, now);
  if (step !== null) {
    await tx.execute(countTotp, [userId, step, 0, null]);
    return 'totp';
  }
  const failures = row.failures + 1;
  const blocked = failures >= mostFailures;
  await tx.execute(countTotp, [
    userId,
    row.last_step,
    blocked ? 0 : failures,
    blocked ? new Date(now.getTime() + blockedMs).toISOString() : null,
  ]);
  return 'wrong';
}

/** One text for every code that does not count: wrong, used before, too old. */
export const wrongCode = () =>
  errors.unprocessable(
    'wrong_code',
    'This code does not count. Take the one that the app shows now; each counts once.',
  );
