import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { errors } from '../../platform/errors.ts';
import { type PasswordContext, passwordProblem } from './common-passwords.ts';
import { isImported, verifyImported } from './imported-passwords.ts';
import { inLane } from './lanes.ts';

// OWASP's second row for argon2id: 19 MiB, two passes, one lane; about 30 ms and no more memory than a login is worth.
const memory = 19_456;
const passes = 2;
const parallelism = 1;
const tagLength = 32;

let derived = 0;

/** How many derivations this process has begun: tests count them, metrics may. */
export const derivations = (): number => derived;

function derive(
  password: string,
  nonce: Buffer,
  cost: { memory: number; passes: number; parallelism: number; tagLength: number },
): Promise<Buffer> {
  derived++;
  return inLane(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        // NFKC, so that the same word typed on two keyboards is the same.
        argon2('argon2id', { message: password.normalize('NFKC'), nonce, ...cost }, (error, tag) =>
          error ? reject(error) : resolve(tag),
        );
      }),
  );
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

/** argon2id in the usual PHC form, so that the costs can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive(password, salt, { memory, passes, parallelism, tagLength });
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

const phc =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Is this another system's hash, or one of lower costs? Whoever just verified the password stores it anew. */
export function needsRehash(stored: string): boolean {
  const [, m, t, p] = phc.exec(stored) ?? [];
  return Number(m) !== memory || Number(t) !== passes || Number(p) !== parallelism;
}

/**
 * True for the right password. A user without password, or no user, costs one derivation too: time tells nothing
 * about who exists.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (isImported(stored)) {
    derived++;
    return inLane(() => verifyImported(stored, password));
  }
  const parts = phc.exec(stored ?? '');
  if (!parts) {
    await derive(password, randomBytes(16), { memory, passes, parallelism, tagLength });
    return false;
  }
  const expected = Buffer.from(parts[5]!, 'base64');
  const tag = await derive(password, Buffer.from(parts[4]!, 'base64'), {
    memory: Number(parts[1]),
    passes: Number(parts[2]),
    parallelism: Number(parts[3]),
    tagLength: expected.length,
  });
  return timingSafeEqual(tag, expected);
}

/** Refuses a new password by name of the field and reason. */
export function checkNewPassword(password: string, context: PasswordContext = {}, path = 'password'): void {
  const problem = passwordProblem(password, context);
  if (problem !== null) throw errors.invalidRequest([{ path, message: problem }]);
}
