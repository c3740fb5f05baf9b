import { statement, type Tx } from '../../platform/db/index.ts';
import { newId } from '../../platform/ids.ts';

export interface ThreadRow {
  id: string;
  numberId: string;
  contactId: string;
}

const threads = statement(
  'conversations.threads_of',
  `select c.id, c.number_id as "numberId", c.contact_id as "contactId" from conversations c
   where c.workspace_id = $1 and c.contact_id = any ($2::uuid[]) and c.united_into is null
   order by c.id for no key update`,
);

/** The threads of these contacts, locked in the order of their ids. */
export function lockThreads(
  tx: Tx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<ThreadRow[]> {
  return tx.query<ThreadRow & Record<string, unknown>>(threads, [workspaceId, contactIds]);
}

export interface UnionRow {
  id: string;
  conversationId: string;
  intoId: string | null;
  numberId: string;
}

const record = statement(
  'conversations.record_union',
  `insert into conversation_unions (workspace_id, id, from_contact_id, to_contact_id, conversation_id, into_id, before, at)
   select $1, $2, $3, $4, $5, $6,
     jsonb_build_object(
       'from', (select to_jsonb(c) from conversations c where c.workspace_id = $1 and c.id = $5),
       'into', (select to_jsonb(c) from conversations c where c.workspace_id = $1 and c.id = $6)),
     $7::timestamptz`,
);

export async function insertUnion(
  tx: Tx,
  workspaceId: string,
  union: { from: string; to: string; conversationId: string; intoId: string | null },
): Promise<string> {
  const id = newId(tx.now().getTime());
  await tx.execute(record, [
    workspaceId,
    id,
    union.from,
    union.to,
    union.conversationId,
    union.intoId,
    tx.now().toISOString(),
  ]);
  return id;
}

const unions = statement(
  'conversations.unions',
  `select u.id, u.conversation_id as "conversationId", u.into_id as "intoId", c.number_id as "numberId"
   from conversation_unions u join conversations c on c.workspace_id = u.workspace_id and c.id = u.conversation_id
   where u.workspace_id = $1 and u.from_contact_id = $2 and u.to_contact_id = $3 order by u.conversation_id`,
);

export function selectUnions(tx: Tx, workspaceId: string, from: string, to: string): Promise<UnionRow[]> {
  return tx.query<UnionRow & Record<string, unknown>>(unions, [workspaceId, from, to]);
}

const handOver = statement(
  'conversations.change_contact',
  `with moved as (select count(*) from move_messages($1, $2, $2, $3, null))
   update conversations set contact_id = $3, updated_at = $4 from moved where workspace_id = $1 and id = $2`,
);

/** The thread is another contact's, with all that was said in it. */
export async function changeContact(
  tx: Tx,
  workspaceId: string,
  id: string,
  contactId: string,
): Promise<void> {
  await tx.execute(handOver, [workspaceId, id, contactId, tx.now().toISOString()]);
}

const moveLines = statement(
  'conversations.unite_messages',
  `insert into united_lines (workspace_id, union_id, kind, id)
   select $1, $2, 'message', m from move_messages($1, $3, $4, $5, null) m`,
);
const moveNotes = statement(
  'conversations.unite_notes',
  `with moved as (
     update notes set conversation_id = $4 where workspace_id = $1 and conversation_id = $3 returning id
   ), mentions as (
     update note_mentions set conversation_id = $4 where workspace_id = $1 and note_id in (select id from moved)
   )
   insert into united_lines (workspace_id, union_id, kind, id) select $1, $2, 'note', id from moved`,
);
const copyLabels = statement(
  'conversations.unite_labels',
  `insert into conversation_labels (workspace_id, conversation_id, label_id, created_at)
   select $1, $3, label_id, created_at from conversation_labels
   where workspace_id = $1 and conversation_id = $2 order by label_id
   on conflict do nothing`,
);
const moveDrafts = statement(
  'conversations.unite_drafts',
  `update drafts d set conversation_id = $3 where d.workspace_id = $1 and d.conversation_id = $2
     and not exists (select from drafts x
       where x.workspace_id = $1 and x.conversation_id = $3 and x.user_id = d.user_id)`,
);
// Where a member has read up to counts what came in; now as much more has come in as the other thread brings.
const shiftSeen = statement(
  'conversations.unite_seen',
  `update participants p set seen = p.seen + coalesce(
       (select q.seen from participants q
         where q.workspace_id = $1 and q.user_id = p.user_id and q.conversation_id = $2),
       (select c.inbound_count - c.unread_count from conversations c where c.workspace_id = $1 and c.id = $2))
   where p.workspace_id = $1 and p.conversation_id = $3 and p.seen is not null`,
);
const addUp = statement(
  'conversations.unite_rows',
  `update conversations i set
     last_message_at = case when n.newer then f.last_message_at else i.last_message_at end,
     last_message_id = case when n.newer then f.last_message_id else i.last_message_id end,
     last_preview = case when n.newer then f.last_preview else i.last_preview end,
     last_direction = case when n.newer then f.last_direction else i.last_direction end,
     last_inbound_at = greatest(i.last_inbound_at, f.last_inbound_at),
     last_outbound_at = greatest(i.last_outbound_at, f.last_outbound_at),
     answered_at = greatest(i.answered_at, f.answered_at),
     waiting_since = least(i.waiting_since, f.waiting_since),
     unread_count = i.unread_count + f.unread_count,
     inbound_count = i.inbound_count + f.inbound_count,
     assignee_id = coalesce(i.assignee_id, f.assignee_id),
     team_id = coalesce(i.team_id, f.team_id),
     status = case when f.status = 'open' then 'open' else i.status end,
     due_at = case when f.status = 'open' then null else i.due_at end,
     updated_at = $4::timestamptz
   from conversations f, (
     select f.last_message_at is not null and (x.last_message_at is null
       or (f.last_message_at, f.last_message_id) > (x.last_message_at, x.last_message_id)) as newer
     from conversations x, conversations f
     where x.workspace_id = $1 and x.id = $3 and f.workspace_id = $1 and f.id = $2
   ) n
   where i.workspace_id = $1 and i.id = $3 and f.workspace_id = $1 and f.id = $2`,
);
// No list shows a thread without a newest line.
const empty = statement(
  'conversations.empty',
  `update conversations set united_into = $3, status = 'closed', due_at = null, waiting_since = null, unread_count = 0,
     inbound_count = 0, last_message_at = null, last_message_id = null, last_preview = null, last_direction = null,
     updated_at = $4
   where workspace_id = $1 and id = $2`,
);

/** All of one thread moves into the other; what moved is recorded with the union. */
export async function uniteRows(
  tx: Tx,
  workspaceId: string,
  union: { id: string; from: string; into: string; contactId: string },
): Promise<void> {
  const pair = [workspaceId, union.from, union.into];
  const lines = [workspaceId, union.id, union.from, union.into];
  const now = tx.now().toISOString();
  await tx.batch([
    { statement: moveLines, values: [...lines, union.contactId] },
    { statement: moveNotes, values: lines },
    { statement: copyLabels, values: pair },
    { statement: moveDrafts, values: pair },
    { statement: shiftSeen, values: pair },
    { statement: addUp, values: [...pair, now] },
    { statement: empty, values: [...pair, now] },
  ]);
}

const moveLinesBack = statement(
  'conversations.part_messages',
  `select count(*) from move_messages($1, $4, $3, $5,
     array(select id from united_lines where workspace_id = $1 and union_id = $2 and kind = 'message'))`,
);
const moveNotesBack = statement(
  'conversations.part_notes',
  `with moved as (
     update notes set conversation_id = $3 where workspace_id = $1 and conversation_id = $4
       and id in (select id from united_lines where workspace_id = $1 and union_id = $2 and kind = 'note')
     returning id
   )
   update note_mentions set conversation_id = $3 where workspace_id = $1 and note_id in (select id from moved)`,
);
// What came since stays where it came. Where nothing did, the row is as it was.
const takeAway = statement(
  'conversations.part_rows',
  `update conversations i set
     last_message_at = case when n.stale then b.last_message_at else i.last_message_at end,
     last_message_id = case when n.stale then b.last_message_id else i.last_message_id end,
     last_preview = case when n.stale then b.last_preview else i.last_preview end,
     last_direction = case when n.stale then b.last_direction else i.last_direction end,
     last_inbound_at = case when i.last_inbound_at > greatest(b.last_inbound_at, f.last_inbound_at)
       then i.last_inbound_at else b.last_inbound_at end,
     last_outbound_at = case when i.last_outbound_at > greatest(b.last_outbound_at, f.last_outbound_at)
       then i.last_outbound_at else b.last_outbound_at end,
     waiting_since = case when i.waiting_since = f.waiting_since then b.waiting_since else i.waiting_since end,
     unread_count = greatest(0, i.unread_count - f.unread_count),
     inbound_count = greatest(0, i.inbound_count - f.inbound_count),
     updated_at = $3::timestamptz
   from conversation_unions u,
     lateral jsonb_populate_record(null::conversations, u.before -> 'into') b,
     lateral jsonb_populate_record(null::conversations, u.before -> 'from') f,
     (select exists (select from united_lines l join conversation_unions v on v.workspace_id = $1 and v.id = $2
        join conversations x on x.workspace_id = $1 and x.id = v.into_id
        where l.workspace_id = $1 and l.union_id = $2 and l.kind = 'message' and l.id = x.last_message_id) as stale) n
   where u.workspace_id = $1 and u.id = $2 and i.workspace_id = $1 and i.id = u.into_id`,
);
const restore = statement(
  'conversations.restore',
  `update conversations c set united_into = null, status = f.status, due_at = f.due_at, waiting_since = f.waiting_since,
     unread_count = f.unread_count, inbound_count = f.inbound_count, last_message_at = f.last_message_at,
     last_message_id = f.last_message_id, last_preview = f.last_preview, last_direction = f.last_direction,
     updated_at = $3::timestamptz
   from conversation_unions u, lateral jsonb_populate_record(null::conversations, u.before -> 'from') f
   where u.workspace_id = $1 and u.id = $2 and c.workspace_id = $1 and c.id = u.conversation_id`,
);
const shiftSeenBack = statement(
  'conversations.part_seen',
  `update participants p set seen = greatest(0, p.seen - (u.before -> 'from' ->> 'inbound_count')::bigint)
   from conversation_unions u
   where u.workspace_id = $1 and u.id = $2 and p.workspace_id = $1 and p.conversation_id = u.into_id
     and p.seen is not null`,
);

/** Two threads again: what the union moved goes back, what was said since stays. */
export async function partRows(
  tx: Tx,
  workspaceId: string,
  union: { id: string; conversationId: string; intoId: string; contactId: string },
): Promise<void> {
  const lines = [workspaceId, union.id, union.conversationId, union.intoId];
  const at = [workspaceId, union.id, tx.now().toISOString()];
  await tx.batch([
    { statement: moveLinesBack, values: [...lines, union.contactId] },
    { statement: moveNotesBack, values: lines },
    { statement: takeAway, values: at },
    { statement: restore, values: at },
    { statement: shiftSeenBack, values: at.slice(0, 2) },
  ]);
}

const drop = statement(
  'conversations.drop_union',
  'delete from conversation_unions where workspace_id = $1 and id = $2',
);

export async function deleteUnion(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await tx.execute(drop, [workspaceId, id]);
}
