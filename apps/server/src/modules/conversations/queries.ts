import { type Statement, statement, type Tx } from '../../platform/db/index.ts';
import type { ContactId, ConversationId, NumberId, UserId, WorkspaceId } from '../../platform/ids.ts';

export interface ConversationRow {
  workspaceId: WorkspaceId;
  id: ConversationId;
  numberId: NumberId;
  contactId: ContactId | null;
  groupRef: string | null;
  status: 'open' | 'snoozed' | 'closed';
  lastMessageAt: Date | null;
  lastMessageId: string | null;
  lastPreview: string | null;
  lastDirection: 'in' | 'out' | null;
  lastInboundAt: Date | null;
  /** What nobody has dealt with. */
  unreadCount: number;
  assigneeId: UserId | null;
  teamId: string | null;
  createdAt: Date;
}

export interface Place {
  workspaceId: string;
  numberId: string;
  contactId: string | null;
  groupRef: string | null;
}

const columns = `c.workspace_id as "workspaceId", c.id, c.number_id as "numberId", c.contact_id as "contactId",
  c.group_ref as "groupRef", c.status, c.last_message_at as "lastMessageAt", c.last_message_id as "lastMessageId",
  c.last_preview as "lastPreview", c.last_direction as "lastDirection", c.last_inbound_at as "lastInboundAt",
  c.unread_count as "unreadCount", c.assignee_id as "assigneeId", c.team_id as "teamId", c.created_at as "createdAt"`;

// Two halves, because each uses its own partial index; a probe for each place, which no estimate turns into a walk.
const atPlaces = (what: string) => `
   select ${what} from input i cross join lateral (
     select * from conversations c
     where c.workspace_id = i.workspace_id and c.number_id = i.number_id and c.contact_id = i.contact_id
       and c.contact_id is not null limit 1) c
     where i.contact_id is not null
   union all
   select ${what} from input i cross join lateral (
     select * from conversations c
     where c.workspace_id = i.workspace_id and c.number_id = i.number_id and c.group_ref = i.group_ref
       and c.group_ref is not null limit 1) c
     where i.group_ref is not null`;
const input = `input as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as t (workspace_id, number_id, contact_id, group_ref)
   )`;
const find = statement('conversations.find', `with ${input} ${atPlaces(columns)}`);

// Locks in the order of `touch`: by key, through the primary key.
const hold = statement(
  'conversations.hold',
  `with ${input}, places as materialized (${atPlaces('c.workspace_id, c.id')})
   select ${columns} from (select workspace_id, id from places order by 1, 2) p cross join lateral (
     select * from conversations c where c.workspace_id = p.workspace_id and c.id = p.id for no key update) c`,
);

const placeValues = (places: readonly Place[]) => [
  places.map((p) => p.workspaceId),
  places.map((p) => p.numberId),
  places.map((p) => p.contactId),
  places.map((p) => p.groupRef),
];

export function selectPlaces(tx: Tx, places: readonly Place[]): Promise<ConversationRow[]> {
  return tx.query<ConversationRow>(find, placeValues(places));
}

/** The same, locked to the end of the transaction: what they are is known until then. */
export function holdPlaces(tx: Tx, places: readonly Place[]): Promise<ConversationRow[]> {
  return tx.query<ConversationRow>(hold, placeValues(places));
}

const insert = statement(
  'conversations.insert',
  `insert into conversations as c (workspace_id, number_id, contact_id, group_ref, id, created_at, updated_at, status,
     closed_at)
   select t.*, $6::timestamptz, $6::timestamptz, $7::text, case when $7::text = 'closed' then $6::timestamptz end
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[]) as t
   on conflict do nothing
   returning ${columns}`,
);

/** Makes those that are not there yet, and leaves out the others. */
export function insertPlaces(
  tx: Tx,
  places: readonly Place[],
  ids: readonly string[],
  status: 'open' | 'closed',
): Promise<ConversationRow[]> {
  return tx.query<ConversationRow>(insert, [...placeValues(places), ids, tx.now().toISOString(), status]);
}

export interface TouchRow {
  workspaceId: string;
  conversationId: string;
  messageId: string;
  at: Date;
  preview: string | null;
  direction: 'in' | 'out';
  /** The newest line was written by nobody. */
  automated: boolean;
  unread: number;
  firstInboundAt: Date | null;
  lastInboundAt: Date | null;
  lastOutboundAt: Date | null;
  /** When somebody answered; null: nobody did. */
  answeredAt: Date | null;
}

