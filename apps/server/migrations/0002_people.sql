-- People: sign-in, sessions, invitations. (Mails are jobs, sealed until they are sent.)

alter table users
  -- Language of mails and of the first page.
  add column locale text not null default 'en' check (locale in ('en', 'ar', 'hi', 'es', 'pt')),
  add column email_verified_at timestamptz;

alter table members
  -- A disabled member stays in lists and history and may do nothing.
  add column disabled_at timestamptz,
  -- null = every number of the workspace
  add column number_ids uuid[],
  -- own and unassigned conversations only
  add column own_only boolean not null default false;

-- A rotated key keeps its id; the text before goes on until its grace time ends.
alter table api_keys
  add column old_hash bytea,
  add column old_hash_until timestamptz,
  -- people who were shown its text, who made or rotated it: what it writes is as if they had
  add column holders text[] not null default '{}';

-- Somebody signed in somewhere. Refused from revoked_at on, whatever the cookie or token says.
create table sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- cookie: a browser holds 32 random bytes; token: a signed bearer token names the id
  kind text not null check (kind in ('cookie', 'token')),
  -- SHA-256 of the 32 bytes; null for tokens
  hash bytea unique,
  -- the current workspace; membership is asked at each request, so this may be out of date
  workspace_id uuid references workspaces (id) on delete set null,
  second_factor boolean not null,
  -- the superadmin who acts as this person
  impersonator_id uuid references users (id) on delete cascade,
  ip text,
  user_agent text,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index sessions_user on sessions (user_id, created_at desc);
create index sessions_expiry on sessions (expires_at);
call chaski_private.protect_installation('sessions');

-- The password was right, the second factor is still to come.
create table login_challenges (
  hash bytea primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- of the session that is to come
  kind text not null check (kind in ('cookie', 'token')),
  attempts integer not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index login_challenges_expiry on login_challenges (expires_at);
call chaski_private.protect_installation('login_challenges');

-- Links in mails; each counts once.
create table mail_links (
  hash bytea primary key,
  user_id uuid not null references users (id) on delete cascade,
  purpose text not null check (purpose in ('verify-email', 'reset-password', 'change-email')),
  -- the address that the link was sent to
  email text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index mail_links_user on mail_links (user_id, purpose);
create index mail_links_expiry on mail_links (expires_at);
call chaski_private.protect_installation('mail_links');

-- open → accepted or revoked, or too old
create table invitations (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
  number_ids uuid[],
  own_only boolean not null default false,
  locale text not null default 'en',
  -- SHA-256 of what the mail's link holds
  hash bytea not null,
  invited_by uuid,
  created_at timestamptz not null,
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at timestamptz,
  primary key (workspace_id, id)
);
create unique index invitations_hash on invitations (hash);
create unique index invitations_open on invitations (workspace_id, lower(email))
  where accepted_at is null and revoked_at is null;
call chaski_private.protect_tenant('invitations');

-- Names and addresses of colleagues. A tenant may not read users, who belong to the installation; works as the owner and
-- names the workspace itself. (The policies that let the owner read stand in 0006.)
create function workspace_people() returns table (user_id uuid, email text, name text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.user_id, u.email, u.name
    from public.members m join public.users u on u.id = m.user_id
    where m.workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid
  $$;
revoke all on function workspace_people() from public;
grant execute on function workspace_people() to {{app}};
