import { permissions, type Role } from '@chaski/contracts';
import type { z } from 'zod';
import type { Actor, SystemTx, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers, type Slice } from '../../platform/http/index.ts';
import type { UserId, WorkspaceId } from '../../platform/ids.ts';
import { type CreateWorkspaceHooks, createWorkspace } from './change.ts';
import {
  deleteMember,
  insertMember,
  knownMember,
  lockMembers,
  type MemberRecord,
  membersPage,
  memberToActAs,
  revokeInvitationsBy,
  updateMember,
  workspacesOfUser,
} from './queries-members.ts';
import { countMembersOf, requireRoom } from './quota.ts';
import type { WorkspaceRow } from './read.ts';
import type { settingsPatch } from './settings.ts';

export interface Member {
  userId: UserId;
  email: string;
  name: string;
  role: Role;
  disabledAt: Date | null;
  /** null = every number of the workspace */
  numberIds: string[] | null;
  /** own and unassigned conversations only */
  ownOnly: boolean;
  createdAt: Date;
}

type Standing = Pick<Member, 'role' | 'disabledAt' | 'numberIds' | 'ownOnly'>;

/** Members in the order they came, disabled ones too. */
export async function listMembers(tx: TenantTx, page: Slice): Promise<Member[]> {
  return readMembers(tx, page, null);
}

async function readMembers(tx: TenantTx, page: Slice, userId: string | null): Promise<Member[]> {
  const rows = await tx.query<MemberRecord & { email: string; name: string }>(membersPage, [
    tx.workspaceId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    userId,
    page.limit,
    page.offset ?? 0,
  ]);
  return rows.map((row) => ({
    userId: row.user_id as UserId,
    email: row.email,
    name: row.name,
    ...standing(row),
    createdAt: row.created_at,
  }));
}

const standing = (row: MemberRecord): Standing => ({
  role: row.role,
  disabledAt: row.disabled_at,
  numberIds: row.number_ids,
  ownOnly: row.own_only,
});

export interface MemberChange {
  role?: Role | undefined;
  disabled?: boolean | undefined;
  numberIds?: readonly string[] | null | undefined;
  ownOnly?: boolean | undefined;
}

/** Limits are for those who answer; who leads a workspace sees all of it. */
export function checkLimits(
  role: Role,
  limits: { numberIds: readonly string[] | null; ownOnly: boolean },
): void {
  if ((role === 'owner' || role === 'admin') && (limits.numberIds !== null || limits.ownOnly)) {
    throw errors.invalidRequest([
      {
        path: 'numberIds',
        message: 'Only agents and viewers can be limited to numbers or own conversations.',
      },
    ]);
  }
}

/** Owners are made, changed and removed by owners alone. */
export function checkOwnership(actor: Actor, ...touched: Role[]): void {
  if (touched.includes('owner') && actor.role !== 'owner') {
    throw errors.forbidden('Only an owner can make, change or remove owners.', { reason: 'owners_only' });
  }
}

/** Locks who matters and says who it is; refuses to leave a workspace without an owner who can act. */
async function lockForChange(
  tx: TenantTx,
  userId: string,
  leaves: (row: MemberRecord) => boolean,
): Promise<MemberRecord> {
  const rows = await tx.query<MemberRecord>(lockMembers, [tx.workspaceId, userId]);
  const member = rows.find((row) => row.user_id === userId);
  if (!member) throw errors.notFound('member', { userId });
  const others = rows.filter(
    (row) => row.user_id !== userId && row.role === 'owner' && row.disabled_at === null,
  );
  if (member.role === 'owner' && leaves(member) && others.length === 0) {
    throw errors.conflict('last_owner', 'This is the last owner. Make somebody else an owner first.');
  }
  return member;
}

/** Another role, other limits, disabled or enabled again. Counts from the member's next request on. */
export async function changeMember(tx: TenantTx, userId: string, change: MemberChange): Promise<Member> {
  const leaves = (row: MemberRecord) => (change.role ?? row.role) !== 'owner' || change.disabled === true;
  const before = standing(await lockForChange(tx, userId, leaves));
  const role = change.role ?? before.role;
  const leads = role === 'owner' || role === 'admin';
  const after: Standing = {
    role,
    disabledAt:
      change.disabled === undefined
        ? before.disabledAt
        : change.disabled
          ? (before.disabledAt ?? tx.now())
          : null,
    // Somebody who becomes a lead loses the limits, unless the request asks for both.
    numberIds:
      change.numberIds !== undefined
        ? change.numberIds && [...change.numberIds]
        : leads
          ? null
          : before.numberIds,
    ownOnly: change.ownOnly ?? (leads ? false : before.ownOnly),
  };
  checkOwnership(tx.actor, before.role, after.role);
  checkLimits(role, after);
  await tx.execute(updateMember, [
    tx.workspaceId,
    userId,
    after.role,
    after.disabledAt?.toISOString() ?? null,
    after.numberIds,
    after.ownOnly,
  ]);
  const asks = leads && after.disabledAt === null;
  const revoked = asks ? {} : await revokeWhatTheyAsked(tx, userId);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'member.updated',
      data: { userId, role: after.role, disabled: after.disabledAt !== null },
      audit: {
        target: { kind: 'member', id: userId },
        before: { ...before },
        after: { ...after, ...revoked },
      },
    },
  ]);
  tx.afterCommit(forgetCallers);
  const [member] = await readMembers(tx, { limit: 1, after: null }, userId);
  return member!;
}

