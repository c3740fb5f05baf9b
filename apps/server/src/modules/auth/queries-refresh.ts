import { statement } from '../../platform/db/index.ts';

export const insertRefresh = statement(
  'auth.insert_refresh',
  'insert into refresh_tokens (session_id, hash, rotated_at) values ($1, $2, $3)',
);

/** The live session that a token renews, by its newest text or the one before; locked, so that two renewals take turns. */
export const lockRefresh = statement(
  'auth.lock_refresh',
  `select r.session_id, s.user_id, r.hash = $1 as newest, r.rotated_at
     from refresh_tokens r join sessions s on s.id = r.session_id join users u on u.id = s.user_id
    where (r.hash = $1 or r.old_hash = $1) and s.revoked_at is null and s.expires_at > $2::timestamptz
      and u.disabled_at is null
    for update of r, s`,
);

export const rotateRefresh = statement(
  'auth.rotate_refresh',
  `with renewed as (update sessions set expires_at = $4, last_used_at = $3 where id = $1)
   update refresh_tokens set old_hash = hash, hash = $2, rotated_at = $3 where session_id = $1`,
);
