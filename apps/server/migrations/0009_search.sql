-- Search over messages. Contacts have their words beside them (0007).

-- The words of what was said, folded by platform/fold.ts, filled behind the messages by a durable consumer. A table of
-- its own: messages pay nothing for it when they come in. Marks beside the words (w:<workspace>, c:<sender>, d:in,
-- h:media, h:link) let one GIN index answer words and operators together.
create table message_search (
  workspace_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  number_id uuid not null,
  contact_id uuid,
  at timestamptz not null,
  document tsvector not null,
  primary key (workspace_id, message_id)
);
create index message_search_recent on message_search (workspace_id, at desc, message_id desc);
create index message_search_thread on message_search (workspace_id, conversation_id, at desc, message_id desc);
create index message_search_contact on message_search (workspace_id, contact_id) where contact_id is not null;
create index message_search_document on message_search using gin (document);
call chaski_private.protect_tenant('message_search');
create policy definer on message_search for select to {{owner}} using (true);

-- How far the words of messages older than this table are written.
create table search_backfill (
  name text primary key,
  after_workspace uuid,
  after_message uuid,
  finished_at timestamptz
);
call chaski_private.protect_installation('search_backfill');

-- Messages as search reads them, threads as it filters them: row security of their tables decides what is seen.
create view search_lines with (security_invoker = true) as
select workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, shown_at,
  provider_message_id, target_provider_id, edited_at, revoked_at
from messages;
grant select on search_lines to {{app}}, {{system}};

create view search_threads with (security_invoker = true) as
select v.workspace_id, v.id, v.status, v.assignee_id,
  array(select k.label_id from conversation_labels k where k.workspace_id = v.workspace_id and k.conversation_id = v.id
        union all
        select k.label_id from contact_labels k where k.workspace_id = v.workspace_id and k.contact_id = v.contact_id)
    as label_ids
from conversations v;
grant select on search_threads to {{app}}, {{system}};

-- Places of matching messages, newest first, after (since_at, since_id). Works as the owner, because row security keeps
-- the planner from full-text indexes; so it names the workspace and the caller's numbers itself, and gives back ids
-- only: what of them is seen is said by the views above, under the caller's row security.
--
-- span: look at that many of the newest messages and no further. A common word has its 20 hits there, and that spares
-- sorting its 100,000 others; what is not found there is rare, and then the index is quick.
create function find_messages(query tsquery, threads uuid[], numbers uuid[], since_at timestamptz, since_id uuid,
  from_at timestamptz, to_at timestamptz, span integer, wanted integer)
  returns table (message_id uuid, conversation_id uuid, at timestamptz)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  own uuid := nullif(current_setting('app.workspace_id', true), '')::uuid;
  reach uuid[] := nullif(current_setting('app.number_ids', true), '')::uuid[];
  full_query tsquery := ('''w:' || current_setting('app.workspace_id', true) || '''')::tsquery && query;
begin
  if own is null then return; end if;
  if threads is not null then
    return query
      select m.message_id, m.conversation_id, m.at from public.message_search m
      where m.workspace_id = own and m.conversation_id = any (threads) and m.document @@ full_query
        and (numbers is null or m.number_id = any (numbers)) and (reach is null or m.number_id = any (reach))
        and (since_at is null or (m.at, m.message_id) < (since_at, since_id))
        and (from_at is null or m.at >= from_at) and (to_at is null or m.at < to_at)
      order by m.at desc, m.message_id desc limit wanted;
  elsif span is not null then
    return query
      select s.message_id, s.conversation_id, s.at from (
        select m.* from public.message_search m
        where m.workspace_id = own and (m.at, m.message_id) < (coalesce(since_at, 'infinity'), coalesce(since_id, own))
          and m.at < coalesce(to_at, 'infinity')
        order by m.at desc, m.message_id desc limit span) s
      where s.document @@ full_query
        and (numbers is null or s.number_id = any (numbers)) and (reach is null or s.number_id = any (reach))
        and (from_at is null or s.at >= from_at)
      order by s.at desc, s.message_id desc limit wanted;
  else
    return query
      with hits as materialized (
        select m.workspace_id, m.message_id, m.conversation_id, m.number_id, m.at from public.message_search m
        where m.document @@ full_query)
      select h.message_id, h.conversation_id, h.at from hits h
      where h.workspace_id = own
        and (numbers is null or h.number_id = any (numbers)) and (reach is null or h.number_id = any (reach))
        and (since_at is null or (h.at, h.message_id) < (since_at, since_id))
        and (from_at is null or h.at >= from_at) and (to_at is null or h.at < to_at)
      order by h.at desc, h.message_id desc limit wanted;
  end if;
end $$;
revoke all on function find_messages(tsquery, uuid[], uuid[], timestamptz, uuid, timestamptz, timestamptz, integer, integer) from public;
grant execute on function find_messages(tsquery, uuid[], uuid[], timestamptz, uuid, timestamptz, timestamptz, integer, integer) to {{app}};
