import { createHmac, randomBytes } from 'node:crypto';
import type { Database } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { installation } from '../../platform/ids.ts';
import { insertRefresh, lockRefresh, useRefresh } from './queries-refresh.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';
import { revokeSessions } from './sessions.ts';
import { hashToken, signToken, type TokenKey } from './tokens.ts';

/** What Supabase's clients keep of a session: a token for an hour, and what renews it, once. */
export interface RenewableSession {
  userId: string;
  accessToken: string;
  expiresAt: Date;
  refreshToken: string;
}

const accessMs = 3_600_000;
/** As long as S3's tokens, from the last renewal on. */
const sessionMs = 7 * 86_400_000;
/** Two tabs renew at the same moment, or an answer was lost: who comes second is no thief. Supabase's own figure. */
const graceMs = 10_000;

interface RefreshDeps {
  db: Database;
  tokenKey: TokenKey;
}

/** Gives a session that just began its first pair. */
export async function makeRenewable(
  { db, tokenKey }: RefreshDeps,
  session: { sessionId: string; userId: string },
): Promise<RenewableSession> {
  const refreshToken = randomBytes(32).toString('base64url');
  const now = db.clock.now();
  await db.withSystem('a session that renews itself', (tx) =>
    tx.execute(insertRefresh, [session.sessionId, hashToken(refreshToken)]),
  );
  return { ...(await access(tokenKey, session, now)), refreshToken };
}

/**
 * A new pair for the one that came. Any token that the session used before, however long ago, ends it once its grace is
 * over, whoever brings it: one of the two who have it stole it, and may have renewed many times since.
 */
export async function renewSession(
  { db, tokenKey }: RefreshDeps,
  request: AskedBy,
  refreshToken: string,
): Promise<RenewableSession> {
  const next = nextOf(tokenKey, refreshToken);
  const outcome = await db.withSystem('renew a session', async (tx) => {
    const now = tx.now();
    const [row] = await tx.query<{
      session_id: string;
      user_id: string;
      used_at: Date | null;
    }>(lockRefresh, [hashToken(refreshToken), now.toISOString()]);
    if (!row) return null;
    const { session_id: sessionId, user_id: userId, used_at: usedAt } = row;
    const actor = selfOf(request, userId);
    if (usedAt !== null && now.getTime() - usedAt.getTime() > graceMs) {
      await revokeSessions(tx, { userId, only: sessionId }, { actor, audited: true });
      return null;
    }
    if (usedAt === null) {
      const expiresAt = new Date(now.getTime() + sessionMs);
      await tx.batch([
        { statement: useRefresh, values: [sessionId, now.toISOString(), expiresAt.toISOString()] },
        { statement: insertRefresh, values: [sessionId, hashToken(next)] },
      ]);
    }
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'session.renewed',
        actor,
        data: { userId, sessionId },
        audit: { target: { kind: 'user', id: userId }, after: { sessionId } },
      },
    ]);
    return { userId, sessionId, now };
  });
  if (!outcome) {
    throw new AppError(
      'refresh_token_not_found',
      400,
      'This refresh token is not known, used up, or its session ended. Sign in again.',
    );
  }
  return { ...(await access(tokenKey, outcome, outcome.now)), refreshToken: next };
}

/** Follows from the one before, so that who comes second within the grace is told the same. */
function nextOf(tokenKey: TokenKey, refreshToken: string): string {
  return createHmac('sha256', tokenKey).update(`refresh ${refreshToken}`).digest('base64url');
}

async function access(
  tokenKey: TokenKey,
  session: { sessionId: string; userId: string },
  now: Date,
): Promise<Omit<RenewableSession, 'refreshToken'>> {
  const expiresAt = new Date(now.getTime() + accessMs);
  const { userId, sessionId } = session;
  const accessToken = await signToken(tokenKey, { userId, sessionId, issuedAt: now, expiresAt });
  return { userId, accessToken, expiresAt };
}
