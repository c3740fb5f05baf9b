import { statement, type Tx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { changeEvent } from './changes.ts';
import type { ChangedRecord } from './queries-send.ts';

/**
 * Two lanes a number: people, replies and API first (0), campaigns behind them. The queue is claimed by lane, so what a
 * person says waits for the calls in flight and the next token, never for the campaign in front of it.
 */
export const campaignLane = 5;

const laneCounts = statement(
  'messages.lane_count',
  `select count(*) as count from (
     select 1 from send_queue where workspace_id = $1 and number_id = $2 and state = 'due' and priority = ${campaignLane}
     limit $3) q`,
);

/** How many messages of campaigns wait at a number, counted up to `limit`. */
export async function campaignBacklog(
  tx: Tx,
  workspaceId: string,
  numberId: string,
  limit: number,
): Promise<number> {
  return (await tx.query<{ count: number }>(laneCounts, [workspaceId, numberId, limit]))[0]!.count;
}

const takeBack = statement(
  'messages.withdraw',
  `with waiting as (
     select q.workspace_id, q.message_id from send_queue q
     join messages m on m.workspace_id = q.workspace_id and m.id = q.message_id and m.rank = 0
     where q.workspace_id = $1 and q.message_id = any($2::uuid[]) and q.state in ('due', 'dead')
     order by q.message_id for update of m, q
   ), gone as (
     delete from send_queue q using waiting w where q.workspace_id = w.workspace_id and q.message_id = w.message_id
   )
   update messages m set status = 'cancelled', failed_at = $3::timestamptz,
     error = coalesce(m.error, '{"code": "withdrawn", "kind": "policy", "message": "It was taken back before it was sent."}')
   from waiting w where m.workspace_id = w.workspace_id and m.id = w.message_id
   returning m.workspace_id, m.id, m.conversation_id, m.contact_id, m.number_id, m.status, m.provider_message_id,
     m.type, m.error`,
);

/**
 * Takes back what nobody has begun to hand over, dead letters too; answers what is surely never sent. What is in flight
 * or unconfirmed stays.
 */
export async function withdraw(
  tx: Tx,
  workspaceId: string,
  messageIds: readonly string[],
): Promise<string[]> {
  if (messageIds.length === 0) return [];
  const rows = await tx.query<Omit<ChangedRecord, 'attempt_id'> & Record<string, unknown>>(takeBack, [
    workspaceId,
    messageIds,
    tx.now().toISOString(),
  ]);
  await emit(
    tx,
    rows.flatMap((row) => changeEvent(row)),
  );
  return rows.map((row) => row.id);
}

const failedForGood = statement(
  'messages.failed_for_good',
  `select m.id from messages m
   where m.workspace_id = $1 and m.id = any($2::uuid[]) and m.status in ('failed', 'cancelled')
     and not exists (select from send_queue q where q.workspace_id = m.workspace_id and q.message_id = m.id)`,
);

/**
 * Which of these surely reached nobody and never will: WhatsApp said that they failed, or they were never handed over.
 * Their dead letters go, so that no hand sends them after another was sent instead.
 */
export async function giveUp(
  tx: Tx,
  workspaceId: string,
  messageIds: readonly string[],
): Promise<Set<string>> {
  if (messageIds.length === 0) return new Set();
  await withdraw(tx, workspaceId, messageIds);
  const rows = await tx.query<{ id: string }>(failedForGood, [workspaceId, messageIds]);
  return new Set(rows.map((row) => row.id));
}
