import type { Role } from '@chaski/contracts';
import type { SystemTx } from '../../platform/db/index.ts';
import type { Person } from '../../platform/http/index.ts';
import { acceptInvitation, openInvitation } from '../workspaces/index.ts';
import { type PersonRecord, personById } from './queries-people.ts';
import { setSessionWorkspace } from './queries-session.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';

/** What a link invites to, as it is shown to whoever opens it. */
export async function lookAtInvitation(
  tx: SystemTx,
  token: string,
): Promise<{ workspaceName: string; email: string; invitedBy: string | null; role: Role }> {
  const { workspaceName, email, role, invitedBy } = await openInvitation(tx, token);
  const [inviter] = invitedBy === null ? [] : await tx.query<PersonRecord>(personById, [invitedBy]);
  return { workspaceName, email, invitedBy: inviter?.name || null, role };
}

/** Makes the person a member, and the workspace their session's current one. */
export async function joinByInvitation(
  tx: SystemTx,
  request: AskedBy,
  token: string,
  { userId, email, sessionId }: Pick<Person, 'userId' | 'email' | 'sessionId'>,
): Promise<{ workspaceId: string }> {
  const accepted = await acceptInvitation(tx, token, { userId, email, actor: selfOf(request, userId) });
  await tx.execute(setSessionWorkspace, [sessionId, accepted.workspaceId]);
  return accepted;
}
