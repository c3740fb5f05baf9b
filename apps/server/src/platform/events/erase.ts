import { type SystemTx, statement } from '../db/index.ts';

// Ids, states and times stay, so that the order of what happened can still be read; words and addresses go.
const kept = [
  'contactId',
  'mergedId',
  'mergeId',
  'conversationId',
  'messageId',
  'numberId',
  'mediaId',
  'noteId',
  'labelId',
  'importId',
  'erasureId',
  'direction',
  'type',
  'status',
  'scope',
  'action',
  'at',
  'changed',
  'reason',
  'automated',
];

const erase = statement(
  'events.erase',
  `update events e set data = coalesce((
     select jsonb_object_agg(d.key, d.value) from jsonb_each(e.data) d where d.key = any($4::text[])
   ), '{}') || '{"erased": true}'
   where e.workspace_id = $1 and not (e.data ? 'erased')
     and (e.data ->> 'contactId' = any($2::text[]) or e.data ->> 'conversationId' = any($2::text[])
       or e.data ->> 'messageId' = any($3::text[]) or e.data ->> 'mergedId' = any($2::text[]))`,
);

// A consumer's error may quote what it choked on.
const letters = statement(
  'events.erase_letters',
  `update event_dead_letters d set error = 'erased'
   from event_seq s join events e on e.workspace_id = s.workspace_id and e.day = s.day and e.n = s.n
   where d.workspace_id = $1 and d.error <> 'erased'
     and s.workspace_id = d.workspace_id and s.seq = d.seq and e.data ? 'erased'`,
);

/** Leaves of the events about these (contacts, conversations; messages) that they happened. */
export async function eraseEvents(
  tx: SystemTx,
  workspaceId: string,
  ids: readonly string[],
  messageIds: readonly string[],
): Promise<number> {
  const erased = await tx.execute(erase, [workspaceId, ids, messageIds, kept]);
  await tx.execute(letters, [workspaceId]);
  return erased;
}
