import { statement } from '../../platform/db/index.ts';

export const insertOidcState = statement(
  'auth.insert_oidc_state',
  'insert into oidc_states (state_hash, cookie_hash, expires_at) values ($1, $2, $3)',
);

/** Gone with the first look, whatever comes of it. */
export const takeOidcState = statement(
  'auth.take_oidc_state',
  'delete from oidc_states where state_hash = $1 returning cookie_hash, expires_at',
);

export const dropOidcStates = statement(
  'auth.drop_oidc_states',
  'delete from oidc_states where expires_at <= $1',
);

export const useOidcIdentity = statement(
  'auth.use_oidc_identity',
  `update oidc_identities i set last_used_at = $3, email = $4 from users u
    where i.issuer = $1 and i.subject = $2 and u.id = i.user_id
   returning u.id, u.email, u.name, u.disabled_at is not null as disabled`,
);

/** Locked, so that two first sign-ins at once link one after the other. */
export const lockUserByEmail = statement(
  'auth.lock_user_by_email',
  `select u.id, u.email, u.name, u.disabled_at is not null as disabled,
       u.email_verified_at is not null or u.is_superadmin as trusted,
       exists (select 1 from oidc_identities i where i.user_id = u.id and i.issuer = $2 and i.subject <> $3) as linked_otherwise
     from users u where lower(u.email) = lower($1) for update`,
);

export const insertOidcIdentity = statement(
  'auth.insert_oidc_identity',
  `insert into oidc_identities (issuer, subject, user_id, email, created_at, last_used_at)
   values ($1, $2, $3, $4, $5, $5) on conflict (issuer, subject) do nothing returning subject`,
);
