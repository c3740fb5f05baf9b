-- Limits and quotas of plans.

-- What a window has used, not what is left of it: a plan that is changed counts at once. Unlogged: a commit that waits
-- for the disk would cost more than what it counts, and after a crash of the database everybody may begin anew.
alter table rate_buckets rename column tokens to used;
alter table rate_buckets alter column used type integer;
alter table rate_buckets rename column updated_at to started_at;
alter table rate_buckets set unlogged;
create index rate_buckets_age on rate_buckets (started_at);

alter table plans
  -- sends and uploads through the API that a workspace may make in a window of so many seconds
  add column points integer check (points > 0),
  add column points_seconds integer not null default 60 check (points_seconds between 1 and 86400),
  -- of one user or one key
  add column requests_per_minute integer check (requests_per_minute > 0),
  add column members integer check (members > 0);

--! as system
-- Plans of installations that were there before.
update plans set points = messages_per_minute, requests_per_minute = 600, members = 5 where name = 'free';
update plans set points = messages_per_minute, requests_per_minute = 6000 where name = 'pro';
--! as owner
