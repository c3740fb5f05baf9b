import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import { workspacesOf } from '../workspaces/index.ts';
import { type PersonRecord, personById, setPersonProfile } from './queries-people.ts';
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
export async function listSessions(
  tx: SystemTx,
  userId: string,
  page: { limit: number; after: { at: string; id: string } | null },
): Promise<SessionRow[]> {
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
