import { type SystemTx, statement } from '../../platform/db/index.ts';
import { applyStoredStatuses } from './queries-receive.ts';
import type { Confirmation } from './reconcile.ts';

/** SQL of echoes that turn out to be our own sends. */

export interface EchoRow {
  workspaceId: string;
  conversationId: string;
  contactId: string | null;
  numberId: string;
  /** Ours, which stays. */
  messageId: string;
  /** The echo's, which goes. */
  mergedId: string;
  providerMessageId: string;
  attemptId: string;
}

const echoes = statement(
  'messages.own_echoes',
  `select m.workspace_id as "workspaceId", m.conversation_id as "conversationId", m.contact_id as "contactId",
     m.number_id as "numberId", m.id as "messageId", o.id as "mergedId", o.provider_message_id as "providerMessageId",
     a.id as "attemptId"
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
     as t (workspace_id, number_id, attempt_id, provider_message_id)
   join message_attempts a on a.workspace_id = t.workspace_id and a.id = t.attempt_id and a.number_id = t.number_id
   join messages m on m.workspace_id = a.workspace_id and m.id = a.message_id and m.provider_message_id is null
   join messages o on o.workspace_id = t.workspace_id and o.number_id = t.number_id
     and o.provider_message_id = t.provider_message_id and o.source = 'phone-app'
     and o.conversation_id = m.conversation_id
   order by o.workspace_id, o.id for update of o`,
);

const moveStatuses = statement(
  'messages.move_statuses',
  `update message_statuses s set message_id = t.kept
   from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t (workspace_id, kept, gone)
   where s.workspace_id = t.workspace_id and s.message_id = t.gone`,
);

const remove = statement(
  'messages.remove_echoes',
  `delete from messages m using unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id)
   where m.workspace_id = t.workspace_id and m.id = t.id`,
);

/** Echoes whose id at WhatsApp belongs to these attempts of ours; locked. */
export function echoesOf(tx: SystemTx, words: readonly Confirmation[]): Promise<EchoRow[]> {
  return tx.query<EchoRow & Record<string, unknown>>(echoes, [
    words.map((word) => word.workspaceId),
    words.map((word) => word.numberId),
    words.map((word) => word.attemptId),
    words.map((word) => word.providerMessageId),
  ]);
}

export async function deleteEchoes(tx: SystemTx, rows: readonly EchoRow[]): Promise<void> {
  const workspaces = rows.map((row) => row.workspaceId);
  const gone = rows.map((row) => row.mergedId);
  await tx.batch([
    { statement: moveStatuses, values: [workspaces, rows.map((row) => row.messageId), gone] },
    { statement: remove, values: [workspaces, gone] },
  ]);
}

/** Lets our lines show what was told of the echoes. */
export async function applyStored(tx: SystemTx, rows: readonly EchoRow[]): Promise<void> {
  await tx.execute(applyStoredStatuses, [
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.messageId),
  ]);
}
