-- Notices to browsers that are away (Web Push).

-- A browser that wants to be told. It belongs to the session that asked: whoever is signed out there is told no more.
create table push_subscriptions (
  workspace_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  session_id uuid not null,
  -- the address at the browser's push service, and the keys only that browser reads with
  endpoint text not null,
  p256dh text not null,
  auth text not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, user_id) references members (workspace_id, user_id) on delete cascade
);
create unique index push_subscriptions_endpoint on push_subscriptions (workspace_id, endpoint);
create index push_subscriptions_user on push_subscriptions (workspace_id, user_id);
call chaski_private.protect_tenant('push_subscriptions');

-- The key pair by which push services know us (VAPID). Made once: browsers subscribe for this public key.
create table push_keys (
  id uuid primary key,
  public_key text not null,
  sealed_private text not null,
  created_at timestamptz not null
);
call chaski_private.protect_installation('push_keys');

-- Who listens for what, as the consumer joins them.
create view push_listeners with (security_invoker = true) as
select s.workspace_id, s.id, s.user_id, m.number_ids, m.own_only, z.expires_at
from push_subscriptions s
join members m on m.workspace_id = s.workspace_id and m.user_id = s.user_id and m.disabled_at is null
join sessions z on z.id = s.session_id and z.revoked_at is null;
grant select on push_listeners to {{system}};

create view push_threads with (security_invoker = true) as
select v.workspace_id, v.id, v.number_id, v.assignee_id, v.last_preview, v.last_direction, v.status,
  c.name, c.profile_name as "profileName", c.username, c.phone
from conversations v left join contacts c on c.workspace_id = v.workspace_id and c.id = v.contact_id;
grant select on push_threads to {{system}};
