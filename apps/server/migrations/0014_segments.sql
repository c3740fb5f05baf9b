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
