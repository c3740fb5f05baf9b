import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@chaski/contracts';
import type { Actor, SystemTx, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { addMember, checkLimits, checkOwnership } from './members.ts';
import {
  acceptInvitationRow,
  dropOldInvitation,
  type InvitationRecord,
  insertInvitation,
  invitationByHash,
  invitationsPage,
  invitedAddress,
  memberByEmail,
  renewInvitation,
  revokeInvitationRow,
} from './queries-members.ts';
import { readWorkspace } from './read.ts';

const lastsMs = 7 * 86_400_000;

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  numberIds: string[] | null;
  ownOnly: boolean;
  invitedBy: string | null;
  createdAt: Date;
  sentAt: Date;
  expiresAt: Date;
}

/** Writes the mail: its words belong to who signs people in. */
export type SendInvitation = (
  tx: TenantTx,
  mail: { email: string; locale: string; workspace: string; inviter: string; token: string },
) => Promise<void>;

export interface NewInvitation {
  email: string;
  /** Left out: a viewer. */
  role?: Role | undefined;
  numberIds?: readonly string[] | null | undefined;
  ownOnly?: boolean | undefined;
  locale?: string | undefined;
  /** What the mail calls who invites. */
  inviter: string;
}

const toInvitation = (row: InvitationRecord): Invitation => ({
  id: row.id,
  email: row.email,
  role: row.role,
  numberIds: row.number_ids,
  ownOnly: row.own_only,
  invitedBy: row.invited_by,
  createdAt: row.created_at,
  sentAt: row.sent_at,
  expiresAt: row.expires_at,
});

const hashOf = (token: string) => createHash('sha256').update(token, 'utf8').digest();
const newToken = () => randomBytes(32).toString('base64url');

/** Invites an address. One open invitation an address; the answer is the same whether it has an account or not. */
export async function invite(
  tx: TenantTx,
  send: SendInvitation,
  command: NewInvitation,
): Promise<Invitation> {
  const role = command.role ?? 'viewer';
  const limits = { numberIds: command.numberIds ?? null, ownOnly: command.ownOnly ?? false };
  checkOwnership(tx.actor, role);
  checkLimits(role, limits);
  const email = command.email.trim();
  if ((await tx.query(memberByEmail, [email])).length > 0) {
    throw errors.conflict('already_member', 'This person is a member already.');
  }
  const now = tx.now();
  const token = newToken();
  await tx.execute(dropOldInvitation, [tx.workspaceId, email, now.toISOString()]);
  const [row] = await tx.query<InvitationRecord>(insertInvitation, [
    tx.workspaceId,
    newId(now.getTime()),
    email,
    role,
    limits.numberIds,
    limits.ownOnly,
    command.locale ?? 'en',
    hashOf(token),
    tx.actor.kind === 'user' ? tx.actor.id : null,
    now.toISOString(),
    new Date(now.getTime() + lastsMs).toISOString(),
  ]);
  if (!row) {
    throw errors.conflict(
      'already_invited',
      'This address is invited already. Send the invitation again instead.',
    );
  }
  const invitation = toInvitation(row);
  await mail(tx, send, row, command.inviter, token);
  await tell(tx, 'invitation.created', invitation.id, { email, role, ...limits });
  return invitation;
}

/** A new link for an open invitation, by mail; the one before ends. */
export async function resendInvitation(
  tx: TenantTx,
  send: SendInvitation,
  id: string,
  inviter: string,
): Promise<Invitation> {
  const now = tx.now();
  const token = newToken();
  const [row] = await tx.query<InvitationRecord>(renewInvitation, [
    tx.workspaceId,
    id,
    hashOf(token),
    now.toISOString(),
    new Date(now.getTime() + lastsMs).toISOString(),
  ]);
  if (!row) throw errors.notFound('invitation', { id });
  checkOwnership(tx.actor, row.role);
  await mail(tx, send, row, inviter, token);
  await tell(tx, 'invitation.resent', id, { email: row.email });
  return toInvitation(row);
}

