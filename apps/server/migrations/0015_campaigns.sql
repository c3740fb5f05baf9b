-- Campaigns: one message to many people, each at most once, inside every limit.

create table campaigns (
  workspace_id uuid not null,
  id uuid not null,
  name text not null check (length(name) between 1 and 200),
  number_id uuid not null,
  state text not null default 'draft' check (state in
    ('draft', 'awaiting_approval', 'scheduled', 'running', 'paused', 'finished', 'cancelled')),
  -- why it stands still: a word for machines, a sentence for people
  paused_reason text,
  paused_detail text,
  -- contracts/src/campaign.ts has their shapes
  message jsonb,
  audience jsonb,
  schedule jsonb not null,
  options jsonb not null,
  -- the uploaded list, as it came
  list_key text,
  -- The plan: which rows of the audience are frozen already, so that a killed planner goes on behind them.
  plan_state text not null default 'none' check (plan_state in ('none', 'waiting', 'ready', 'failed')),
  -- every change of what the plan is made from; a planner of an older one ends
  plan_version integer not null default 0,
  plan_rows integer not null default 0,
  plan_after uuid,
  plan_error text,
  planned_at timestamptz,
  rate_card_id uuid,
  currency text,
  -- of a recurring campaign: whose turn this one is
  parent_id uuid,
  author_kind text not null,
  author_id text,
  -- everybody who wrote it or asked for its start: none of them approves it
  hands text[] not null default '{}',
  approved_by text,
  approved_at timestamptz,
  starts_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  -- the worker looks at it again at this time
  wakes_at timestamptz,
  -- why it sends less than it could: tier | quiet_hours | null
  waits_for text,
  last_queued_at timestamptz,
  -- outcomes since it was started or resumed: what the failure rate is judged by
  judged_ok integer not null default 0,
  judged_failed integer not null default 0,
  told_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, number_id) references numbers (workspace_id, id)
);
create index campaigns_recent on campaigns (workspace_id, created_at desc, id desc);
create index campaigns_due on campaigns (wakes_at) where state in ('scheduled', 'running');
call chaski_private.protect_tenant('campaigns');

