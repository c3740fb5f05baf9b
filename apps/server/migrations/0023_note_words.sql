-- Notes are found by their words, as messages are (0009): folded by platform/fold.ts, here in the row itself, for a note
-- is written once by a person and nothing waits for it; whatever deletes a note takes them along. Null: written before
-- this; a worker fills it in.
alter table notes add column document tsvector;
create index notes_document on notes using gin (document);
create index notes_undocumented on notes (workspace_id, id) where document is null;
create policy definer on notes for select to {{owner}} using (true);

-- As find_messages (0009): as the owner, because row security keeps the planner from the index; ids alone.
create function find_notes(query tsquery, threads uuid[], since_at timestamptz, since_id uuid, from_at timestamptz,
  to_at timestamptz, wanted integer)
  returns table (note_id uuid, at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select n.id, n.created_at from public.notes n
    where n.document @@ (('''' || 'w:' || current_setting('app.workspace_id', true) || '''')::tsquery && query)
      and n.workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid
      and (threads is null or n.conversation_id = any (threads))
      and (since_at is null or (n.created_at, n.id) < (since_at, since_id))
      and (from_at is null or n.created_at >= from_at) and (to_at is null or n.created_at < to_at)
    order by n.created_at desc, n.id desc limit wanted
  $$;
revoke all on function find_notes(tsquery, uuid[], timestamptz, uuid, timestamptz, timestamptz, integer) from public;
grant execute on function find_notes(tsquery, uuid[], timestamptz, uuid, timestamptz, timestamptz, integer) to {{app}};