async function mail(
  tx: TenantTx,
  send: SendInvitation,
  row: InvitationRecord,
  inviter: string,
  token: string,
): Promise<void> {
  const { name } = await readWorkspace(tx);
  await send(tx, { email: row.email, locale: row.locale, workspace: name, inviter: inviter || name, token });
}

/** Takes an open invitation back. */
export async function revokeInvitation(tx: TenantTx, id: string): Promise<void> {
  const rows = await tx.query(revokeInvitationRow, [tx.workspaceId, id, tx.now().toISOString()]);
  if (rows.length === 0) throw errors.notFound('invitation', { id });
  await tell(tx, 'invitation.revoked', id, null);
}

async function tell(
  tx: TenantTx,
  name: string,
  id: string,
  after: Record<string, unknown> | null,
): Promise<void> {
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { invitationId: id },
      audit: { target: { kind: 'invitation', id }, after },
    },
  ]);
}

/** Those that wait for an answer, newest first. */
export async function listInvitations(tx: TenantTx, page: Slice): Promise<Invitation[]> {
  const rows = await tx.query<InvitationRecord>(invitationsPage, [
    tx.workspaceId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
  return rows.map(toInvitation);
}

interface OpenInvitation {
  workspaceId: string;
  id: string;
  email: string;
  role: Role;
  numberIds: string[] | null;
  ownOnly: boolean;
  workspaceName: string;
  /** Null: a key, or whoever runs the installation. */
  invitedBy: string | null;
}

/** What a mail's link invites to; null when it does not count any more. */
export async function readInvitation(tx: SystemTx, token: string): Promise<OpenInvitation | null> {
  const [row] = await tx.query<{
    workspace_id: string;
    id: string;
    email: string;
    role: Role;
    number_ids: string[] | null;
    own_only: boolean;
    workspace_name: string;
    invited_by: string | null;
  }>(invitationByHash, [hashOf(token), tx.now().toISOString()]);
  if (!row) return null;
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    email: row.email,
    role: row.role,
    numberIds: row.number_ids,
    ownOnly: row.own_only,
    workspaceName: row.workspace_name,
    invitedBy: row.invited_by,
  };
}

const invitationSpent = () =>
  errors.unprocessable('link_spent', 'This invitation was used already, taken back, or is too old.');

/** The same; refuses one that does not count any more, and what never was one with the same words. */
export async function openInvitation(tx: SystemTx, token: string): Promise<OpenInvitation> {
  const open = await readInvitation(tx, token);
  if (!open) throw invitationSpent();
  return open;
}

/** Makes the person a member. The link is good once, and for the address that it was sent to. */
export async function acceptInvitation(
  tx: SystemTx,
  token: string,
  who: { userId: string; email: string; actor: Actor },
): Promise<{ workspaceId: string }> {
  const open = await openInvitation(tx, token);
  if (open.email.toLowerCase() !== who.email.toLowerCase()) {
    throw errors.unprocessable(
      'other_address',
      'This invitation is for another address. Sign in with that one.',
    );
  }
  const taken = await tx.query(acceptInvitationRow, [
    open.workspaceId,
    open.id,
    tx.now().toISOString(),
    who.userId,
  ]);
  if (taken.length === 0) throw invitationSpent();
  const actor: Actor = { ...who.actor, role: open.role };
  const added = await addMember(
    tx,
    {
      workspaceId: open.workspaceId,
      userId: who.userId,
      role: open.role,
      numberIds: open.numberIds,
      ownOnly: open.ownOnly,
    },
    { actor, audited: true },
  );
  if (!added) throw errors.conflict('already_member', 'You are a member of this workspace already.');
  return { workspaceId: open.workspaceId };
}

/** Is somebody with this address awaited anywhere? For sign-ins that prove the address by themselves. */
export async function isInvited(tx: SystemTx, email: string): Promise<boolean> {
  return (await tx.query(invitedAddress, [email, tx.now().toISOString()])).length > 0;
}
