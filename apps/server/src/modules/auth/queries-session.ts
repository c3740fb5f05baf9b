import { statement } from '../../platform/db/index.ts';
import { membershipOf } from '../workspaces/index.ts';
import { hasFactorSql } from './queries-second-factor.ts';

export const insertSession = statement(
  'auth.insert_session',
  `insert into sessions (id, user_id, kind, hash, workspace_id, second_factor, impersonator_id, ip, user_agent,
     created_at, last_used_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)`,
);

/** Live ones of a person, newest first. */
export const sessionsOfUser = statement(
  'auth.sessions',
  `select id, kind, second_factor, impersonator_id, ip, user_agent, created_at, last_used_at, expires_at from sessions
    where user_id = $1 and revoked_at is null and expires_at > $2
      and ($3::timestamptz is null or (created_at, id) < ($3::timestamptz, $4::uuid))
    order by created_at desc, id desc limit $5 offset $6`,
);

/**
 * Of a person: the one with this id, or all but one, or all; whoever's sessions end is nobody else any more either, so
 * that those go along in which they act as others.
 */
export const revokeSessionRows = statement(
  'auth.revoke_sessions',
  `update sessions set revoked_at = $2
    where id in (
      select id from sessions
       where (user_id = $1 or impersonator_id = $1) and revoked_at is null and expires_at > $2
         and ($3::uuid is null or id = $3) and ($4::uuid is null or id <> $4)
       order by id for update)
   returning id, user_id`,
);

export const setSessionWorkspace = statement(
  'auth.set_session_workspace',
  'update sessions set workspace_id = $2 where id = $1 and revoked_at is null returning id',
);

export const touchSession = statement(
  'auth.touch_session',
  `update sessions set last_used_at = $2::timestamptz
    where id = $1 and last_used_at < $2::timestamptz - interval '1 minute'`,
);

export const dropSpentSessions = statement(
  'auth.drop_spent_sessions',
  `with old_sessions as (
     delete from sessions where expires_at < $1::timestamptz - interval '30 days'
   ), old_challenges as (
     delete from login_challenges where expires_at < $1
   )
   delete from mail_links where expires_at < $1`,
);

export const insertChallenge = statement(
  'auth.insert_challenge',
  'insert into login_challenges (hash, user_id, kind, created_at, expires_at) values ($1, $2, $3, $4, $5)',
);

export const lockChallenge = statement(
  'auth.lock_challenge',
  `select c.user_id, c.kind, c.attempts, c.expires_at, u.email, u.name
     from login_challenges c join users u on u.id = c.user_id
    where c.hash = $1 and u.disabled_at is null for update of c`,
);

export const countChallenge = statement(
  'auth.count_challenge',
  'update login_challenges set attempts = attempts + 1 where hash = $1',
);

export const dropChallenges = statement(
  'auth.drop_challenges',
  'delete from login_challenges where user_id = $1',
);

export const deleteChallenge = statement(
  'auth.delete_challenge',
  'delete from login_challenges where hash = $1 returning user_id',
);

/**
 * Everything a request by session needs: the person, and what they are in the wanted workspace ($4), else in the
 * session's, else in their oldest one. Somebody impersonated is in the session's workspace alone, and only while the
 * superadmin behind it is one.
 */
export const callerBySession = statement(
  'auth.caller',
  `select s.id, s.user_id, s.impersonator_id, s.last_used_at, s.expires_at, u.email, u.name, u.is_superadmin,
       m.workspace_id, m.role, m.number_ids, m.own_only, m.status, m.plan,
       m.requires_second_factor and not ${hasFactorSql('u.id')} as lacks_second_factor
     from sessions s
     join users u on u.id = s.user_id
     left join users i on i.id = s.impersonator_id
     left join lateral ${membershipOf({ user: 's.user_id', wanted: 'case when s.impersonator_id is null then $4::uuid else s.workspace_id end', preferred: 's.workspace_id' })} m on true
    where (s.hash = $1::bytea or s.id = $2::uuid and s.kind = 'token')
      and s.revoked_at is null and s.expires_at > $3::timestamptz and u.disabled_at is null
      and (s.impersonator_id is null or (i.is_superadmin and i.disabled_at is null))`,
);
