-- Templates are written here too: what WhatsApp says about each, every version, and what is on its way there.

alter table templates
  add column parameter_format text not null default 'POSITIONAL' check (parameter_format in ('POSITIONAL', 'NAMED')),
  add column message_send_ttl_seconds integer,
  add column quality text not null default 'UNKNOWN',
  add column rejected_reason text,
  add column previous_category text,
  -- Announced by WhatsApp a day before it holds.
  add column correct_category text,
  add column created_at timestamptz,
  -- Somebody asked WhatsApp to delete it and no answer came yet.
  add column deleting_at timestamptz;
update templates set created_at = updated_at;
alter table templates alter column created_at set not null;

-- S1's template code: unique on every number, since a number hangs on one account.
create unique index templates_code on templates (workspace_id, account_id, provider_template_id)
  where provider_template_id is not null;

create table template_versions (
  workspace_id uuid not null,
  template_id uuid not null,
  n integer not null,
  category text not null,
  parameter_format text not null check (parameter_format in ('POSITIONAL', 'NAMED')),
  message_send_ttl_seconds integer,
  components jsonb not null,
  state text not null check (state in ('draft', 'submitting', 'unknown', 'refused', 'submitted', 'seen')),
  -- WhatsApp's refusal: {code, title, message}.
  problem jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- A call for it began: whoever finds this set asks WhatsApp whether it is there before calling again.
  call_started_at timestamptz,
  submitted_at timestamptz,
  author_kind text,
  author_id text,
  primary key (workspace_id, template_id, n),
  foreign key (workspace_id, template_id) references templates (workspace_id, id) on delete cascade
);
-- One at a time is being worked on.
create unique index template_versions_open on template_versions (workspace_id, template_id)
  where state in ('draft', 'submitting', 'unknown', 'refused');
call chaski_private.protect_tenant('template_versions');

-- What WhatsApp counted of a template on a day (UTC), as it said last.
create table template_days (
  workspace_id uuid not null,
  template_id uuid not null,
  day date not null,
  sent integer not null,
  delivered integer not null,
  read integer not null,
  clicked integer not null,
  -- millionths of the account's currency; null: it tells no cost
  cost_micros bigint,
  told_at timestamptz not null,
  primary key (workspace_id, template_id, day),
  foreign key (workspace_id, template_id) references templates (workspace_id, id) on delete cascade
);
call chaski_private.protect_tenant('template_days');

-- What was sent of templates, with the country that decides its price.
create view template_sends with (security_invoker = true) as
select m.workspace_id, m.id, m.number_id, m.status, m.pricing, m.content, m.created_at, c.country
from messages m
left join conversations v on v.workspace_id = m.workspace_id and v.id = m.conversation_id
left join contacts c on c.workspace_id = v.workspace_id and c.id = v.contact_id
where m.type = 'template' and m.direction = 'out';
grant select on template_sends to {{app}}, {{system}};

-- What was sent of a template, newest first: ids are UUIDv7. Partial: other messages pay nothing.
create index messages_template on messages (workspace_id, (content #>> '{template,name}'), id)
  where type = 'template' and direction = 'out';
