-- Working on conversations together.

-- ── teams ──

create table teams (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null check (length(name) between 1 and 100),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index teams_name on teams (workspace_id, lower(name));
call chaski_private.protect_tenant('teams');

create table team_members (
  workspace_id uuid not null,
  team_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, team_id, user_id),
  foreign key (workspace_id, team_id) references teams (workspace_id, id) on delete cascade,
  foreign key (workspace_id, user_id) references members (workspace_id, user_id) on delete cascade
);
create index team_members_user on team_members (workspace_id, user_id);
call chaski_private.protect_tenant('team_members');

-- ── what a conversation gains ──

alter table conversations
  -- a member who leaves leaves their conversations to everybody
  add column assignee_id uuid,
  add column team_id uuid,
  -- snoozed until; null unless snoozed
  add column due_at timestamptz,
  add column snoozed_at timestamptz,
  add column closed_at timestamptz,
  -- since when the person has waited for an answer that somebody wrote; null: nobody waits
  add column waiting_since timestamptz,
  -- up to where the team has dealt with it, answered or closed, by WhatsApp's time
  add column answered_at timestamptz,
  -- all that ever counted as unread; unread_count is what nobody has dealt with, a member's own unread is
  -- inbound_count - participants.seen, never more than unread_count
  add column inbound_count bigint not null default 0,
  -- the contacts were merged: what was said here was moved there, this row waits for an undo
  add column united_into uuid,
  add foreign key (workspace_id, assignee_id) references members (workspace_id, user_id) on delete set null (assignee_id),
  add foreign key (workspace_id, team_id) references teams (workspace_id, id) on delete set null (team_id),
  add check ((due_at is not null) = (status = 'snoozed'));
-- Mine, somebody's, nobody's. Each index on a time that moves with every message costs the inbound path: those below
-- are partial, so that a row lies in few.
create index conversations_assignee on conversations (workspace_id, assignee_id, last_message_at desc, id desc)
  where status = 'open';
create index conversations_aside on conversations (workspace_id, status, last_message_at desc, id desc)
  where status <> 'open';
create index conversations_team on conversations (workspace_id, team_id, last_message_at desc, id desc)
  where team_id is not null;
create index conversations_waiting on conversations (workspace_id, waiting_since, id) where waiting_since is not null;
create index conversations_due on conversations (due_at) where due_at is not null;
create index conversations_united on conversations (workspace_id, united_into) where united_into is not null;

-- ── labels (their names belong to contacts, which use them too) ──

create table labels (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null check (length(name) between 1 and 60),
  colour text not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index labels_name on labels (workspace_id, lower(name));
call chaski_private.protect_tenant('labels');

create table conversation_labels (
  workspace_id uuid not null,
  conversation_id uuid not null,
  label_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, conversation_id, label_id),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade,
  foreign key (workspace_id, label_id) references labels (workspace_id, id) on delete cascade
);
create index conversation_labels_label on conversation_labels (workspace_id, label_id, conversation_id);
call chaski_private.protect_tenant('conversation_labels');

-- ── people in a conversation ──

-- Members who looked, wrote or noted, and up to where each has read. A row per member and conversation, so that nobody
-- waits for a colleague's.
create table participants (
  workspace_id uuid not null,
  user_id uuid not null,
  conversation_id uuid not null,
  -- inbound_count when they last looked; null: never looked
  seen bigint,
  -- set by hand, gone when they look again
  marked_unread boolean not null default false,
  looked_at timestamptz,
  wrote_at timestamptz,
  noted_at timestamptz,
  primary key (workspace_id, user_id, conversation_id),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade,
  foreign key (workspace_id, user_id) references members (workspace_id, user_id) on delete cascade
) with (fillfactor = 85);
create index participants_conversation on participants (workspace_id, conversation_id);
call chaski_private.protect_tenant('participants');

create table notes (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  text text not null check (length(text) between 1 and 10000),
  author_kind text not null,
  author_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index notes_conversation on notes (workspace_id, conversation_id, created_at desc, id desc);
call chaski_private.protect_tenant('notes');

create table note_mentions (
  workspace_id uuid not null,
  user_id uuid not null,
  note_id uuid not null,
  conversation_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, user_id, note_id),
  foreign key (workspace_id, note_id) references notes (workspace_id, id) on delete cascade,
  foreign key (workspace_id, user_id) references members (workspace_id, user_id) on delete cascade
);
create index note_mentions_conversation on note_mentions (workspace_id, user_id, conversation_id);
create index note_mentions_note on note_mentions (workspace_id, note_id);
call chaski_private.protect_tenant('note_mentions');

-- What somebody is about to say, for the whole team to see.
create table drafts (
  workspace_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  text text not null check (length(text) <= 10000),
  -- the message that is quoted, the file that goes along
  reply_to_id uuid,
  media_id uuid,
  updated_at timestamptz not null,
  primary key (workspace_id, conversation_id, user_id),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade,
  foreign key (workspace_id, user_id) references members (workspace_id, user_id) on delete cascade
);
call chaski_private.protect_tenant('drafts');

-- Lists of conversations that members made for themselves.
create table saved_filters (
  workspace_id uuid not null,
  user_id uuid not null,
  id uuid not null,
  name text not null check (length(name) <= 40),
  -- as the address of the inbox says it; never words that were searched for
  search jsonb not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, user_id) references members (workspace_id, user_id) on delete cascade
);
create unique index saved_filters_name on saved_filters (workspace_id, user_id, lower(name));
call chaski_private.protect_tenant('saved_filters');

