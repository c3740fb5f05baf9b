-- Who wants to hear from us about what, who must never be written to, and groups of contacts as filters.

-- ── consent by purpose ──

-- What each purpose stands at by the person's own newest word: in, out, or null as long as nothing was said. `opted_out`
-- and `opt_out_scope` sum it up: out of all three, or what of marketing, utility, service the person is out of.
alter table contacts
  add column consent_service text check (consent_service in ('in', 'out')),
  add column consent_utility text check (consent_utility in ('in', 'out')),
  add column consent_marketing text check (consent_marketing in ('in', 'out')),
  -- The counterpart of marketing_stopped_at: WhatsApp's own preference was yes at last. At most one of the two is set.
  add column marketing_resumed_at timestamptz;

-- What filters ask most, beside each other: a country with a consent is counted without reading a contact (a sixth of the
-- work; 7 MB for a million, for equal entries are stored once). Nothing in it changes with a message, so that what does
-- stays a change in place.
create index contacts_filters on contacts (workspace_id, country, language, consent_marketing, opted_out, blocked_at,
  marketing_stopped_at, marketing_resumed_at) where merged_into is null and erased_at is null;

alter table consents rename column evidence to proof;
alter table consents
  drop constraint consents_scope_check,
  add constraint consents_scope_check check (scope in ('all', 'service', 'utility', 'marketing'));

-- ── the suppression list ──

-- One form for every writing of a number (the twins of packages/providers/src/cloud/phone.ts: Brazil's 9, Mexico's 1,
-- Argentina's 9), and of it what stays when the address itself is erased. Declared immutable although convert_to is
-- called stable: text in UTF-8 is the same bytes for ever. No key: whoever reads this table could ask each number of a
-- country; it keeps addresses from being read, not from being tried.
create function address_hash(workspace_id uuid, kind text, value text) returns uuid
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
  as $$
    select encode(substr(sha256(convert_to(workspace_id::text || ' ' || kind || ' ' ||
      case when kind <> 'phone' then value
        when value ~ '^55[1-9]\d9[6-9]\d{7}$' then substr(value, 1, 4) || substr(value, 6)
        when value ~ '^521\d{10}$' then '52' || substr(value, 4)
        when value ~ '^549[1-8]\d{9}$' then '54' || substr(value, 4)
        else value end, 'UTF8')), 1, 16), 'hex')::uuid
  $$;
revoke all on function address_hash(uuid, text, text) from public;
grant execute on function address_hash(uuid, text, text) to {{app}}, {{system}};

-- Stored: comparing a column is leakproof, calling a function is not, and row security lets only the first use an index.
alter table identities add column address_hash uuid not null generated always as (address_hash(workspace_id, kind, value)) stored;

-- Addresses that are never written to, whether or not a contact has them, had them or will have them.
create table suppressions (
  workspace_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('phone', 'bsuid')),
  hash uuid not null,
  -- null once the person was erased: then only the hash says no
  value text,
  -- 'all', or marketing alone
  scope text not null check (scope in ('all', 'marketing')),
  -- api | import | erasure
  source text not null,
  proof text,
  at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index suppressions_hash on suppressions (workspace_id, hash);
create index suppressions_recent on suppressions (workspace_id, created_at desc, id desc);
call chaski_private.protect_tenant('suppressions');

-- ── segments ──

create table segments (
  workspace_id uuid not null,
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  -- packages/contracts/src/segment.ts
  filter jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index segments_name on segments (workspace_id, lower(name));
call chaski_private.protect_tenant('segments');

-- What became of each campaign for each contact, as far as it got. Written by campaigns through a verb of contacts.
create table contact_campaigns (
  workspace_id uuid not null,
  campaign_id uuid not null,
  contact_id uuid not null,
  outcome text not null check (outcome in ('not_sent', 'sent', 'failed', 'delivered', 'read', 'replied')),
  at timestamptz not null,
  primary key (workspace_id, campaign_id, contact_id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index contact_campaigns_contact on contact_campaigns (workspace_id, contact_id);
call chaski_private.protect_tenant('contact_campaigns');

alter table conversations add column last_outbound_at timestamptz;

create or replace view contact_reach with (security_invoker = true) as
select workspace_id, contact_id, number_id, last_inbound_at, last_outbound_at
from conversations where contact_id is not null;

-- ── what the send policy decides over ──

-- As in 0011, with what each purpose stands at and what the suppression list says about any address of the contact, old
-- ones too: whoever changed their number is still who did not want to hear from us.
drop view send_facts;
create view send_facts with (security_invoker = true) as
select v.workspace_id, v.id as conversation_id, v.number_id, v.contact_id, v.group_ref, v.last_inbound_at,
  n.status as number_status, n.has_window, n.phone_number_id, n.default_workflow_id, n.provider, n.marketing_route,
  a.id as account_id, a.paused_reason,
  c.phone, c.name as contact_name, c.profile_name, c.username,
  c.blocked_at, c.opted_out, c.consent_service, c.consent_utility, c.consent_marketing, c.marketing_stopped_at,
  c.marketing_resumed_at,
  (select s.scope from identities i
    cross join lateral (select x.scope from suppressions x
      where x.workspace_id = i.workspace_id and x.hash = i.address_hash limit 1) s
    where i.workspace_id = v.workspace_id and i.contact_id = v.contact_id
    order by s.scope limit 1) as suppressed,
  -- a business-scoped user id is good in its own portfolio only
  (select i.value from identities i
    where i.workspace_id = v.workspace_id and i.contact_id = v.contact_id and i.kind = 'bsuid'
      and i.scope = coalesce(nullif(a.portfolio_ref, ''), a.id::text) and i.superseded_at is null
    order by i.created_at desc limit 1) as user_id,
  w.name as workspace_name, w.status as workspace_status, w.plan, w.settings,
  -- A plan without a row gets the limits of `free`, not none.
  p.messages_per_month, p.messages_per_minute
from conversations v
cross join lateral (select x.status, x.has_window, x.phone_number_id, x.default_workflow_id, x.provider, x.marketing_route,
    x.account_id
  from numbers x where x.workspace_id = v.workspace_id and x.id = v.number_id limit 1) n
cross join lateral (select x.id, x.paused_reason, x.portfolio_ref
  from accounts x where x.workspace_id = v.workspace_id and x.id = n.account_id limit 1) a
cross join lateral (select x.name, x.status, x.plan, x.settings from workspaces x where x.id = v.workspace_id limit 1) w
left join lateral (
  select x.phone, x.name, x.profile_name, x.username, x.blocked_at, x.opted_out, x.consent_service, x.consent_utility,
    x.consent_marketing, x.marketing_stopped_at, x.marketing_resumed_at
  from contacts x where x.workspace_id = v.workspace_id and x.id = v.contact_id limit 1) c on true
left join lateral (select x.messages_per_month, x.messages_per_minute from plans x where x.name in (w.plan, 'free')
  order by (x.name = w.plan) desc limit 1) p on true;
grant select on send_facts to {{app}}, {{system}};
