import { type SystemTx, statement } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';

const tombstone = '{"type": "unsupported", "unsupported": {"type": "erased"}}';

const theirs = statement(
  'messages.theirs',
  `select id from messages where workspace_id = $1 and conversation_id = any($3::uuid[])
   union
   select m.id from messages m where m.workspace_id = $1 and m.contact_id = any($2::uuid[])`,
);

/** Everything said with these contacts: in their threads, and by them in groups. */
export async function messagesOf(
  tx: SystemTx,
  workspaceId: string,
  of: { contactIds: readonly string[]; conversationIds: readonly string[] },
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(theirs, [workspaceId, of.contactIds, of.conversationIds]);
  return rows.map(({ id }) => id);
}

// The id at WhatsApp stays: a webhook that comes again must find that it is known. A key that a client chose may name
// the person; as a hash it still stands for nothing else.
const blank = statement(
  'messages.erase',
  `update messages set type = 'unsupported', content = '${tombstone}', context = null, referral = null, error = null,
     dedupe_key = 'erased:' || encode(sha256(convert_to(coalesce(dedupe_key, id::text), 'UTF8')), 'hex'),
     status = case when status = 'queued' then 'cancelled' else status end
   where workspace_id = $1 and id = any($2::uuid[]) and content <> '${tombstone}'`,
);
const waiting = statement(
  'messages.erase_waiting',
  `with held as materialized (
     select workspace_id, id from messages where workspace_id = $1 and id = any($2::uuid[]) order by id for no key update
   )
   select q.state from held h cross join lateral (select state from send_queue q
     where q.workspace_id = h.workspace_id and q.message_id = h.id for update) q`,
);
const unqueue = statement(
  'messages.erase_queue',
  'delete from send_queue where workspace_id = $1 and message_id = any($2::uuid[])',
);
const statuses = statement(
  'messages.erase_statuses',
  `update message_statuses set recipient = '{}', conversation = null, errors = null, participant = case
       when participant = '' then '' else encode(sha256(convert_to(participant, 'UTF8')), 'hex') end
   where workspace_id = $1 and message_id = any($2::uuid[]) and recipient <> '{}'`,
);
const attempts = statement(
  'messages.erase_attempts',
  'update message_attempts set error = null where workspace_id = $1 and message_id = any($2::uuid[]) and error is not null',
);
const pending = statement(
  'messages.erase_pending',
  `delete from pending_statuses p where p.workspace_id = $1
     and exists (select from unnest($2::text[]) a where strpos(p.item::text, a) > 0)`,
);

/**
 * What was said, to whom, and what WhatsApp reported of it; that something was said stays. What waits is never sent.
 * What is being handed over at this moment ends first: `overloaded`, and the job comes again.
 */
export async function eraseMessages(
  tx: SystemTx,
  workspaceId: string,
  messageIds: readonly string[],
  aliases: readonly string[],
): Promise<{ messages: number }> {
  let messages = 0;
  for (let from = 0; from < messageIds.length; from += 5_000) {
    const place = [workspaceId, messageIds.slice(from, from + 5_000)];
    // Locked before it is judged: a result that is being written puts what was claimed back among what waits.
    const rows = await tx.query<{ state: string }>(waiting, place);
    if (rows.some(({ state }) => state === 'claimed'))
      throw errors.overloaded('A message to this person is being handed over.');
    await tx.execute(unqueue, place);
    messages += await tx.execute(blank, place);
    await tx.execute(statuses, place);
    await tx.execute(attempts, place);
  }
  await tx.execute(pending, [workspaceId, aliases]);
  return { messages };
}
