import { type SystemTx, statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import type { ConversationRow } from './queries.ts';

/** What is to be different; what is left out stays. */
export interface Change {
  status?: ConversationRow['status'];
  /** With `snoozed`. */
  until?: Date;
  assigneeId?: string | null;
  teamId?: string | null;
}

/** A conversation before a change. */
export interface ChangedRow {
  workspaceId: string;
  id: string;
  numberId: string;
  contactId: string | null;
  status: ConversationRow['status'];
  dueAt: Date | null;
  assigneeId: string | null;
  teamId: string | null;
  /** False: it was so already. */
  changed: boolean;
}

// Closing deals with all that was said: nothing is unread for anybody, nobody waits. `answered_at` is set to the last
// word and not to the hour: what the person wrote meanwhile is on its way and must still count.
const change = statement(
  'conversations.change',
  `with locked as (
     select c.workspace_id, c.id, c.number_id, c.contact_id, c.status, c.due_at, c.assignee_id, c.team_id
     from conversations c
     where c.workspace_id = $1 and c.id = any ($2::uuid[]) and c.united_into is null
     order by c.id for no key update of c
   ), changed as (
     update conversations c set
       status = coalesce($3::text, c.status),
       due_at = case when $3::text is null then c.due_at else $4::timestamptz end,
       snoozed_at = case when $3::text = 'snoozed' then $9::timestamptz else c.snoozed_at end,
       closed_at = case when $3::text = 'closed' then $9::timestamptz else c.closed_at end,
       unread_count = case when $3::text = 'closed' then 0 else c.unread_count end,
       waiting_since = case when $3::text = 'closed' then null else c.waiting_since end,
       answered_at = case when $3::text = 'closed' then greatest(c.answered_at, c.last_inbound_at) else c.answered_at end,
       assignee_id = case when $5::boolean then $6::uuid else c.assignee_id end,
       team_id = case when $7::boolean then $8::uuid else c.team_id end,
       updated_at = $9::timestamptz
     from locked l
     where c.workspace_id = l.workspace_id and c.id = l.id
       and (($3::text is not null and (l.status, l.due_at) is distinct from ($3::text, $4::timestamptz))
         or ($5::boolean and l.assignee_id is distinct from $6::uuid)
         or ($7::boolean and l.team_id is distinct from $8::uuid))
     returning c.id
   )
   select l.workspace_id as "workspaceId", l.id, l.number_id as "numberId", l.contact_id as "contactId", l.status,
     l.due_at as "dueAt", l.assignee_id as "assigneeId", l.team_id as "teamId", x.id is not null as changed
   from locked l left join changed x using (id) order by l.id`,
);

/** Locks the conversations in the order of their ids and changes those that are not so yet. */
export function updateConversations(tx: TenantTx, ids: readonly string[], to: Change): Promise<ChangedRow[]> {
  return tx.query<ChangedRow & Record<string, unknown>>(change, [
    tx.workspaceId,
    [...ids].sort(),
    to.status ?? null,
    to.until?.toISOString() ?? null,
    to.assigneeId !== undefined,
    to.assigneeId ?? null,
    to.teamId !== undefined,
    to.teamId ?? null,
    tx.now().toISOString(),
  ]);
}

const closings = statement(
  'conversations.closings',
  `select c.id, c.closed_at as "closedAt" from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id)
   join conversations c on c.workspace_id = t.workspace_id and c.id = t.id where c.closed_at is not null`,
);

/** When these were last closed; one that never was is missing. */
export async function lastClosed(
  tx: Tx,
  asked: readonly { workspaceId: string; id: string }[],
): Promise<Map<string, Date>> {
  if (asked.length === 0) return new Map();
  const rows = await tx.query<{ id: string; closedAt: Date }>(closings, [
    asked.map(({ workspaceId }) => workspaceId),
    asked.map(({ id }) => id),
  ]);
  return new Map(rows.map(({ id, closedAt }) => [id, closedAt]));
}

// The condition is asked again after waiting for whoever came first: one row, one winner.
const claim = statement(
  'conversations.claim',
  `update conversations set assignee_id = $3, updated_at = $4
   where workspace_id = $1 and id = $2 and assignee_id is null and united_into is null returning id`,
);

/** True for exactly one of all who try. */
export async function claimRow(tx: TenantTx, id: string, userId: string): Promise<boolean> {
  return (await tx.execute(claim, [tx.workspaceId, id, userId, tx.now().toISOString()])) > 0;
}

const due = statement(
  'conversations.wake',
  `with due as (
     select c.workspace_id, c.id from conversations c where c.due_at <= $1 order by c.due_at limit $2
     for no key update skip locked
   )
   update conversations c set status = 'open', due_at = null, updated_at = $1
   from due where c.workspace_id = due.workspace_id and c.id = due.id and c.due_at <= $1
   returning c.workspace_id as "workspaceId", c.id, c.number_id as "numberId", c.contact_id as "contactId",
     c.group_ref as "groupRef"`,
);

/** Opens what is due; what another process works on is left to it. */
export function wakeDue(
  tx: SystemTx,
  limit: number,
): Promise<Pick<ConversationRow, 'workspaceId' | 'id' | 'numberId' | 'contactId' | 'groupRef'>[]> {
  return tx.query(due, [tx.now().toISOString(), limit]);
}

const addLabels = statement(
  'conversations.add_labels',
  `insert into conversation_labels (workspace_id, conversation_id, label_id, created_at)
   select $1, c, l, $4::timestamptz from unnest($2::uuid[]) c, unnest($3::uuid[]) l order by c, l
   on conflict do nothing
   returning conversation_id as "conversationId", label_id as "labelId"`,
);

const removeLabels = statement(
  'conversations.remove_labels',
  `delete from conversation_labels
   where workspace_id = $1 and conversation_id = any ($2::uuid[]) and label_id = any ($3::uuid[])
   returning conversation_id as "conversationId", label_id as "labelId"`,
);

interface LabelPair extends Record<string, unknown> {
  conversationId: string;
  labelId: string;
}

/** The pairs that are new. */
export function insertLabels(
  tx: TenantTx,
  conversationIds: readonly string[],
  labelIds: readonly string[],
): Promise<LabelPair[]> {
  return tx.query<LabelPair>(addLabels, [tx.workspaceId, conversationIds, labelIds, tx.now().toISOString()]);
}

/** The pairs that were. */
export function deleteLabels(
  tx: TenantTx,
  conversationIds: readonly string[],
  labelIds: readonly string[],
): Promise<LabelPair[]> {
  return tx.query<LabelPair>(removeLabels, [tx.workspaceId, conversationIds, labelIds]);
}
