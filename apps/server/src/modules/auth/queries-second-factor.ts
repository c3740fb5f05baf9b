import { statement } from '../../platform/db/index.ts';

/** Begins anew until it is confirmed; a confirmed one is left alone. */
export const beginTotpRow = statement(
  'auth.begin_totp',
  `insert into totp_secrets as known (user_id, sealed_secret, created_at) values ($1, $2, $3)
   on conflict (user_id) do update set sealed_secret = excluded.sealed_secret, created_at = excluded.created_at,
     last_step = 0, failures = 0, blocked_until = null
     where known.confirmed_at is null
   returning user_id`,
);

export const lockTotp = statement(
  'auth.lock_totp',
  `select sealed_secret, confirmed_at, last_step, failures, blocked_until from totp_secrets where user_id = $1 for update`,
);

export const confirmTotpRow = statement(
  'auth.confirm_totp',
  'update totp_secrets set confirmed_at = $2, last_step = $3, failures = 0 where user_id = $1',
);

export const countTotp = statement(
  'auth.count_totp',
  'update totp_secrets set last_step = $2, failures = $3, blocked_until = $4 where user_id = $1',
);

export const deleteTotp = statement(
  'auth.delete_totp',
  'delete from totp_secrets where user_id = $1 returning confirmed_at',
);

export const deleteRecoveryCodes = statement(
  'auth.delete_recovery_codes',
  'delete from recovery_codes where user_id = $1',
);

export const insertRecoveryCodes = statement(
  'auth.insert_recovery_codes',
  'insert into recovery_codes (user_id, hash, created_at) select $1, hash, $3 from unnest($2::bytea[]) as new (hash)',
);

export const spendRecoveryCode = statement(
  'auth.spend_recovery_code',
  'update recovery_codes set used_at = $3 where user_id = $1 and hash = $2 and used_at is null returning hash',
);

export const factorsRow = statement(
  'auth.factors',
  `select
     exists (select 1 from totp_secrets where user_id = $1 and confirmed_at is not null) as totp,
     (select count(*) from passkeys where user_id = $1) as passkeys,
     (select count(*) from recovery_codes where user_id = $1 and used_at is null) as codes,
     exists (select 1 from users where id = $1 and password_hash is not null) as password`,
);
