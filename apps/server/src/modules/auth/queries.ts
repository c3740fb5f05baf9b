import { statement } from '../../platform/db/index.ts';

export const insertKey = statement(
  'auth.insert_key',
  `insert into api_keys (workspace_id, id, name, hash, scopes, number_ids, created_at, expires_at, holders)
   values ($1, $2, $3, $4, $5::text[], $6::uuid[], $7, $8, $9::text[])`,
);

export const keyById = statement(
  'auth.key',
  `select k.workspace_id, k.id, k.name, k.hash, k.old_hash, k.old_hash_until, k.scopes, k.number_ids, k.last_used_at,
       k.expires_at, k.revoked_at, w.plan, w.status
     from api_keys k join workspaces w on w.id = k.workspace_id where k.id = $1`,
);

export const touchKey = statement(
  'auth.touch_key',
  `update api_keys set last_used_at = $2::timestamptz
    where id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')`,
);

export const keysOfWorkspace = statement(
  'auth.keys',
  `select id, name, scopes, number_ids, created_at, last_used_at, expires_at, revoked_at, old_hash_until from api_keys
    where workspace_id = $1 and ($2::timestamptz is null or (created_at, id) > ($2::timestamptz, $3::text))
    order by created_at, id limit $4 offset $5`,
);

export const holdersOfKey = statement(
  'auth.key_holders',
  'select holders from api_keys where workspace_id = $1 and id = $2',
);

export const namesOfKeys = statement(
  'auth.key_names',
  'select id, name from api_keys where workspace_id = $1 and id = any ($2::text[])',
);

export const lockKey = statement(
  'auth.lock_key',
  `select id, name, scopes, number_ids, created_at, last_used_at, expires_at, revoked_at, old_hash_until from api_keys
    where workspace_id = $1 and id = $2 for update`,
);

export const updateKey = statement(
  'auth.update_key',
  `update api_keys set name = $3, scopes = $4::text[], number_ids = $5::uuid[], expires_at = $6
    where workspace_id = $1 and id = $2`,
);

/** The secret so far goes on until the given time; one that was itself being replaced ends now. */
export const rotateKeyRow = statement(
  'auth.rotate_key',
  `update api_keys set old_hash = hash, old_hash_until = $4, hash = $3,
     holders = array(select distinct h from unnest(holders || $5::text[]) h order by h)
    where workspace_id = $1 and id = $2`,
);

export const revokeKeyRow = statement(
  'auth.revoke_key',
  `update api_keys set revoked_at = coalesce(revoked_at, $3) where workspace_id = $1 and id = $2 returning id`,
);

export const insertUser = statement(
  'auth.insert_user',
  // Made by somebody who vouches for the address: an operator, an issuer, an invitation's mail.
  `insert into users (id, email, name, password_hash, is_superadmin, created_at, email_verified_at)
   values ($1, $2, $3, $4, $5, $6, $6)
   on conflict (lower(email)) do nothing returning id, email, name, is_superadmin, created_at`,
);

export const setPassword = statement(
  'auth.set_password',
  // By an operator, who vouches for the address.
  `update users set password_hash = $2, email_verified_at = coalesce(email_verified_at, $3) where lower(email) = lower($1)
   returning id, email, name, is_superadmin, created_at`,
);
