import { statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';

const insert = statement(
  'conversations.insert_activity',
  `insert into conversation_activity (workspace_id, id, conversation_id, name, at, actor_kind, actor_id, data)
   select t.workspace_id, t.id, t.conversation_id, t.name, $6::timestamptz, $7, $8, t.data::jsonb
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
     as t (workspace_id, id, conversation_id, name, data)`,
);

export async function insertActivity(
  tx: Tx,
  lines: readonly { workspaceId: string; id: string; name: string; data: Record<string, unknown> }[],
): Promise<void> {
  const now = tx.now();
  await tx.execute(insert, [
    lines.map((line) => line.workspaceId),
    lines.map(() => newId(now.getTime())),
    lines.map((line) => line.id),
    lines.map((line) => line.name),
    lines.map((line) => JSON.stringify(line.data)),
    now.toISOString(),
    tx.actor.kind,
    tx.actor.id,
  ]);
}

export interface ActivityRow {
  id: string;
  name: string;
  at: Date;
  actorKind: string;
  actorId: string | null;
  data: Record<string, unknown>;
}

// What was said and done in threads that were united with this one is its past too.
const list = statement(
  'conversations.activity',
  `select a.id, a.name, a.at, a.actor_kind as "actorKind", a.actor_id as "actorId", a.data
   from conversation_activity a
   where a.workspace_id = $1
     and a.conversation_id = any (array(
       select c.id from conversations c where c.workspace_id = $1 and (c.id = $2 or c.united_into = $2)))
     and ($3::timestamptz is null or (a.at, a.id) < ($3::timestamptz, $4::uuid))
   order by a.at desc, a.id desc limit $5 offset $6`,
);

/** Newest first, after (at, id). */
export function selectActivity(tx: TenantTx, conversationId: string, page: Slice): Promise<ActivityRow[]> {
  return tx.query<ActivityRow & Record<string, unknown>>(list, [
    tx.workspaceId,
    conversationId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
}
