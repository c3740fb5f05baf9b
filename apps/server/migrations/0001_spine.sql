-- The spine: tenants, numbers, people, conversations, messages, what came in and what goes out.
--
-- {{app}} acts for one workspace and sees only its rows; {{system}} works in batches across workspaces;
-- {{login}} is what the program logs in as: it inherits neither and therefore reads nothing by itself.
-- Every tenant table carries workspace_id first in its primary key and in every foreign key, so that no row can
-- point into another workspace. Hot tables keep few foreign keys: 4 of them cost 63 % of a bulk insert.

create schema chaski_private;

-- The tenant of this transaction. After a transaction-local setting ends its value is '', not null.
create function current_workspace_id() returns uuid language sql stable parallel safe
  set search_path = pg_catalog
  as $$ select nullif(current_setting('app.workspace_id', true), '')::uuid $$;

-- The role in its workspace of whoever acts: owner, admin, agent, viewer, key, system.
create function current_role_name() returns text language sql stable parallel safe
  set search_path = pg_catalog
  as $$ select nullif(current_setting('app.role', true), '') $$;

-- Row security for one tenant table. The tenant's policy reads the setting inline, as an InitPlan (once per query).
create procedure chaski_private.protect_tenant(target regclass, tenant_column text default 'workspace_id')
  language plpgsql set search_path = pg_catalog as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant on %s to {{app}}
       using (%I = (select nullif(current_setting(''app.workspace_id'', true), '''')::uuid))
       with check (%I = (select nullif(current_setting(''app.workspace_id'', true), '''')::uuid))',
    target, tenant_column, tenant_column);
  execute format('create policy system on %s to {{system}} using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to {{app}}, {{system}}', target);
end $$;

-- A table of the installation: no tenant may touch it at all.
create procedure chaski_private.protect_installation(target regclass)
  language plpgsql set search_path = pg_catalog as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy system on %s to {{system}} using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to {{system}}', target);
end $$;

-- ───────────────────────────── workspaces, people ─────────────────────────────

create table workspaces (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  plan text not null default 'free',
  status text not null default 'active' check (status in ('active', 'suspended')),
  -- See modules/workspaces/settings.ts: keywords, consent scope, unknown-send policy, auto-reply.
  settings jsonb not null default '{}',
  created_at timestamptz not null
);
call chaski_private.protect_tenant('workspaces', 'id');

create table plans (
  name text primary key,
  -- null = no limit
  messages_per_month bigint,
  messages_per_minute integer,
  numbers integer,
  contacts bigint
);
call chaski_private.protect_installation('plans');
-- A plan's limits are no secret, and the send policy needs them inside the tenant's transaction.
create policy limits on plans for select to {{app}} using (true);
grant select on plans to {{app}};

create table users (
  id uuid primary key,
  email text not null,
  name text not null default '',
  password_hash text,
  is_superadmin boolean not null default false,
  disabled_at timestamptz,
  created_at timestamptz not null
);
create unique index users_email on users (lower(email));
call chaski_private.protect_installation('users');

create table members (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
  created_at timestamptz not null,
  primary key (workspace_id, user_id)
);
create index members_user on members (user_id);
call chaski_private.protect_tenant('members');

create table api_keys (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id text not null,
  name text not null,
  hash bytea not null,
  scopes text[] not null default '{*}',
  -- null = every number of the workspace
  number_ids uuid[],
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (workspace_id, id)
);
create unique index api_keys_id on api_keys (id);
call chaski_private.protect_tenant('api_keys');

-- Counters per workspace and month, spread over 16 rows each: no hot row on workspaces or numbers.
create table usage (
  workspace_id uuid not null,
  month date not null,
  metric text not null,
  -- the nil one: of no number
  number_id uuid not null default '00000000-0000-0000-0000-000000000000',
  shard smallint not null,
  count bigint not null default 0,
  primary key (workspace_id, month, metric, number_id, shard)
);
call chaski_private.protect_tenant('usage');
create view monthly_usage with (security_invoker = true) as
select workspace_id, month, metric, sum(count)::bigint as count from usage group by workspace_id, month, metric;
grant select on monthly_usage to {{app}}, {{system}};

-- ───────────────────────────── apps, accounts, numbers ─────────────────────────────

create table apps (
  id uuid primary key,
  -- The address /webhooks/cloud/{key}; the address without key serves the default apps.
  key text not null unique,
  provider text not null default 'cloud',
  name text not null,
  -- null = belongs to the installation, its accounts may lie in any workspace
  workspace_id uuid references workspaces (id) on delete cascade,
  is_default boolean not null default false,
  -- Speaks for mock_ numbers only.
  is_simulator boolean not null default false,
  verify_token text not null,
  created_at timestamptz not null
);
call chaski_private.protect_installation('apps');

-- Several at once while a secret is being rotated.
create table app_secrets (
  id uuid primary key,
  app_id uuid not null references apps (id) on delete cascade,
  sealed_secret text not null,
  created_at timestamptz not null,
  retired_at timestamptz
);
call chaski_private.protect_installation('app_secrets');

create table accounts (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  provider text not null default 'cloud',
  -- Lives in the simulator: its token is a mock_ one
  is_simulated boolean not null default false,
  -- WhatsApp Business (messaging) account id; null when it was never told
  account_ref text,
  -- Scope of business-scoped user ids; '' = not known, then the account is its own scope
  portfolio_ref text not null default '',
  -- The app that signs its webhooks. YCloud signs per account: then this is the account's own id.
  app_id uuid not null,
  -- whose it is by WhatsApp's own word, which no tenant can write; null: it was not told yet
  told_portfolio text,
  name text not null default '',
  -- The token, sealed; 'aws': its name in Secrets Manager, sealed
  sealed_token text,
  token_in text not null default 'database' check (token_in in ('database', 'aws')),
  -- YCloud: the last part of the address that its webhooks come to, and the secret that signs them
  webhook_key text,
  sealed_webhook_secret text,
  -- Since when the provider sends webhooks of it; why not, or why it could not be asked
  webhooks_subscribed_at timestamptz,
  webhooks_problem text,
  base_url text not null,
  graph_version text not null,
  -- Set when the provider says the token is dead (190, 0); cleared by a new token. Deliveries wait.
  paused_reason text,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index accounts_ref on accounts (account_ref);
call chaski_private.protect_tenant('accounts');

create table numbers (
  workspace_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  provider text not null default 'cloud',
  phone_number_id text not null,
  display_phone_number text not null,
  -- its digits: how a message between two numbers of this installation is recognised
  phone text generated always as (regexp_replace(display_phone_number, '\D', '', 'g')) stored,
  verified_name text not null default '',
  status text not null default 'pending' check (status in ('pending', 'active', 'suspended')),
  is_default boolean not null default false,
  -- cloud and ycloud: yes; web sessions and mock_ numbers: no
  has_window boolean not null default true,
  -- messages per second; WhatsApp's default is 80, 1,000 after upgrade, 20 in coexistence
  mps integer not null default 80 check (mps between 1 and 1000),
  default_workflow_id uuid,
  -- where its marketing templates go: as everything, or over WhatsApp's address for marketing
  marketing_route text not null default 'messages' check (marketing_route in ('messages', 'marketing_messages')),
  -- its own business hours; null = the workspace's (settings.businessHours)
  business_hours jsonb,
  -- what the provider told about it: quality, name status, limits
  provider_state jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, account_id) references accounts (workspace_id, id)
);
create unique index numbers_phone_number_id on numbers (phone_number_id);
create index numbers_phone on numbers (phone);
create unique index numbers_default on numbers (workspace_id) where is_default;
call chaski_private.protect_tenant('numbers');

-- Who hands over a number's messages. fence grows with every change of holder; a stale holder's results are refused.
create table number_leases (
  workspace_id uuid not null,
  number_id uuid not null,
  holder uuid,
  fence bigint not null default 0,
  expires_at timestamptz not null,
  primary key (workspace_id, number_id)
);
create index number_leases_expiry on number_leases (expires_at);
call chaski_private.protect_tenant('number_leases');

-- What WhatsApp says about accounts, numbers, templates, calls, groups: kept and listed.
create table notices (
  workspace_id uuid not null,
  id uuid not null,
  account_id uuid,
  number_id uuid,
  field text not null,
  about text not null,
  value jsonb not null,
  at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index notices_recent on notices (workspace_id, created_at desc, id desc);
call chaski_private.protect_tenant('notices');

-- The list that template sends are checked against, as far as the provider has told us.
create table templates (
  workspace_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  name text not null,
  language text not null,
  category text not null,
  status text not null,
  provider_template_id text,
  components jsonb not null default '[]',
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, account_id) references accounts (workspace_id, id)
);
create unique index templates_name on templates (workspace_id, account_id, name, language);
call chaski_private.protect_tenant('templates');

-- ───────────────────────────── workflows ─────────────────────────────

create table workflows (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  -- null = the workspace's own default
  number_id uuid,
  name text not null,
  is_default boolean not null default false,
  is_active boolean not null default true,
  ai_enabled boolean not null default false,
  kind text not null default 'auto-reply' check (kind in ('auto-reply')),
  -- auto-reply: {"text": "thanks for reaching us\n- team {{workspace.name}}"}
  definition jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index workflows_default_number on workflows (workspace_id, number_id) where is_default and number_id is not null;
create unique index workflows_default_workspace on workflows (workspace_id) where is_default and number_id is null;
call chaski_private.protect_tenant('workflows');

-- ───────────────────────────── contacts ─────────────────────────────

create table contacts (
  workspace_id uuid not null,
  id uuid not null,
  -- what the team calls them; display falls back to profile_name, username, …last 6 of the BSUID
  name text,
  profile_name text,
  username text,
  -- The address to send to, digits; null for people who share only a BSUID
  phone text,
  country text,
  blocked_at timestamptz,
  opted_out boolean not null default false,
  opted_out_at timestamptz,
  opt_out_source text,
  opt_out_keyword text,
  -- 'all' | 'marketing': what an opt-out covers
  opt_out_scope text,
  -- WhatsApp's own marketing preference: null = never said
  marketing_stopped_at timestamptz,
  identity_conflict boolean not null default false,
  last_seen_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
) with (fillfactor = 85);
create index contacts_recent on contacts (workspace_id, created_at desc, id desc);
call chaski_private.protect_tenant('contacts');

-- Aliases, kept for ever: WhatsApp may deliver what names an old one a week later.
create table identities (
  workspace_id uuid not null,
  kind text not null check (kind in ('phone', 'bsuid', 'parent_bsuid')),
  -- portfolio of a BSUID; '' for phones
  scope text not null default '',
  value text not null,
  contact_id uuid not null,
  created_at timestamptz not null,
  superseded_at timestamptz,
  primary key (workspace_id, kind, scope, value),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index identities_contact on identities (workspace_id, contact_id);
call chaski_private.protect_tenant('identities');

-- One payload showed aliases of both contacts: perhaps one person twice. Both directions are kept. Nobody is merged by
-- a machine, but a word about being written to counts for both.
create table contact_conflicts (
  workspace_id uuid not null,
  contact_id uuid not null,
  other_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, contact_id, other_id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, other_id) references contacts (workspace_id, id) on delete cascade
);
create index contact_conflicts_other on contact_conflicts (workspace_id, other_id);
call chaski_private.protect_tenant('contact_conflicts');

-- History of opting out and in.
create table consents (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  action text not null check (action in ('opt-out', 'opt-in')),
  scope text not null check (scope in ('all', 'marketing')),
  -- keyword | whatsapp | api | import
  source text not null,
  keyword text,
  -- provider id of the message that said it
  evidence text,
  at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index consents_contact on consents (workspace_id, contact_id, at desc);
call chaski_private.protect_tenant('consents');

-- ───────────────────────────── conversations ─────────────────────────────

create table conversations (
  workspace_id uuid not null,
  id uuid not null,
  number_id uuid not null,
  -- exactly one of the two
  contact_id uuid,
  group_ref text,
  status text not null default 'open' check (status in ('open', 'snoozed', 'closed')),
  -- newest by WhatsApp's time
  last_message_at timestamptz,
  last_message_id uuid,
  last_preview text,
  last_direction text,
  -- when the person last said something: the service window is this plus 24 h
  last_inbound_at timestamptz,
  unread_count integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, number_id) references numbers (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
  check ((contact_id is null) <> (group_ref is null))
) with (fillfactor = 85);
create unique index conversations_contact on conversations (workspace_id, number_id, contact_id) where contact_id is not null;
create unique index conversations_group on conversations (workspace_id, number_id, group_ref) where group_ref is not null;
create index conversations_recent on conversations (workspace_id, last_message_at desc, id desc);
call chaski_private.protect_tenant('conversations');

-- ───────────────────────────── messages ─────────────────────────────

create table messages (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  number_id uuid not null,
  contact_id uuid,
  direction text not null check (direction in ('in', 'out')),
  type text not null,
  content jsonb not null,
  -- where the words came from: whatsapp | phone-app (echo) | api | workflow | inbox
  source text not null,
  provider_message_id text,
  -- in: received. out: queued sending accepted sent failed delivered read played unconfirmed cancelled
  status text not null,
  -- rank of the provider's word: accepted 1 < sent 2 < failed 3 < delivered 4 < read 5 < played 6; 0 before
  rank smallint not null default 0,
  -- shown order: WhatsApp's time for inbound, creation for outbound; then id
  shown_at timestamptz not null,
  created_at timestamptz not null,
  reply_to text,
  -- reaction, edit, revoke: the message they are about
  target_provider_id text,
  context jsonb,
  referral jsonb,
  workflow_id uuid,
  actor_kind text,
  actor_id text,
  purpose text not null default 'service',
  dedupe_key text,
  -- an answer no person wrote: automatic numbers do not answer it
  automated boolean not null default false,
  -- {code, kind, message}: why it failed or is unconfirmed
  error jsonb,
  pricing jsonb,
  edited_at timestamptz,
  revoked_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
) with (fillfactor = 85);
create unique index messages_provider on messages (workspace_id, number_id, provider_message_id) where provider_message_id is not null;
create unique index messages_dedupe on messages (workspace_id, dedupe_key) where dedupe_key is not null;
create index messages_target on messages (workspace_id, number_id, target_provider_id) where target_provider_id is not null;
create index messages_thread on messages (workspace_id, conversation_id, shown_at desc, id desc);
call chaski_private.protect_tenant('messages');

create sequence send_queue_n;

-- Messages waiting to be handed over. A row exists as long as somebody still has to do something.
create table send_queue (
  workspace_id uuid not null,
  message_id uuid not null,
  -- order within a conversation: ids of one millisecond are in random order
  n bigint not null default nextval('send_queue_n'),
  number_id uuid not null,
  -- pair pacing and order: one conversation's messages leave one after the other
  conversation_id uuid not null,
  -- 0 people and replies, 5 campaigns: campaigns yield
  priority smallint not null default 0,
  state text not null default 'due' check (state in ('due', 'claimed', 'unconfirmed', 'dead')),
  due_at timestamptz not null,
  attempts smallint not null default 0,
  -- the attempt in flight and the lease's fence it was claimed under
  attempt_id uuid,
  fence bigint,
  claimed_at timestamptz,
  reason text,
  primary key (workspace_id, message_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index send_queue_due on send_queue (number_id, priority, due_at, n) where state = 'due';
-- What stands before a message in its conversation.
create index send_queue_order on send_queue (workspace_id, conversation_id, n) where state in ('due', 'claimed');
-- Unconfirmed messages of workspaces that want them sent again after a while; 'infinity' = never.
create index send_queue_resend on send_queue (due_at) where state = 'unconfirmed' and due_at < 'infinity';
create index send_queue_claimed on send_queue (number_id, claimed_at) where state = 'claimed';
create index send_queue_state on send_queue (workspace_id, state) where state in ('dead', 'unconfirmed');
call chaski_private.protect_tenant('send_queue');
grant usage on sequence send_queue_n to {{app}}, {{system}};

-- The facts the send policy decides over, for one conversation: read when a message is queued and again when it is
-- handed over. A view, so that a batch needs one statement and no module names another's tables.
create view send_facts with (security_invoker = true) as
select v.workspace_id, v.id as conversation_id, v.number_id, v.contact_id, v.group_ref, v.last_inbound_at,
  n.status as number_status, n.has_window, n.phone_number_id, n.default_workflow_id, n.provider,
  a.id as account_id, a.paused_reason,
  c.phone, c.name as contact_name, c.profile_name, c.username,
  c.blocked_at, c.opted_out, c.opt_out_scope, c.marketing_stopped_at,
  -- a business-scoped user id is good in its own portfolio only
  (select i.value from identities i
    where i.workspace_id = v.workspace_id and i.contact_id = v.contact_id and i.kind = 'bsuid'
      and i.scope = coalesce(nullif(a.portfolio_ref, ''), a.id::text) and i.superseded_at is null
    order by i.created_at desc limit 1) as user_id,
  -- the last thing they said about marketing or all: an opt-in, an opt-out, or null
  (select k.action from consents k where k.workspace_id = v.workspace_id and k.contact_id = v.contact_id
    order by k.at desc, k.id desc limit 1) as last_consent,
  w.name as workspace_name, w.status as workspace_status, w.plan, w.settings,
  -- A plan without a row gets the limits of `free`, not none. Subqueries, like those above: with more than eight
  -- relations in all (join_collapse_limit) the claim stopped using the indexes of this view and read all conversations.
  (select p.messages_per_month from plans p where p.name in (w.plan, 'free')
    order by (p.name = w.plan) desc limit 1) as messages_per_month,
  (select p.messages_per_minute from plans p where p.name in (w.plan, 'free')
    order by (p.name = w.plan) desc limit 1) as messages_per_minute
from conversations v
join numbers n on n.workspace_id = v.workspace_id and n.id = v.number_id
join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id
join workspaces w on w.id = v.workspace_id
left join contacts c on c.workspace_id = v.workspace_id and c.id = v.contact_id;
grant select on send_facts to {{app}}, {{system}};

-- Threads in which one number of this installation talks to another: how an automatic answer recognises its like.
create view own_threads with (security_invoker = true) as
select n.phone as from_phone, i.value as to_phone,
  v.workspace_id, v.id as conversation_id
from numbers n
join identities i on i.workspace_id = n.workspace_id and i.kind = 'phone' and i.scope = ''
join conversations v on v.workspace_id = n.workspace_id and v.number_id = n.id and v.contact_id = i.contact_id;
grant select on own_threads to {{app}}, {{system}};

-- What the process that holds a number's lease must know about it.
create view send_numbers with (security_invoker = true) as
select n.workspace_id, n.id as number_id, n.phone_number_id, n.provider, n.mps, n.status, a.id as account_id, a.app_id,
  a.paused_reason, coalesce(nullif(a.portfolio_ref, ''), a.id::text) as portfolio
from numbers n join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id;
grant select on send_numbers to {{app}}, {{system}};

-- One try to hand a message to a provider. The row is committed before the call: its id is the callback data.
create table message_attempts (
  workspace_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  number_id uuid not null,
  n smallint not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- null = in flight or the process died: then nobody knows
  outcome text check (outcome in ('accepted', 'refused', 'not-sent', 'unknown')),
  provider_message_id text,
  http_status integer,
  error jsonb,
  primary key (workspace_id, id)
);
create index message_attempts_message on message_attempts (workspace_id, message_id);
call chaski_private.protect_tenant('message_attempts');

-- What the provider said later. Every distinct word is kept; the message shows the highest.
create table message_statuses (
  workspace_id uuid not null,
  message_id uuid not null,
  status text not null,
  participant text not null default '',
  provider_message_id text not null,
  at timestamptz not null,
  received_at timestamptz not null,
  recipient jsonb not null,
  conversation jsonb,
  pricing jsonb,
  errors jsonb,
  -- a message handed over twice has two ids at WhatsApp and two of each word
  primary key (workspace_id, message_id, status, participant, provider_message_id)
);
call chaski_private.protect_tenant('message_statuses');

-- Statuses that came before their message's id was stored. After 10 minutes they are kept as foreign.
create table pending_statuses (
  workspace_id uuid not null,
  number_id uuid not null,
  provider_message_id text not null,
  status text not null,
  participant text not null default '',
  attempt_id uuid,
  item jsonb not null,
  received_at timestamptz not null,
  foreign_at timestamptz,
  primary key (workspace_id, number_id, provider_message_id, status, participant)
);
create index pending_statuses_age on pending_statuses (received_at) where foreign_at is null;
call chaski_private.protect_tenant('pending_statuses');

-- ───────────────────────────── media ─────────────────────────────

create table media (
  workspace_id uuid not null,
  id uuid not null,
  number_id uuid,
  message_id uuid,
  direction text not null check (direction in ('in', 'out')),
  -- image | video | audio | document | sticker: what its bytes are checked against
  kind text not null default 'document',
  provider_media_id text,
  -- when WhatsApp forgets the id: 7 days for ids from webhooks, 30 for uploads
  provider_expires_at timestamptz,
  state text not null check (state in ('waiting', 'stored', 'failed', 'refused')),
  declared_type text,
  -- by content; null until stored
  type text,
  size bigint,
  sha256 text,
  filename text,
  blob_key text,
  reason text,
  attempts integer not null default 0,
  created_at timestamptz not null,
  stored_at timestamptz,
  primary key (workspace_id, id)
);
create index media_message on media (workspace_id, message_id);
call chaski_private.protect_tenant('media');

-- ───────────────────────────── inbound ─────────────────────────────

create sequence raw_events_n;

-- One webhook body as received, before anybody interpreted it. Immutable but for processed_at.
create table raw_events (
  day date not null,
  -- sha-256 of source, app and body
  hash bytea not null,
  n bigint not null default nextval('raw_events_n'),
  source text not null,
  app_id uuid not null,
  body bytea not null,
  signature text,
  -- hash of the first number in the body; null = several numbers
  shard smallint,
  received_at timestamptz not null,
  processed_at timestamptz,
  primary key (day, hash)
) partition by range (day);
create index raw_events_waiting on raw_events (n) where processed_at is null;
-- For replay by number. A B-tree here would cost one more entry per row and another when it is processed.
create index raw_events_n_all on raw_events using brin (n) with (autosummarize = on);
call chaski_private.protect_installation('raw_events');
grant usage on sequence raw_events_n to {{system}};

-- Makes everything but messages and statuses happen once: (scope, field, hash of value, entry time).
create table item_keys (
  scope text not null,
  field text not null,
  hash bytea not null,
  at timestamptz not null,
  primary key (scope, field, hash)
);
create index item_keys_age on item_keys (at);
call chaski_private.protect_installation('item_keys');

-- Own copies of bodies that have something parked: the raw event's partition may be dropped long before.
-- Once per body, not per item: a body of 3 MB may hold 1,000 items of an unknown number.
create table parked_bodies (
  hash bytea primary key,
  source text not null,
  app_id uuid not null,
  body bytea not null,
  received_at timestamptz not null
);
call chaski_private.protect_installation('parked_bodies');

-- What could not be applied, with its reason.
create table parked (
  id uuid primary key,
  -- unknown-number | wrong-app | number-not-active | unreadable | failed
  reason text not null,
  detail text not null default '',
  workspace_id uuid,
  phone_number_id text,
  -- of the raw event: with path the key that parks an item once
  hash bytea not null references parked_bodies (hash) on delete cascade,
  path text not null,
  created_at timestamptz not null,
  resolved_at timestamptz
);
create unique index parked_item on parked (hash, path) where resolved_at is null;
create index parked_open on parked (created_at) where resolved_at is null;
call chaski_private.protect_installation('parked');

-- ───────────────────────────── events ─────────────────────────────

create sequence events_n;

-- Something that happened in the product, written in the transaction that did it. Immutable.
create table events (
  day date not null,
  n bigint not null default nextval('events_n'),
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  at timestamptz not null,
  actor jsonb,
  data jsonb not null,
  primary key (workspace_id, day, n)
) partition by range (day);
call chaski_private.protect_tenant('events');
grant usage on sequence events_n to {{app}}, {{system}};

-- Events nobody has numbered yet. Deleting from here sees every committed row, however late its commit:
-- a cursor over events.n would step over a slow writer, a snapshot horizon would wait for it.
create table event_queue (
  workspace_id uuid not null,
  n bigint not null,
  day date not null,
  name text not null,
  primary key (workspace_id, n)
) with (autovacuum_vacuum_scale_factor = 0.02);
create index event_queue_n on event_queue (n);
call chaski_private.protect_tenant('event_queue');

-- The one order of all committed events: gapless, in commit order as far as anybody can see.
create table event_seq (
  workspace_id uuid not null,
  seq bigint not null,
  n bigint not null,
  day date not null,
  name text not null,
  primary key (workspace_id, seq)
);
create unique index event_seq_seq on event_seq (seq);
call chaski_private.protect_tenant('event_seq');

create table event_consumers (
  name text primary key,
  seq bigint not null,
  -- {workspace: number} of workspaces that are further than the cursor: they did not wait behind another one's flood
  ahead jsonb not null default '{}',
  updated_at timestamptz not null
);
call chaski_private.protect_installation('event_consumers');

create table event_dead_letters (
  workspace_id uuid not null,
  consumer text not null,
  seq bigint not null,
  error text not null,
  created_at timestamptz not null,
  resolved_at timestamptz,
  primary key (workspace_id, consumer, seq)
);
call chaski_private.protect_tenant('event_dead_letters');

-- ───────────────────────────── jobs, idempotency ─────────────────────────────

-- Names that enqueue accepts; written at start from the program's list of jobs.
create table job_names (
  name text primary key,
  -- added to once a second by each worker, not per job
  completed bigint not null default 0
);
call chaski_private.protect_installation('job_names');

create table idempotency_keys (
  workspace_id uuid not null,
  -- method and path
  route text not null,
  key text not null,
  body_hash bytea not null,
  -- null while the first request is still being answered
  status integer,
  -- json, not jsonb: the repeated answer is the first one, key order and all
  answer json,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (workspace_id, route, key)
);
create index idempotency_keys_expiry on idempotency_keys (expires_at);
call chaski_private.protect_tenant('idempotency_keys');

create table rate_buckets (
  key text primary key,
  tokens double precision not null,
  updated_at timestamptz not null
);
call chaski_private.protect_installation('rate_buckets');

-- ───────────────────────────── partitions ─────────────────────────────

-- Partitions by day, made 7 days ahead and on demand: a missing one must never refuse a webhook.
-- A new partition has row security off and no grants: the parent's rows go through the parent's policies,
-- and direct access is revoked from everybody.
create function make_day_partition(parent text, wanted date) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  child text;
begin
  if parent not in ('raw_events', 'events') then
    raise exception 'no such partitioned table: %', parent;
  end if;
  child := parent || '_' || to_char(wanted, 'YYYYMMDD');
  if to_regclass('public.' || child) is not null then return; end if;
  -- Two processes at once: the second waits here, then sees the table.
  -- Not to_regclass again: it would remember that there is none, waiting for an advisory lock does not make it forget.
  perform pg_advisory_xact_lock(hashtext('chaski-partition'));
  if exists (select 1 from pg_class where relname = child and relnamespace = 'public'::regnamespace) then return; end if;
  -- Made alone, then attached: "create … partition of" would lock every writer of the parent out until the commit
  -- (and wait for them all), attaching lets them go on.
  execute format('create table public.%I (like public.%I including defaults including constraints)', child, parent);
  execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
    parent, child, wanted, wanted + 1);
  execute format('alter table public.%I enable row level security', child);
  execute format('alter table public.%I force row level security', child);
  execute format('revoke all on public.%I from public, {{app}}, {{system}}', child);
end $$;
revoke all on function make_day_partition(text, date) from public;
grant execute on function make_day_partition(text, date) to {{system}}, {{app}};

-- The definer functions work as the owner, whom forced row security shows nothing: what they must see they are shown.
create policy definer on event_queue for select to {{owner}} using (true);

-- Drops a day that holds nothing unprocessed and nothing unnumbered; says whether it did. Whether every consumer has
-- read the day is the caller's to know. Dropping locks the whole table: rather than let writers queue up behind a wait
-- for a long reader it gives up after 2 s (lock_not_available), and the job tries again later.
create function drop_day_partition(parent text, wanted date) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
declare
  child text := parent || '_' || to_char(wanted, 'YYYYMMDD');
  needed boolean;
begin
  if parent not in ('raw_events', 'events') then
    raise exception 'no such partitioned table: %', parent;
  end if;
  if to_regclass('public.' || child) is null then return false; end if;
  perform pg_advisory_xact_lock(hashtext('chaski-partition'));
  if to_regclass('public.' || child) is null then return false; end if;
  -- The parent first, as drop does itself: from here on nobody writes.
  execute format('lock table public.%I in access exclusive mode', parent);
  execute format('alter table public.%I no force row level security', child);
  if parent = 'raw_events' then
    execute format('select exists (select 1 from public.%I where processed_at is null)', child) into needed;
  else
    needed := exists (select 1 from public.event_queue where day = wanted);
  end if;
  if needed then
    execute format('alter table public.%I force row level security', child);
    return false;
  end if;
  execute format('drop table public.%I', child);
  return true;
end $$;
revoke all on function drop_day_partition(text, date) from public;
grant execute on function drop_day_partition(text, date) to {{system}};
revoke all on all functions in schema chaski_private from public;
revoke all on all procedures in schema chaski_private from public;
revoke all on function current_workspace_id(), current_role_name() from public;
grant execute on function current_workspace_id(), current_role_name() to {{app}}, {{system}};
