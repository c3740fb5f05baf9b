import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { finishChallenge, readChallenge } from './login.ts';
import type { RelyingParty } from './passkey-challenges.ts';
import { type PasskeyUse, usePasskey, verifyPasskey } from './passkey-use.ts';
import { peekChallenge } from './queries-second-factor.ts';
import { useCode } from './second-factor.ts';
import type { SessionKind } from './sessions.ts';
import { hashToken } from './tokens.ts';

export type SecondFactorOutcome =
  | { outcome: 'right'; userId: string; kind: SessionKind; how: 'totp' | 'recovery' | 'passkey' }
  | { outcome: 'wrong' }
  /** Too many wrong codes over all of the person's logins. */
  | { outcome: 'blocked' }
  /** Unknown, too old, used, or too many tries: the login begins again. */
  | { outcome: 'over' };

/** The second half of a login, by a code. What is counted must be committed, so nothing is thrown for a wrong one. */
export async function finishWithCode(
  tx: SystemTx,
  ring: KeyRing,
  command: { challenge: string; code: string },
): Promise<SecondFactorOutcome> {
  const waiting = await readChallenge(tx, command.challenge);
  if (!waiting) return { outcome: 'over' };
  const used = await useCode(tx, ring, waiting.userId, command.code);
  if (used === 'wrong' || used === 'blocked') return { outcome: used };
  await finishChallenge(tx, command.challenge);
  return { outcome: 'right', userId: waiting.userId, kind: waiting.kind, how: used };
}

/** Whose login waits; null: none does. */
export async function waitingUser(tx: SystemTx, challenge: string): Promise<string | null> {
  const [row] = await tx.query<{ user_id: string }>(peekChallenge, [
    hashToken(challenge),
    tx.now().toISOString(),
  ]);
  return row?.user_id ?? null;
}

/**
 * A passkey's answer to a waiting login, verified but not used yet: that is for the transaction that signs in. The try
 * is counted first, so that a challenge dies of wrong passkeys too.
 */
export async function checkPasskey(
  db: Database,
  party: RelyingParty,
  command: { challenge: string; response: AuthenticationResponseJSON },
): Promise<
  { outcome: 'verified'; use: PasskeyUse; kind: SessionKind } | { outcome: 'wrong' } | { outcome: 'over' }
> {
  const waiting = await db.withSystem('a login waits for a passkey', (tx) =>
    readChallenge(tx, command.challenge),
  );
  if (!waiting) return { outcome: 'over' };
  const use = await verifyPasskey(db, party, waiting.userId, command.response);
  return use ? { outcome: 'verified', use, kind: waiting.kind } : { outcome: 'wrong' };
}

/** The second half of a login, by a passkey that was verified. */
export async function finishWithPasskey(
  tx: SystemTx,
  challenge: string,
  checked: { use: PasskeyUse; kind: SessionKind },
): Promise<SecondFactorOutcome> {
  if (!(await usePasskey(tx, checked.use))) return { outcome: 'wrong' };
  const finished = await finishChallenge(tx, challenge);
  if (finished?.userId !== checked.use.userId) return { outcome: 'over' };
  return { outcome: 'right', userId: finished.userId, kind: checked.kind, how: 'passkey' };
}