/** Work is given to nobody who cannot come in or may not answer. Nobody by this id: the caller's foreign key says so. */
export async function refuseUnable(tx: TenantTx, userId: string): Promise<void> {
  const [row] = await tx.query<{ role: Role; disabled_at: Date | null }>(knownMember, [
    tx.workspaceId,
    userId,
  ]);
  if (row?.disabled_at) {
    throw errors.conflict('member_disabled', 'This member is disabled and could not answer.', { userId });
  }
  if (row && !(permissions['messages:write'] as readonly Role[]).includes(row.role)) {
    throw errors.unprocessable('member_cannot_answer', 'This member may only look on and could not answer.', {
      userId,
    });
  }
}

/** Open invitations of somebody who may invite no longer: one could be for another address of theirs. */
async function revokeWhatTheyAsked(tx: TenantTx, userId: string): Promise<{ revokedInvitations?: string[] }> {
  const rows = await tx.query<{ id: string }>(revokeInvitationsBy, [
    tx.workspaceId,
    userId,
    tx.now().toISOString(),
  ]);
  return rows.length > 0 ? { revokedInvitations: rows.map(({ id }) => id) } : {};
}

/** Takes somebody out of the workspace; also oneself. Their account and their other workspaces stay. */
export async function removeMember(tx: TenantTx, userId: string): Promise<void> {
  const member = await lockForChange(tx, userId, () => true);
  if (tx.actor.id !== userId) checkOwnership(tx.actor, member.role);
  const revoked = await revokeWhatTheyAsked(tx, userId);
  await tx.execute(deleteMember, [tx.workspaceId, userId]);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'member.removed',
      data: { userId },
      audit: {
        target: { kind: 'member', id: userId },
        before: { ...standing(member) },
        ...(revoked.revokedInvitations ? { after: revoked } : {}),
      },
    },
  ]);
  tx.afterCommit(forgetCallers);
}

/** Puts somebody into a workspace as its first owner or by another door than invitations; known already: false. */
export async function addMember(
  tx: SystemTx,
  member: { workspaceId: string; userId: string; role: Role; numberIds?: string[] | null; ownOnly?: boolean },
  by: { actor: Actor; audited: boolean },
): Promise<boolean> {
  // Who is in already needs no room.
  if ((await tx.query(knownMember, [member.workspaceId, member.userId])).length > 0) return false;
  await requireRoom(tx, member.workspaceId, 'members', () => countMembersOf(tx, member.workspaceId));
  const added = await tx.query(insertMember, [
    member.workspaceId,
    member.userId,
    member.role,
    member.numberIds ?? null,
    member.ownOnly ?? false,
    tx.now().toISOString(),
  ]);
  if (added.length === 0) return false;
  const after = { role: member.role, numberIds: member.numberIds ?? null, ownOnly: member.ownOnly ?? false };
  await emit(tx, [
    {
      workspaceId: member.workspaceId,
      name: 'member.added',
      actor: by.actor,
      data: { userId: member.userId, role: member.role },
      ...(by.audited ? { audit: { target: { kind: 'member', id: member.userId }, after } } : {}),
    },
  ]);
  tx.afterCommit(forgetCallers);
  return true;
}

/** A workspace that a person makes for themselves, as its owner. */
export async function createOwnWorkspace(
  tx: SystemTx,
  command: { name: string; userId: string; settings?: z.infer<typeof settingsPatch> },
  by: { actor: Actor; audited: boolean },
  hooks: CreateWorkspaceHooks,
): Promise<WorkspaceRow> {
  const settings = command.settings ? { settings: command.settings } : {};
  const workspace = await createWorkspace(tx, { name: command.name, ...settings }, hooks);
  await addMember(
    tx,
    { workspaceId: workspace.id, userId: command.userId, role: 'owner' },
    { actor: { ...by.actor, role: 'owner' }, audited: false },
  );
  await emit(tx, [
    {
      workspaceId: workspace.id,
      name: 'workspace.created',
      actor: { ...by.actor, role: 'owner' },
      data: { name: workspace.name },
      ...(by.audited
        ? { audit: { target: { kind: 'workspace', id: workspace.id }, after: { name: workspace.name } } }
        : {}),
    },
  ]);
  return workspace;
}

/** Whom an operator acts as: this member, or the oldest of the owners. */
export async function actedAs(
  tx: SystemTx,
  workspaceId: string,
  userId: string | null,
): Promise<{ userId: UserId; role: Role }> {
  const [row] = await tx.query<{ user_id: string; role: Role }>(memberToActAs, [workspaceId, userId]);
  if (!row) throw errors.notFound('member', { workspaceId, ...(userId === null ? {} : { userId }) });
  return { userId: row.user_id as UserId, role: row.role };
}

export interface OwnWorkspace {
  id: WorkspaceId;
  name: string;
  plan: string;
  status: 'active' | 'suspended';
  role: Role;
  numberIds: string[] | null;
  ownOnly: boolean;
  createdAt: Date;
}

/** The workspaces that a person works in, in the order they came into them. */
export async function workspacesOf(tx: SystemTx, userId: string): Promise<OwnWorkspace[]> {
  const rows = await tx.query<{
    id: string;
    name: string;
    plan: string;
    status: 'active' | 'suspended';
    role: Role;
    number_ids: string[] | null;
    own_only: boolean;
    created_at: Date;
  }>(workspacesOfUser, [userId]);
  return rows.map((row) => ({
    id: row.id as WorkspaceId,
    name: row.name,
    plan: row.plan,
    status: row.status,
    role: row.role,
    numberIds: row.number_ids,
    ownOnly: row.own_only,
    createdAt: row.created_at,
  }));
}
