-- Working on conversations together.
alter table conversations add column assignee_id uuid;
create index conversations_assignee on conversations (workspace_id, assignee_id, last_message_at desc, id desc);
