import { statement } from '../../platform/db/index.ts';

export const insertRefresh = statement(
  'auth.insert_refresh',
  'insert into refresh_tokens (session_id, hash) values ($1, $2)',
);

/** The live session that a token belongs to, used or not; locked, so that two renewals take turns. */
export const lockRefresh = statement(
  'auth.lock_refresh',
  `select r.session_id, s.user_id, r.used_at
     from refresh_tokens r join sessions s on s.id = r.session_id join users u on u.id = s.user_id
    where r.hash = $1 and s.revoked_at is null and s.expires_at > $2::timestamptz and u.disabled_at is null
    for update of r, s`,
);

export const useRefresh = statement(
  'auth.use_refresh',
  `with renewed as (update sessions set expires_at = $3, last_used_at = $2 where id = $1)
   update refresh_tokens set used_at = $2 where session_id = $1 and used_at is null`,
);
