import { z } from 'zod';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Person } from '../../platform/http/index.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { longestPassword } from './common-passwords.ts';
import { verifyPassword } from './passwords.ts';
import { passwordOf } from './queries-second-factor.ts';
import { factorsOf, hasSecondFactor, useCode, wrongCode } from './second-factor.ts';

/** What shows once more that it is the person and not somebody at their open browser. */
export const proofBody = z
  .strictObject({
    password: z.string().max(longestPassword).describe('The password.'),
    code: z.string().max(40).describe('Or a code of the authenticator app, or a recovery code.'),
  })
  .partial();

export type Proof = z.infer<typeof proofBody>;

/** Whoever acts as somebody else works for them; how the person signs in is not theirs to change. */
export function notImpersonated(person: Person): Person {
  if (person.impersonatorId) {
    throw errors.forbidden('Whoever acts as another person cannot change how that person signs in.', {
      reason: 'impersonated',
    });
  }
  return person;
}

/**
 * Throws unless the person shows that it is them: a stolen session must not add, remove or replace what signs in.
 * Somebody who has neither password nor second factor, and came by single sign-on, has nothing to show. Has
 * transactions of its own, because a wrong code must stay counted.
 */
export async function prove(db: Database, ring: KeyRing, person: Person, proof: Proof): Promise<void> {
  const { userId } = notImpersonated(person);
  const read = (tx: SystemTx) =>
    Promise.all([factorsOf(tx, userId), tx.query<{ password_hash: string | null }>(passwordOf, [userId])]);
  const [factors, [user]] = await db.withSystem('what a person can prove themselves with', read);
  const stored = user?.password_hash ?? null;
  if (stored === null && !hasSecondFactor(factors)) return;
  if (proof.code !== undefined) {
    const code = proof.code;
    const outcome = await db.withSystem('a person proves themselves with a code', (tx) =>
      useCode(tx, ring, userId, code),
    );
    if (outcome === 'totp' || outcome === 'recovery') return;
    throw outcome === 'blocked' ? blockedCode() : wrongCode();
  }
  if (proof.password === undefined) {
    throw errors.forbidden('Give your password or a code once more: this changes how you sign in.', {
      reason: 'proof_needed',
    });
  }
  // Outside any transaction: 30 ms of work that no connection should wait for.
  if (!(await verifyPassword(stored, proof.password))) {
    throw errors.unprocessable('wrong_password', 'This is not your password.');
  }
}

export const blockedCode = () =>
  errors.unprocessable(
    'code_blocked',
    'There were too many wrong codes. Wait 15 minutes, or use a recovery code or a passkey.',
  );
