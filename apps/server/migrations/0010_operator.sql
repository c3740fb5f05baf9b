-- The operator: approvals, refusals, suspensions, and why.
alter table numbers drop constraint numbers_status_check;
alter table numbers add constraint numbers_status_check
  check (status in ('pending', 'active', 'refused', 'suspended'));
alter table numbers add column status_reason text;
-- Who decided last: what the operator suspended, the workspace cannot wake.
alter table numbers add column status_by text check (status_by in ('operator', 'workspace'));
alter table numbers add column status_at timestamptz;
create index numbers_waiting on numbers (created_at, id) where status = 'pending';

alter table workspaces add column suspended_reason text;
alter table workspaces add column suspended_at timestamptz;
