-- What was said and done, counted. Filled behind the messages by a job that makes whole days anew; see modules/analytics.

-- A range of time over all workspaces. BRIN: messages arrive in the order of their creation, so that it is as small as
-- nothing and costs an insert nothing.
create index messages_created on messages using brin (created_at);
create index conversation_activity_created on conversation_activity using brin (at);
create index conversations_created on conversations using brin (created_at);

-- How often, in each quarter of an hour: every time zone's days and hours are made of quarters. The nil id stands for
-- "no member" and for "not by label": what has two labels counts once without label and once under each.
create table analytics_counts (
  workspace_id uuid not null,
  at timestamptz not null,
  -- received | sent | delivered | read | failed | unconfirmed | priced | opened | closed
  measure text not null,
  number_id uuid not null,
  member_id uuid not null,
  label_id uuid not null,
  -- sent: who wrote (inbox, api, workflow, campaign, phone-app); failed: the code; priced: category|type|country
  reason text not null,
  n bigint not null,
  primary key (workspace_id, at, measure, number_id, member_id, label_id, reason)
);
call chaski_private.protect_tenant('analytics_counts');

-- How long somebody waited: for the first answer by a person, for any answer by a person, for the end.
create table analytics_waits (
  workspace_id uuid not null,
  at timestamptz not null,
  -- the answer, or the line of the timeline that closed the conversation
  id uuid not null,
  kind text not null check (kind in ('first', 'answer', 'resolution')),
  number_id uuid not null,
  member_id uuid not null,
  label_ids uuid[] not null,
  seconds integer not null,
  -- of them within the business hours that held when it was counted; null: there were none
  open_seconds integer,
  primary key (workspace_id, at, id, kind)
);
call chaski_private.protect_tenant('analytics_waits');

-- Up to when the two tables above are made; what is younger is counted when somebody asks.
create table analytics_progress (
  name text primary key,
  until timestamptz not null
);
call chaski_private.protect_installation('analytics_progress');
create policy readers on analytics_progress for select to {{app}} using (true);
grant select on analytics_progress to {{app}};

-- The messages and timelines as they are counted: row security of their tables decides what a caller's count holds.
create view analytics_said with (security_invoker = true) as
select m.workspace_id, m.id, m.conversation_id, m.number_id, m.direction, m.source, m.status, m.rank, m.created_at, m.shown_at,
  m.automated, m.error ->> 'code' as error_code, m.pricing,
  case when m.actor_kind = 'user' and m.direction = 'out' then m.actor_id::uuid end as member_id, c.country
from messages m
left join conversations v on v.workspace_id = m.workspace_id and v.id = m.conversation_id
left join contacts c on c.workspace_id = v.workspace_id and c.id = v.contact_id
where m.type not in ('reaction', 'edit', 'revoke', 'system');
grant select on analytics_said to {{app}}, {{system}};

create view analytics_done with (security_invoker = true) as
select a.workspace_id, a.id, a.conversation_id, v.number_id, a.name, a.at,
  case when a.actor_kind = 'user' then a.actor_id::uuid end as member_id
from conversation_activity a
join conversations v on v.workspace_id = a.workspace_id and v.id = a.conversation_id
where a.name = 'conversation.closed' or (a.name = 'conversation.opened' and a.data ->> 'reason' is distinct from 'snooze_over')
union all
select workspace_id, id, id, number_id, 'conversation.opened', created_at, null from conversations;
grant select on analytics_done to {{app}}, {{system}};

create view analytics_labels with (security_invoker = true) as
select workspace_id, conversation_id, label_id from conversation_labels;
grant select on analytics_labels to {{app}}, {{system}};
