-- Who changed what. Written with the change itself (platform/events/emit.ts), never changed; the nil uuid as workspace
-- stands for the installation.
create table audit (
  workspace_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  -- the event's name
  action text not null,
  actor_kind text not null,
  actor_id text,
  actor_role text not null,
  target_kind text not null,
  target_id text,
  ip text,
  user_agent text,
  request_id text,
  -- the superadmin who acted as that person
  impersonator_id uuid,
  before jsonb,
  after jsonb,
  -- before and after were taken out at somebody's request; the seals say so too
  erased_at timestamptz,
  primary key (workspace_id, id)
);
create index audit_recent on audit (workspace_id, at desc, id desc);
create index audit_actor on audit (workspace_id, actor_id, at desc, id desc);
create index audit_target on audit (workspace_id, target_id, at desc, id desc);
call chaski_private.protect_tenant('audit');
revoke update, delete on audit from {{app}};

-- What is not sealed yet, in the order of arrival. As with event_queue: deleting from here sees every committed line,
-- however late its commit.
create sequence audit_n;
create table audit_queue (
  workspace_id uuid not null,
  n bigint not null default nextval('audit_n'),
  kind text not null default 'line' check (kind in ('line', 'erasure')),
  audit_id uuid not null,
  primary key (workspace_id, n)
) with (autovacuum_vacuum_scale_factor = 0.02);
create index audit_queue_n on audit_queue (n);
call chaski_private.protect_tenant('audit_queue');
revoke update, delete on audit_queue from {{app}};
grant usage on sequence audit_n to {{app}}, {{system}};

-- Makes the seals: whoever can write here but does not have the sealing key cannot make one.
create table audit_keys (
  id uuid primary key,
  sealed_key text not null,
  created_at timestamptz not null
);
call chaski_private.protect_installation('audit_keys');

-- One chain per workspace, gapless, each seal over the one before. A line's content is in it as a hash of its own, so
-- that it can be erased while the chain holds.
create table audit_seals (
  workspace_id uuid not null,
  seq bigint not null,
  -- line: this was written. erasure: its content was taken out. retention: lines up to until_seq are gone by rule.
  kind text not null check (kind in ('line', 'erasure', 'retention')),
  audit_id uuid,
  until_seq bigint,
  facts_hash bytea,
  content_hash bytea,
  chain_hash bytea not null,
  key_id uuid not null,
  made_at timestamptz not null,
  primary key (workspace_id, seq)
);
create unique index audit_seals_line on audit_seals (workspace_id, audit_id) where kind = 'line';
create index audit_seals_marks on audit_seals (workspace_id, kind, audit_id) where kind <> 'line';
call chaski_private.protect_tenant('audit_seals');
revoke insert, update, delete on audit_seals from {{app}};

-- One-use tickets for sockets that neither cookie nor header reach. Only a hash is kept, for half a minute.
create table realtime_tickets (
  workspace_id uuid not null,
  hash bytea not null,
  -- who it lets in: person and principal as the gate knew them
  caller jsonb not null,
  expires_at timestamptz not null,
  primary key (workspace_id, hash)
);
create unique index realtime_tickets_hash on realtime_tickets (hash);
call chaski_private.protect_tenant('realtime_tickets');