-- The frozen plan and what became of it: one row per line of the audience. No foreign keys: it is written by the
-- hundred thousand.
create table campaign_recipients (
  workspace_id uuid not null,
  campaign_id uuid not null,
  -- its line in the audience, from 1
  n integer not null,
  -- null for a line that is nobody (no phone number), and for the second line of one person
  contact_id uuid,
  -- digits, or what the line said where it is no number
  address text,
  country text,
  -- whose clock decides when
  zone text,
  -- the cells of its line, by heading: an edit fills anew from them
  cells jsonb,
  -- what fills the template, by variable
  filled jsonb not null default '{}',
  -- sha-256 of what is said
  text_hash bytea,
  state text not null check (state in
    ('planned', 'queued', 'unconfirmed', 'sent', 'failed', 'delivered', 'read', 'skipped', 'cancelled')),
  -- why it was skipped, failed, or waits for another try
  reason text,
  error jsonb,
  due_at timestamptz,
  attempt smallint not null default 0,
  message_id uuid,
  -- millionths of the rate card's currency: expected, and by WhatsApp's word
  price bigint,
  cost bigint,
  queued_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  replied_at timestamptz,
  reply_message_id uuid,
  opted_out_at timestamptz,
  converted_at timestamptz,
  conversion jsonb,
  -- taps on the short links of its message
  clicked_at timestamptz,
  clicks integer not null default 0,
  primary key (workspace_id, campaign_id, n)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
-- Each person at most once per campaign.
create unique index campaign_recipients_person on campaign_recipients (workspace_id, campaign_id, contact_id)
  where contact_id is not null;
create index campaign_recipients_due on campaign_recipients (workspace_id, campaign_id, due_at, n) where state = 'planned';
create index campaign_recipients_queued on campaign_recipients (workspace_id, campaign_id) where state = 'queued';
create index campaign_recipients_message on campaign_recipients (workspace_id, message_id) where message_id is not null;
-- A reply, an opt-out, a conversion: which campaigns reached this person lately?
create index campaign_recipients_reached on campaign_recipients (workspace_id, contact_id, sent_at desc)
  where sent_at is not null;
-- Whom WhatsApp brings no marketing today, in whichever campaign.
create index campaign_recipients_capped on campaign_recipients (workspace_id, contact_id)
  where error ->> 'code' = '131049';
call chaski_private.protect_tenant('campaign_recipients');

-- Whom the business wrote to first, per portfolio: WhatsApp counts different people in 24 hours.
create table messaging_openings (
  workspace_id uuid not null,
  -- A portfolio by WhatsApp's own word is one limit for all its workspaces (`portfolio:…`); what a workspace only says of
  -- itself (a portfolio, else the account) is a limit of its own.
  scope text not null,
  contact_id uuid not null,
  at timestamptz not null,
  primary key (workspace_id, scope, contact_id)
);
create index messaging_openings_recent on messaging_openings (scope, at, workspace_id);
call chaski_private.protect_tenant('messaging_openings');

-- What messages cost, as the operator loaded it. Never changed: a new one takes over from its day.
create table rate_cards (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  currency text not null,
  valid_from date not null,
  -- country (or *) → category → millionths of the currency
  rates jsonb not null,
  loaded_at timestamptz not null,
  loaded_by text
);
create index rate_cards_valid on rate_cards (valid_from desc, loaded_at desc);
call chaski_private.protect_installation('rate_cards');

-- The facts of send_facts for people who may have no thread yet: what a campaign is planned by. The same columns, so
-- that the one policy decides over both.
create view send_people with (security_invoker = true) as
select c.workspace_id, v.id as conversation_id, n.id as number_id, c.id as contact_id, null::text as group_ref,
  v.last_inbound_at,
  n.status as number_status, n.has_window, n.phone_number_id, n.default_workflow_id, n.provider, n.marketing_route,
  a.id as account_id, a.paused_reason,
  c.phone, c.name as contact_name, c.profile_name, c.username,
  c.blocked_at, c.opted_out, c.consent_service, c.consent_utility, c.consent_marketing, c.marketing_stopped_at,
  c.marketing_resumed_at,
  (select s.scope from identities i
    cross join lateral (select x.scope from suppressions x
      where x.workspace_id = i.workspace_id and x.hash = i.address_hash limit 1) s
    where i.workspace_id = c.workspace_id and i.contact_id = c.id
    order by s.scope limit 1) as suppressed,
  (select i.value from identities i
    where i.workspace_id = c.workspace_id and i.contact_id = c.id and i.kind = 'bsuid'
      and i.scope = coalesce(nullif(a.portfolio_ref, ''), a.id::text) and i.superseded_at is null
    order by i.created_at desc limit 1) as user_id,
  w.name as workspace_name, w.status as workspace_status, w.plan, w.settings,
  p.messages_per_month, p.messages_per_minute
from contacts c
join numbers n on n.workspace_id = c.workspace_id
cross join lateral (select x.id, x.paused_reason, x.portfolio_ref
  from accounts x where x.workspace_id = c.workspace_id and x.id = n.account_id limit 1) a
cross join lateral (select x.name, x.status, x.plan, x.settings from workspaces x where x.id = c.workspace_id limit 1) w
left join lateral (
  select x.id, x.last_inbound_at from conversations x
  where x.workspace_id = c.workspace_id and x.number_id = n.id and x.contact_id = c.id limit 1) v on true
left join lateral (select x.messages_per_month, x.messages_per_minute from plans x where x.name in (w.plan, 'free')
  order by (x.name = w.plan) desc limit 1) p on true;
grant select on send_people to {{app}}, {{system}};
