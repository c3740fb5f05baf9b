-- What a team knows about its contacts.

alter table contacts
  add column email text,
  add column company text,
  -- BCP 47, as the team or an import wrote it
  add column language text,
  add column attributes jsonb not null default '{}',
  -- Merged away: its aliases, words and threads belong to that contact, this row waits for an undo.
  add column merged_into uuid,
  -- Nothing of the person is left but this row's id, which messages and threads still name.
  add column erased_at timestamptz;

-- What a workspace keeps about people beyond the fields everybody has.
create table contact_attributes (
  workspace_id uuid not null,
  key text not null,
  label text not null,
  type text not null check (type in ('text', 'number', 'date', 'boolean', 'choice')),
  choices text[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, key)
);
call chaski_private.protect_tenant('contact_attributes');

create table contact_labels (
  workspace_id uuid not null,
  contact_id uuid not null,
  label_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, contact_id, label_id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, label_id) references labels (workspace_id, id) on delete cascade
);
create index contact_labels_label on contact_labels (workspace_id, label_id);
call chaski_private.protect_tenant('contact_labels');

create table contact_notes (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  text text not null check (length(text) between 1 and 4000),
  author_kind text not null,
  author_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index contact_notes_contact on contact_notes (workspace_id, contact_id, created_at desc, id desc);
call chaski_private.protect_tenant('contact_notes');

-- Two contacts made one, with all that an undo needs.
create table contact_merges (
  workspace_id uuid not null,
  id uuid not null,
  kept_id uuid not null,
  merged_id uuid not null,
  -- what was, what was moved: see modules/contacts/merge.ts
  record jsonb not null,
  at timestamptz not null,
  undone_at timestamptz,
  primary key (workspace_id, id)
);
create index contact_merges_kept on contact_merges (workspace_id, kept_id, at desc);
-- A contact is merged away once at a time.
create unique index contact_merges_open on contact_merges (workspace_id, merged_id) where undone_at is null;
call chaski_private.protect_tenant('contact_merges');

-- ── lists in ──

create table contact_imports (
  workspace_id uuid not null,
  id uuid not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  -- mapping of columns, default country, encoding, delimiter
  options jsonb not null,
  -- the file; gone when the import is done
  blob_key text,
  -- rows of the file that are dealt with: a killed job goes on behind them
  rows integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  skipped integer not null default 0,
  reason text,
  actor_kind text not null,
  actor_id text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
create index contact_imports_recent on contact_imports (workspace_id, created_at desc, id desc);
call chaski_private.protect_tenant('contact_imports');

-- Why a row was left out, or taken without something. Never what it said.
create table contact_import_problems (
  workspace_id uuid not null,
  import_id uuid not null,
  row integer not null,
  field text not null default '',
  reason text not null,
  -- the row was left out; else only the field
  skipped boolean not null,
  primary key (workspace_id, import_id, row, field),
  foreign key (workspace_id, import_id) references contact_imports (workspace_id, id) on delete cascade
);
call chaski_private.protect_tenant('contact_import_problems');

-- ── erasure ──

create table contact_erasures (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  state text not null default 'waiting' check (state in ('waiting', 'done')),
  -- counts by kind, and what stays and why
  report jsonb,
  requested_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
create unique index contact_erasures_open on contact_erasures (workspace_id, contact_id) where state = 'waiting';
create index contact_erasures_recent on contact_erasures (workspace_id, requested_at desc, id desc);
call chaski_private.protect_tenant('contact_erasures');

-- ── finding ──

-- The words of a contact, folded by platform/fold.ts. The workspace is a word too (and is filtered again below): so one
-- GIN index serves both without an extension that not every PostgreSQL has.
create table contact_words (
  workspace_id uuid not null,
  contact_id uuid not null,
  document tsvector not null,
  primary key (workspace_id, contact_id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index contact_words_document on contact_words using gin (document);
call chaski_private.protect_tenant('contact_words');
create policy definer on contact_words for select to {{owner}} using (true);

-- Row security keeps the planner from full-text indexes (@@ is not leakproof: 18 s against 0.1 s), so this works as the
-- owner and names the workspace itself. Ids alone: what may be seen of them is the caller's row security to say.
create function find_contacts(query tsquery, wanted integer) returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select w.contact_id from public.contact_words w
    where w.document @@ (('''' || 'w:' || current_setting('app.workspace_id', true) || '''')::tsquery && query)
      and w.workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid
    limit wanted
  $$;
revoke all on function find_contacts(tsquery, integer) from public;
grant execute on function find_contacts(tsquery, integer) to {{app}};

-- With whom there is a thread that the caller may see: row security of conversations decides. A view, so that this
-- module names no table above it.
create view contact_reach with (security_invoker = true) as
select workspace_id, contact_id from conversations where contact_id is not null;
grant select on contact_reach to {{app}}, {{system}};
