-- Of which campaign a message is: what a thread and a list call its sender. A view, so that modules below campaigns name
-- no table of theirs. The key of the message says it (campaigns/step.ts).
create view message_campaigns with (security_invoker = true) as
select m.workspace_id, m.id as message_id, c.id, c.name
from messages m
join campaigns c on c.workspace_id = m.workspace_id and c.id = substring(m.dedupe_key from '^campaign:([0-9a-f-]{36}):')::uuid
where m.source = 'campaign';
grant select on message_campaigns to {{app}}, {{system}};
