import { createHash, randomBytes } from 'node:crypto';
import type { SystemTx } from '../../platform/db/index.ts';
import { deleteRecoveryCodes, insertRecoveryCodes, spendRecoveryCode } from './queries-second-factor.ts';

const count = 10;
/** Without 0, 1, o and l, which people take for each other on paper. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
/** 16 letters of 5 bits, in fours. */
const shape = /^[a-z2-9]{16}$/;

const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();

/** Small or capital, with or without hyphens and blanks: as people copy it. Null: it is none. */
function normal(code: string): string | null {
  const text = code.toLowerCase().replace(/[\s-]/g, '');
  return shape.test(text) ? text : null;
}

/** Ten new codes; those before are void. The answer is the only place where they are ever seen. */
export async function makeRecoveryCodes(tx: SystemTx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: count }, () =>
    Array.from(randomBytes(16), (byte) => alphabet[byte & 31]).join(''),
  );
  await tx.execute(deleteRecoveryCodes, [userId]);
  await tx.execute(insertRecoveryCodes, [userId, codes.map(hashOf), tx.now().toISOString()]);
  return codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-'));
}

/** Uses a code up. False: it is not one of the person's, or was used before. */
export async function useRecoveryCode(tx: SystemTx, userId: string, code: string): Promise<boolean> {
  const text = normal(code);
  if (text === null) return false;
  return (await tx.query(spendRecoveryCode, [userId, hashOf(text), tx.now().toISOString()])).length > 0;
}

/** After the last factor is gone nothing is left that they would replace. */
export async function dropRecoveryCodes(tx: SystemTx, userId: string): Promise<void> {
  await tx.execute(deleteRecoveryCodes, [userId]);
}