-- What was done with a conversation, for its timeline: kept as long as the conversation, while the events that tell
-- others of it are kept for a month and have no index by conversation.
create table conversation_activity (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  name text not null,
  at timestamptz not null,
  actor_kind text not null,
  actor_id text,
  data jsonb not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create index conversation_activity_recent on conversation_activity (workspace_id, conversation_id, at desc, id desc);
call chaski_private.protect_tenant('conversation_activity');

-- ── quick replies ──

create table quick_replies (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  -- null = the whole workspace's
  owner_id uuid,
  shortcut text not null check (length(shortcut) between 1 and 40),
  text text not null check (length(text) between 1 and 4096),
  media_id uuid,
  uses bigint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, owner_id) references members (workspace_id, user_id) on delete cascade
);
create unique index quick_replies_shared on quick_replies (workspace_id, lower(shortcut)) where owner_id is null;
create unique index quick_replies_own on quick_replies (workspace_id, owner_id, lower(shortcut)) where owner_id is not null;
call chaski_private.protect_tenant('quick_replies');

-- ── two threads made one ──

create table conversation_unions (
  workspace_id uuid not null,
  id uuid not null,
  from_contact_id uuid not null,
  to_contact_id uuid not null,
  conversation_id uuid not null,
  -- null: the other contact had no thread on this number, the conversation only changed hands
  into_id uuid,
  -- both rows as they were
  before jsonb not null,
  at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index conversation_unions_open on conversation_unions (workspace_id, conversation_id);
create index conversation_unions_contacts on conversation_unions (workspace_id, from_contact_id, to_contact_id);
call chaski_private.protect_tenant('conversation_unions');

-- Messages and notes that a union moved, so that its undo moves these and no others.
create table united_lines (
  workspace_id uuid not null,
  union_id uuid not null,
  kind text not null check (kind in ('message', 'note')),
  id uuid not null,
  primary key (workspace_id, union_id, kind, id),
  foreign key (workspace_id, union_id) references conversation_unions (workspace_id, id) on delete cascade
);
call chaski_private.protect_tenant('united_lines');

-- Moves what was said from one conversation to another, all of it or certain messages, and names what it moved. A
-- function beside the tables, because no module may name another's: conversations call it, the rows are messages'.
create function move_messages(of_workspace uuid, from_conversation uuid, to_conversation uuid, of_contact uuid, chosen uuid[])
  returns setof uuid language sql volatile set search_path = pg_catalog, public as $$
    -- Messages before their queue rows, by key: whoever writes results and statuses does so too.
    select from messages where workspace_id = of_workspace and conversation_id = from_conversation
      and (chosen is null or id = any (chosen)) order by id for no key update;
    update send_queue set conversation_id = to_conversation
      where workspace_id = of_workspace and conversation_id = from_conversation
        and (chosen is null or message_id = any (chosen));
    update messages set conversation_id = to_conversation, contact_id = of_contact
      where workspace_id = of_workspace and conversation_id = from_conversation
        and (chosen is null or id = any (chosen))
      returning id;
  $$;
revoke all on function move_messages(uuid, uuid, uuid, uuid, uuid[]) from public;
grant execute on function move_messages(uuid, uuid, uuid, uuid, uuid[]) to {{app}}, {{system}};

-- ── what colleagues are called ──

-- A tenant may not read users, who belong to the installation; the names of its own members it may. Works as the owner
-- and names the workspace itself.
create policy names on users for select to {{owner}} using (true);
create policy names on members for select to {{owner}} using (true);
create function member_names(wanted uuid[]) returns table (user_id uuid, name text)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.user_id, coalesce(nullif(u.name, ''), u.email)
    from public.members m join public.users u on u.id = m.user_id
    where m.workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid and m.user_id = any (wanted)
  $$;
revoke all on function member_names(uuid[]) from public;
grant execute on function member_names(uuid[]) to {{app}};

-- ── what an inbox shows of a conversation, in one statement: facts of five modules, named by none of them ──

create view inbox_rows with (security_invoker = true) as
select c.*,
  n.display_phone_number, n.verified_name, n.status as number_status, n.has_window,
  p.name as contact_name, p.profile_name, p.username, p.phone,
  p.blocked_at is not null as blocked, coalesce(p.opted_out, false) as opted_out,
  t.name as team_name,
  -- the words of shownStatus in modules/messages/rules.ts; a test compares them
  case
    when m.direction = 'in' then 'received'
    when m.status = 'queued' and exists (
      select from send_queue q where q.workspace_id = m.workspace_id and q.message_id = m.id and q.state = 'claimed'
    ) then 'sending'
    when m.status = 'accepted' then 'sent'
    when m.status = 'played' then 'read'
    when m.status = 'cancelled' then 'failed'
    else m.status end as last_status,
  m.source as last_source, m.actor_kind as last_actor_kind, m.actor_id as last_actor_id,
  (select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'colour', l.colour) order by lower(l.name)), '[]')
    from conversation_labels k join labels l on l.workspace_id = k.workspace_id and l.id = k.label_id
    where k.workspace_id = c.workspace_id and k.conversation_id = c.id) as labels
from conversations c
join numbers n on n.workspace_id = c.workspace_id and n.id = c.number_id
left join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
left join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id
left join messages m on m.workspace_id = c.workspace_id and m.id = c.last_message_id;
grant select on inbox_rows to {{app}}, {{system}};

-- By what a list is searched: names and numbers of its people.
create view inbox_people with (security_invoker = true) as
select workspace_id, id as contact_id, lower(coalesce(name, profile_name, username)) as name, phone from contacts;
grant select on inbox_people to {{app}}, {{system}};
