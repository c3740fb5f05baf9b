import { statement } from '../../platform/db/index.ts';

const columns = 'user_id, role, disabled_at, number_ids, own_only, created_at';

export interface MemberRecord {
  user_id: string;
  role: 'owner' | 'admin' | 'agent' | 'viewer';
  disabled_at: Date | null;
  number_ids: string[] | null;
  own_only: boolean;
  created_at: Date;
  [column: string]: unknown;
}

/** Names and addresses come from a function of the database: a tenant may not read users. */
export const membersPage = statement(
  'workspaces.members',
  `select m.user_id, m.role, m.disabled_at, m.number_ids, m.own_only, m.created_at, p.email, p.name
     from members m join workspace_people() p on p.user_id = m.user_id
    where m.workspace_id = $1
      and ($2::timestamptz is null or (m.created_at, m.user_id) > ($2::timestamptz, $3::uuid))
      and ($4::uuid is null or m.user_id = $4)
    order by m.created_at, m.user_id limit $5 offset $6`,
);

/** Every owner and the member in question, locked in order: of two changes at once the second sees the first. */
export const lockMembers = statement(
  'workspaces.lock_members',
  `select ${columns} from members where workspace_id = $1 and (role = 'owner' or user_id = $2)
    order by user_id for update`,
);

/** This member ($2), or the first of the owners, if they may come in at all. */
export const memberToActAs = statement(
  'workspaces.member_to_act_as',
  `select user_id, role from members
    where workspace_id = $1 and disabled_at is null and ($2::uuid is null or user_id = $2)
    order by role = 'owner' desc, created_at, user_id limit 1`,
);

export const knownMember = statement(
  'workspaces.known_member',
  'select role, disabled_at from members where workspace_id = $1 and user_id = $2',
);

export const insertMember = statement(
  'workspaces.insert_member',
  `insert into members (workspace_id, user_id, role, number_ids, own_only, created_at)
   values ($1, $2, $3, $4::uuid[], $5, $6)
   on conflict (workspace_id, user_id) do nothing returning user_id`,
);

export const updateMember = statement(
  'workspaces.update_member',
  `update members set role = $3, disabled_at = $4, number_ids = $5::uuid[], own_only = $6
    where workspace_id = $1 and user_id = $2`,
);

export const deleteMember = statement(
  'workspaces.delete_member',
  'delete from members where workspace_id = $1 and user_id = $2',
);

export const workspacesOfUser = statement(
  'workspaces.of_user',
  `select w.id, w.name, w.plan, w.status, w.created_at, m.role, m.number_ids, m.own_only, m.created_at as joined_at
     from members m join workspaces w on w.id = m.workspace_id
    where m.user_id = $1 and m.disabled_at is null
    order by m.created_at, w.id`,
);

const invitationColumns =
  'id, email, role, number_ids, own_only, locale, invited_by, created_at, sent_at, expires_at, accepted_at, revoked_at';

export interface InvitationRecord {
  id: string;
  email: string;
  role: 'owner' | 'admin' | 'agent' | 'viewer';
  number_ids: string[] | null;
  own_only: boolean;
  locale: string;
  invited_by: string | null;
  created_at: Date;
  sent_at: Date;
  expires_at: Date;
  accepted_at: Date | null;
  revoked_at: Date | null;
  [column: string]: unknown;
}

export const insertInvitation = statement(
  'workspaces.insert_invitation',
  `insert into invitations (workspace_id, id, email, role, number_ids, own_only, locale, hash, invited_by, created_at,
     sent_at, expires_at)
   values ($1, $2, $3, $4, $5::uuid[], $6, $7, $8, $9, $10, $10, $11)
   on conflict (workspace_id, lower(email)) where accepted_at is null and revoked_at is null do nothing
   returning ${invitationColumns}`,
);

/** An open one that became too old makes room for a new one. */
export const dropOldInvitation = statement(
  'workspaces.drop_old_invitation',
  `update invitations set revoked_at = $3
    where workspace_id = $1 and lower(email) = lower($2) and accepted_at is null and revoked_at is null
      and expires_at <= $3`,
);

export const memberByEmail = statement(
  'workspaces.member_by_email',
  'select user_id from workspace_people() where lower(email) = lower($1)',
);

/** Those that wait, newest first. */
export const invitationsPage = statement(
  'workspaces.invitations',
  `select ${invitationColumns} from invitations
    where workspace_id = $1 and accepted_at is null and revoked_at is null
      and ($2::timestamptz is null or (created_at, id) < ($2::timestamptz, $3::uuid))
    order by created_at desc, id desc limit $4 offset $5`,
);

export const renewInvitation = statement(
  'workspaces.renew_invitation',
  `update invitations set hash = $3, sent_at = $4, expires_at = $5
    where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null
   returning ${invitationColumns}`,
);

export const revokeInvitationRow = statement(
  'workspaces.revoke_invitation',
  `update invitations set revoked_at = $3
    where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null returning id, email`,
);

/** What somebody asked for counts no longer when they themselves may not ask. */
export const revokeInvitationsBy = statement(
  'workspaces.revoke_invitations_by',
  `update invitations set revoked_at = $3
    where workspace_id = $1 and invited_by = $2 and accepted_at is null and revoked_at is null returning id`,
);

export const invitationByHash = statement(
  'workspaces.invitation_by_hash',
  `select i.workspace_id, i.id, i.email, i.role, i.number_ids, i.own_only, i.invited_by,
          w.name as workspace_name
     from invitations i join workspaces w on w.id = i.workspace_id
    where i.hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $2`,
);

export const acceptInvitationRow = statement(
  'workspaces.accept_invitation',
  `update invitations set accepted_at = $3, accepted_by = $4
    where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null and expires_at > $3
   returning id`,
);

/** Whether somebody may come in though nobody registered them: an open invitation to the address. */
export const invitedAddress = statement(
  'workspaces.invited_address',
  `select 1 as found from invitations
    where lower(email) = lower($1) and accepted_at is null and revoked_at is null and expires_at > $2 limit 1`,
);
