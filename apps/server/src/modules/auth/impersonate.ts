import type { Actor, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { actedAs } from '../workspaces/index.ts';
import { type SessionKind, type StartedSession, startSession } from './sessions.ts';
import type { TokenKey } from './tokens.ts';

/** Long enough to look into one complaint. */
const lastsMs = 3_600_000;

export interface Impersonation {
  workspaceId: string;
  /** Left out: the oldest of the owners. */
  userId?: string | undefined;
  /** What the workspace reads in its audit. */
  reason: string;
  kind: SessionKind;
}

/**
 * A session of a superadmin as a member of a workspace: that workspace alone, what the member may do and no more, for an
 * hour. The workspace's audit says that it began and why, and names both in every line of it.
 */
export async function impersonate(
  tx: SystemTx,
  deps: { tokenKey: TokenKey },
  operator: Actor & { id: string },
  command: Impersonation,
): Promise<StartedSession & { userId: string }> {
  const { workspaceId, reason, kind } = command;
  const { userId, role } = await actedAs(tx, workspaceId, command.userId ?? null);
  const started = await startSession(tx, deps, {
    userId,
    workspaceId,
    kind,
    impersonatorId: operator.id,
    ip: operator.origin?.ip ?? null,
    userAgent: operator.origin?.userAgent ?? null,
    secondFactor: false,
    lastsMs,
  });
  await emit(tx, [
    {
      workspaceId,
      name: 'operator.impersonated',
      actor: operator,
      data: { userId, sessionId: started.sessionId },
      audit: {
        target: { kind: 'member', id: userId },
        after: { reason, role, until: started.expiresAt.toISOString() },
      },
    },
  ]);
  return { ...started, userId };
}