// The newest by (time, id), whatever order batches finish in. Locks in key order first.
//
// `waiting_since`: the first word after the last answer. Of older words only the first and the last are known, so an
// answer given on the phone that arrives after them leaves the last of them waiting, if it is later than the answer.
const touch = statement(
  'conversations.touch',
  `with input as (
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::integer[],
                          $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $12::timestamptz[], $13::boolean[])
       as t (workspace_id, id, message_id, at, preview, direction, unread, first_inbound_at, inbound_at, answered_at,
         outbound_at, automated)
   ), locked as materialized (
     -- Row by row through the primary key, in order: a join read all conversations while they had no statistics.
     select c.* from (select workspace_id, id from input order by 1, 2) i cross join lateral (
       select c.workspace_id, c.id, c.status, c.answered_at, c.last_message_at, c.last_message_id,
         c.last_direction from conversations c
       where c.workspace_id = i.workspace_id and c.id = i.id for no key update) c
   ), touched as (
     update conversations c set
       last_message_at = case when i.newer then i.at else c.last_message_at end,
       last_message_id = case when i.newer then i.message_id else c.last_message_id end,
       last_preview = case when i.newer then i.preview else c.last_preview end,
       last_direction = case when i.newer then i.direction else c.last_direction end,
       last_inbound_at = greatest(c.last_inbound_at, i.inbound_at),
       last_outbound_at = greatest(c.last_outbound_at, i.outbound_at),
       unread_count = i.unread + case when i.answered_at >= c.last_inbound_at then 0 else c.unread_count end,
       inbound_count = c.inbound_count + i.unread,
       answered_at = nullif(i.answered, '-infinity'),
       waiting_since = least(
         case when c.waiting_since > i.answered then c.waiting_since
              when c.waiting_since is not null and c.last_inbound_at > i.answered then c.last_inbound_at end,
         case when i.first_inbound_at > i.answered then i.first_inbound_at
              when i.first_inbound_at is not null and i.inbound_at > i.answered then i.inbound_at end),
       status = case when i.inbound_at is not null then 'open' else c.status end,
       due_at = case when i.inbound_at is not null then null else c.due_at end,
       updated_at = $11::timestamptz
     from (
       select i.*, l.status as before,
         coalesce(greatest(l.answered_at, i.answered_at), '-infinity') as answered,
         i.preview is not null and (l.last_message_at is null
           or (i.at, i.message_id) > (l.last_message_at, l.last_message_id)
             and not (i.automated and l.last_direction = 'in')) as newer
       from input i join locked l using (workspace_id, id)
     ) i
     where c.workspace_id = i.workspace_id and c.id = i.id
       and c.workspace_id = any(array(select distinct workspace_id from input))
       and c.id = any(array(select id from input))
     returning c.workspace_id, c.id, c.number_id, c.contact_id, c.group_ref, i.before, c.status
   )
   select workspace_id as "workspaceId", id, number_id as "numberId", contact_id as "contactId", group_ref as "groupRef"
   from touched where before <> status`,
);

/** The same, for whoever does not need to know which conversations it opened. */
export function touchStep(tx: Tx, touches: readonly TouchRow[]): { statement: Statement; values: unknown[] } {
  return {
    statement: touch,
    values: [
      touches.map((t) => t.workspaceId),
      touches.map((t) => t.conversationId),
      touches.map((t) => t.messageId),
      touches.map((t) => t.at.toISOString()),
      touches.map((t) => t.preview),
      touches.map((t) => t.direction),
      touches.map((t) => t.unread),
      touches.map((t) => t.firstInboundAt?.toISOString() ?? null),
      touches.map((t) => t.lastInboundAt?.toISOString() ?? null),
      touches.map((t) => t.answeredAt?.toISOString() ?? null),
      tx.now().toISOString(),
      touches.map((t) => t.lastOutboundAt?.toISOString() ?? null),
      touches.map((t) => t.automated),
    ],
  };
}

export function updateTouched(
  tx: Tx,
  touches: readonly TouchRow[],
): Promise<Pick<ConversationRow, 'workspaceId' | 'id' | 'numberId' | 'contactId' | 'groupRef'>[]> {
  const step = touchStep(tx, touches);
  return tx.query(step.statement, step.values);
}

export const replaceLastMessage = statement(
  'conversations.replace_last',
  `update conversations c set last_message_id = t.kept
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as t (workspace_id, id, kept, gone)
   where c.workspace_id = t.workspace_id and c.id = t.id and c.last_message_id = t.gone`,
);

export function selectConversations(
  tx: Tx,
  keys: readonly { workspaceId: string; id: string }[],
): Promise<ConversationRow[]> {
  return tx.query<ConversationRow>(
    `select ${columns} from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id)
     join conversations c using (workspace_id, id)`,
    [keys.map((k) => k.workspaceId), keys.map((k) => k.id)],
  );
}
