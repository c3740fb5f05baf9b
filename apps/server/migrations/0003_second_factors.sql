-- Second factors, passkeys, single sign-on.

-- An authenticator app, one a person; it counts from its confirmation with a first code on.
create table totp_secrets (
  user_id uuid primary key references users (id) on delete cascade,
  sealed_secret text not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  -- The newest 30 seconds whose code was used: it and older ones are refused.
  last_step bigint not null default 0,
  -- Wrong codes in a row, whatever the challenge.
  failures integer not null default 0,
  blocked_until timestamptz
);
call chaski_private.protect_installation('totp_secrets');

-- What remains when phone and passkeys are lost; each counts once.
create table recovery_codes (
  user_id uuid not null references users (id) on delete cascade,
  -- SHA-256: 80 random bits need no slow hash.
  hash bytea not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (user_id, hash)
);
call chaski_private.protect_installation('recovery_codes');

create table passkeys (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- As the authenticator named it, base64url.
  credential_id text not null unique,
  public_key bytea not null,
  -- Signatures the authenticator says it made; 0 for those that do not count.
  counter bigint not null,
  transports text[] not null default '{}',
  name text not null,
  -- It lives in several devices at once.
  synced boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_user on passkeys (user_id, created_at);
call chaski_private.protect_installation('passkeys');

-- What a passkey was asked to sign; gone with the first answer.
create table passkey_challenges (
  challenge text primary key,
  purpose text not null check (purpose in ('register', 'sign-in', 'second-factor')),
  -- Who registers or finishes a login; nobody is known before a sign-in.
  user_id uuid references users (id) on delete cascade,
  expires_at timestamptz not null
);
create index passkey_challenges_expiry on passkey_challenges (expires_at);
call chaski_private.protect_installation('passkey_challenges');

-- A person on the way to the issuer and back. PKCE's verifier and the nonce are made of the browser's cookie, so that
-- the row alone opens nothing.
create table oidc_states (
  state_hash bytea primary key,
  cookie_hash bytea not null,
  expires_at timestamptz not null
);
create index oidc_states_expiry on oidc_states (expires_at);
call chaski_private.protect_installation('oidc_states');

-- Whom the issuer means: its subject never changes and is never given to another, an e-mail address may be.
create table oidc_identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null references users (id) on delete cascade,
  email text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (issuer, subject)
);
create index oidc_identities_user on oidc_identities (user_id);
call chaski_private.protect_installation('oidc_identities');
