import { randomBytes } from 'node:crypto';
import type { Actor, Database, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { installation, newId } from '../../platform/ids.ts';
import { dropChallenges, dropSpentSessions, insertSession, revokeSessionRows } from './queries-session.ts';
import { hashToken, signToken, type TokenKey } from './tokens.ts';

export type SessionKind = 'cookie' | 'token';

/** S3's 7 days for tokens; browsers stay signed in a month. */
const lasts: Record<SessionKind, number> = { token: 7 * 86_400_000, cookie: 30 * 86_400_000 };

export interface NewSession {
  userId: string;
  /** Where the person begins; left out: their oldest workspace. */
  workspaceId?: string | null;
  kind: SessionKind;
  ip: string | null;
  userAgent: string | null;
  /** The superadmin who acts as this person. */
  impersonatorId?: string | null;
  /** Did a second factor take part? */
  secondFactor: boolean;
  /** Shorter than usual, for impersonation. */
  lastsMs?: number;
}

export interface StartedSession {
  sessionId: string;
  /** The cookie's value, or the bearer token. Seen here and nowhere else. */
  token: string;
  expiresAt: Date;
}

/** Signs somebody in. The caller writes the event of its own (`session.started` or what else it is). */
export async function startSession(
  tx: SystemTx,
  deps: { tokenKey: TokenKey },
  command: NewSession,
): Promise<StartedSession> {
  const now = tx.now();
  const sessionId = newId(now.getTime());
  const expiresAt = new Date(now.getTime() + (command.lastsMs ?? lasts[command.kind]));
  const secret = command.kind === 'cookie' ? randomBytes(32).toString('base64url') : null;
  await tx.execute(insertSession, [
    sessionId,
    command.userId,
    command.kind,
    secret === null ? null : hashToken(secret),
    command.workspaceId ?? null,
    command.secondFactor,
    command.impersonatorId ?? null,
    command.ip,
    command.userAgent?.slice(0, 500) ?? null,
    now.toISOString(),
    expiresAt.toISOString(),
  ]);
  const token =
    secret ??
    (await signToken(deps.tokenKey, { userId: command.userId, sessionId, issuedAt: now, expiresAt }));
  return { sessionId, token, expiresAt };
}

/** Which of a person's sessions; all without further words. */
export interface WhichSessions {
  userId: string;
  only?: string;
  except?: string;
}

/**
 * Ends sessions, and logins that wait for their second factor unless one session is meant: refused from the next request
 * on, and open sockets close (`session.revoked`, one event each). Answers the ids. The first event is the audit's line
 * unless the caller's own event is.
 */
export async function revokeSessions(
  tx: SystemTx,
  which: WhichSessions,
  by: { actor: Actor; audited: boolean },
): Promise<string[]> {
  const rows = await tx.query<{ id: string; user_id: string }>(revokeSessionRows, [
    which.userId,
    tx.now().toISOString(),
    which.only ?? null,
    which.except ?? null,
  ]);
  if (which.only === undefined) await tx.execute(dropChallenges, [which.userId]);
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = rows.map((row) => row.id);
  await emit(
    tx,
    rows.map(({ id, user_id: userId }, place) => ({
      workspaceId: installation,
      name: 'session.revoked',
      actor: by.actor,
      data: { userId, sessionId: id },
      ...(by.audited && place === 0
        ? {
            audit: {
              target: { kind: 'user', id: which.userId },
              after: { sessions: ids },
            },
          }
        : {}),
    })),
  );
  tx.afterCommit(forgetCallers);
  return ids;
}

/** Removes what expired: sessions after 30 days more, for whoever looks back; challenges and links at once. */
export async function forgetSpentSessions(db: Database): Promise<void> {
  await db.withSystem('remove expired sessions, challenges and links', (tx) =>
    tx.execute(dropSpentSessions, [tx.now().toISOString()]),
  );
}
