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

export const passwordOf = statement('auth.password_of', 'select password_hash from users where id = $1');

/** SQL: does this user have a second factor? For who looks at the person anyway. */
export const hasFactorSql = (user: string): string =>
  `(exists (select 1 from totp_secrets f where f.user_id = ${user} and f.confirmed_at is not null)
    or exists (select 1 from passkeys f where f.user_id = ${user}))`;

/** All of them, and how many there were of each. */
export const dropFactors = statement(
  'auth.drop_factors',
  `with who as (select id, email from users where lower(email) = lower($1)),
     apps as (delete from totp_secrets t using who where t.user_id = who.id returning t.confirmed_at),
     keys as (delete from passkeys p using who where p.user_id = who.id returning p.id),
     codes as (delete from recovery_codes c using who where c.user_id = who.id returning c.hash)
   select who.id, who.email, (select count(*) from apps where confirmed_at is not null) as totp,
       (select count(*) from keys) as passkeys, (select count(*) from codes) as codes
     from who`,
);

/** Whose login waits for its second factor, without counting a try. */
export const peekChallenge = statement(
  'auth.peek_challenge',
  'select user_id from login_challenges where hash = $1 and expires_at > $2',
);
