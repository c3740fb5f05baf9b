-- What clients of the systems that we replace read and bring: their tables as views, their functions, keys of the
-- operator, tokens that renew a session.

-- Keys that act as the operator. Of each only the SHA-256 of its 32 random bytes.
create table operator_keys (
  id text primary key,
  name text not null check (length(name) between 1 and 200),
  hash bytea not null,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
call chaski_private.protect_installation('operator_keys');

-- A session's tokens: each renewal uses one up and makes the next. Used ones stay as long as the session does, so that a
-- stolen one shows however often its thief renewed: an hourly renewal leaves 8,760 rows of 100 bytes in a year.
create table refresh_tokens (
  hash bytea primary key,
  session_id uuid not null references sessions (id) on delete cascade,
  -- null: the one that renews
  used_at timestamptz
);
create unique index refresh_tokens_newest on refresh_tokens (session_id) where used_at is null;
create index refresh_tokens_session on refresh_tokens (session_id);
call chaski_private.protect_installation('refresh_tokens');

-- ── S0's tables, as it reads them ──
-- security_invoker: whoever reads one is shown what the policies of the tables below show them. No workspace_id beside
-- company_id: `select *` answers the columns of the view.

create view compat_companies with (security_invoker = true) as
select id, name, status, plan, created_at from workspaces;

create view compat_user_profiles with (security_invoker = true) as
select m.user_id as id, m.workspace_id as company_id, p.email, p.name as full_name, m.role,
  m.disabled_at is null as is_active, m.created_at
from members m join workspace_people() p on p.user_id = m.user_id;

create view compat_business_numbers with (security_invoker = true) as
select id, workspace_id as company_id, display_phone_number as phone_number, verified_name as display_name,
  phone_number_id, provider, status, is_default, created_at
from numbers;

create view compat_conversations with (security_invoker = true) as
select c.id, c.workspace_id as company_id, c.number_id as business_number_id, c.contact_id as customer_id,
  p.phone as customer_phone, coalesce(p.name, p.profile_name, p.username) as customer_name,
  c.status, c.assignee_id as assigned_to, c.unread_count, c.last_preview as last_message, c.last_message_at,
  c.created_at, c.updated_at
from conversations c
left join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
-- what another thread took in is shown there
where c.united_into is null;

-- created_at is the time that a thread is sorted by, so that their order by it has its index.
create view compat_messages with (security_invoker = true) as
select id, workspace_id as company_id, conversation_id, number_id as business_number_id, contact_id as customer_id,
  case direction when 'in' then 'inbound' else 'outbound' end as direction,
  type as message_type,
  coalesce(content -> 'text' ->> 'body', content -> type ->> 'caption') as body,
  content,
  case
    when direction = 'in' then 'received'
    when status = 'accepted' then 'sent'
    when status = 'played' then 'read'
    when status = 'cancelled' then 'failed'
    else status end as status,
  provider_message_id as wa_message_id,
  shown_at as created_at
from messages;

-- The workspace's and one's own, as at /v1: a colleague's are nobody else's. No policy says so, for the table's verbs do.
create view compat_quick_replies with (security_invoker = true) as
select id, workspace_id as company_id, owner_id as user_id, shortcut, text as message, created_at, updated_at
from quick_replies
where owner_id is null or owner_id = (select nullif(current_setting('app.user_id', true), ''))::uuid;

-- What an account is, and whether it holds a credential: never the credential, sealed or not.
create view compat_api_settings with (security_invoker = true) as
select id, workspace_id as company_id, provider, account_ref as waba_id, name, graph_version as api_version,
  sealed_token is not null as has_key, paused_reason, created_at
from accounts;

grant select on compat_companies, compat_user_profiles, compat_business_numbers, compat_conversations, compat_messages,
  compat_quick_replies, compat_api_settings to {{app}}, {{system}};

-- The names under which S0's policies ask who somebody is.
create function get_my_company_id() returns uuid language sql stable parallel safe
  set search_path = pg_catalog, public
  as $$ select public.current_workspace_id() $$;
create function get_my_role() returns text language sql stable parallel safe
  set search_path = pg_catalog, public
  as $$ select public.current_role_name() $$;
revoke all on function get_my_company_id(), get_my_role() from public;
grant execute on function get_my_company_id(), get_my_role() to {{app}}, {{system}};
