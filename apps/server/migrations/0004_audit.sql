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
  primary key (workspace_id, id)
);
create index audit_recent on audit (workspace_id, at desc, id desc);
call chaski_private.protect_tenant('audit');
revoke update, delete on audit from {{app}};
