import { randomBytes } from 'node:crypto';
import type { SystemTx } from '../../platform/db/index.ts';
import { countChallenge, deleteChallenge, insertChallenge, lockChallenge } from './queries-session.ts';
import type { SessionKind } from './sessions.ts';
import { hashToken } from './tokens.ts';

const challengeMs = 5 * 60_000;
/** Six digits are a million: five tries a challenge, and every challenge costs the right password. */
const triesPerChallenge = 5;

/** The password was right; what is answered must come back with the second factor within 5 minutes. */
export async function beginChallenge(
  tx: SystemTx,
  command: { userId: string; kind: SessionKind },
): Promise<string> {
  const challenge = randomBytes(32).toString('base64url');
  const now = tx.now();
  await tx.execute(insertChallenge, [
    hashToken(challenge),
    command.userId,
    command.kind,
    now.toISOString(),
    new Date(now.getTime() + challengeMs).toISOString(),
  ]);
  return challenge;
}

/** Whose challenge it is, while it may still be answered. */
export interface Challenge {
  userId: string;
  email: string;
  name: string;
  /** Of the session that the person asked for. */
  kind: SessionKind;
}

/**
 * Looks at a challenge and counts a try; locked until the transaction ends, so that parallel guesses wait in line. The
 * count must be kept also when the factor was wrong: answer that as an outcome, do not throw inside the transaction.
 * Null: unknown, too old, used, or too many tries.
 */
export async function readChallenge(tx: SystemTx, challenge: string): Promise<Challenge | null> {
  const hash = hashToken(challenge);
  const [row] = await tx.query<{
    user_id: string;
    kind: SessionKind;
    attempts: number;
    expires_at: Date;
    email: string;
    name: string;
  }>(lockChallenge, [hash]);
  if (!row || row.expires_at <= tx.now() || row.attempts >= triesPerChallenge) return null;
  await tx.execute(countChallenge, [hash]);
  return { userId: row.user_id, email: row.email, name: row.name, kind: row.kind };
}

/** The factor was right: the challenge is used up. Null: somebody was quicker. Then `startSession`. */
export async function finishChallenge(tx: SystemTx, challenge: string): Promise<{ userId: string } | null> {
  const [row] = await tx.query<{ user_id: string }>(deleteChallenge, [hashToken(challenge)]);
  return row ? { userId: row.user_id } : null;
}
