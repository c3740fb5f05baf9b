import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers, type Person, type Slice } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import { createOwnWorkspace, workspacesOf } from '../workspaces/index.ts';
import type { AuthDeps } from './deps.ts';
import { lockPerson, type PersonRecord, personById, setPersonProfile } from './queries-people.ts';
import { sessionsOfUser, setSessionWorkspace } from './queries-session.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';
import type { SessionKind } from './sessions.ts';

/** Somebody signed in somewhere, as the person themselves sees it. */
export interface SessionRow {
  id: string;
  kind: SessionKind;
  secondFactor: boolean;
  impersonated: boolean;
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** Live sessions of a person, newest first. */
export async function listSessions(tx: SystemTx, userId: string, page: Slice): Promise<SessionRow[]> {
  const rows = await tx.query<{
    id: string;
    kind: SessionKind;
    second_factor: boolean;
    impersonator_id: string | null;
    ip: string | null;
    user_agent: string | null;
    created_at: Date;
    last_used_at: Date;
    expires_at: Date;
  }>(sessionsOfUser, [
    userId,
    tx.now().toISOString(),
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    secondFactor: row.second_factor,
    impersonated: row.impersonator_id !== null,
    ip: row.ip,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  }));
}

/** Makes another of the person's workspaces the current one of their session. */
export async function switchWorkspace(
  tx: SystemTx,
  request: AskedBy,
  who: { userId: string; sessionId: string },
  workspaceId: string,
): Promise<void> {
  const mine = await workspacesOf(tx, who.userId);
  if (!mine.some((one) => one.id === workspaceId)) throw errors.notFound('workspace', { id: workspaceId });
  await tx.execute(setSessionWorkspace, [who.sessionId, workspaceId]);
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'session.switched',
      actor: selfOf(request, who.userId),
      data: { userId: who.userId, sessionId: who.sessionId },
      audit: { target: { kind: 'session', id: who.sessionId }, after: { workspaceId } },
    },
  ]);
  tx.afterCommit(forgetCallers);
}

/**
 * A further workspace of their own, up to as many as the operator lets one person own: each has its free plan's quotas
 * anew, which would otherwise be quotas of nothing. Those who run the installation make as many as they like.
 */
export async function makeWorkspace(
  tx: SystemTx,
  deps: Pick<AuthDeps, 'workspacesPerUser' | 'workspaceHooks'>,
  request: AskedBy,
  command: { name: string; person: Person },
): Promise<{ id: string; name: string }> {
  const { userId, isSuperadmin } = command.person;
  // Two requests at once count one after the other.
  await tx.query(lockPerson, [userId]);
  const owned = (await workspacesOf(tx, userId)).filter(({ role }) => role === 'owner').length;
  const limit = deps.workspacesPerUser;
  if (!isSuperadmin && owned >= limit) {
    throw errors.conflict(
      'too_many_workspaces',
      `You own ${owned} workspaces, and one person may own ${limit} here. Hand one over, or ask whoever runs this installation (WORKSPACES_PER_USER).`,
      { limit, owned },
    );
  }
  return createOwnWorkspace(
    tx,
    { name: command.name, userId },
    { actor: selfOf(request, userId), audited: true },
    deps.workspaceHooks,
  );
}

/** Name and language of oneself. */
export async function changeProfile(
  tx: SystemTx,
  request: AskedBy,
  userId: string,
  change: { name?: string | undefined; locale?: string | undefined },
): Promise<void> {
  const [before] = await tx.query<PersonRecord>(personById, [userId]);
  const [after] = await tx.query<PersonRecord>(setPersonProfile, [
    userId,
    change.name ?? null,
    change.locale ?? null,
  ]);
  if (!before || !after) throw errors.notFound('user');
  const said = ({ name, locale }: PersonRecord) => ({ name, locale });
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'user.updated',
      actor: selfOf(request, userId),
      data: { userId },
      audit: { target: { kind: 'user', id: userId }, before: said(before), after: said(after) },
    },
  ]);
  tx.afterCommit(forgetCallers);
}
