-- Whom a note names, as they are told of it.
create view push_notes with (security_invoker = true) as
select n.workspace_id, n.id, x.user_id, n.text, nullif(u.name, '') as author
from notes n
join note_mentions x on x.workspace_id = n.workspace_id and x.note_id = n.id
left join users u on n.author_kind = 'user' and u.id::text = n.author_id;
grant select on push_notes to {{system}};
