/** SQL of the inbound half: what people said, and what the provider says about what we said. */
import { statement, type Tx } from '../../platform/db/index.ts';

export interface NewMessage {
  workspaceId: string;
  id: string;
  conversationId: string;
  numberId: string;
  contactId: string | null;
  direction: 'in' | 'out';
  type: string;
  /** JSON. */
  content: string;
  source: 'whatsapp' | 'phone-app';
  providerMessageId: string;
  status: string;
  rank: number;
  shownAt: Date;
  replyTo: string | null;
  targetProviderId: string | null;
  context: string | null;
  referral: string | null;
  error: string | null;
  workflowId: string | null;
}

// jsonb[] from text[]: one cast per array instead of a quoting of JSON inside array syntax inside SQL.
const insert = statement(
  'messages.receive',
  `insert into messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, source,
     provider_message_id, status, rank, shown_at, created_at, reply_to, target_provider_id, context, referral, error,
     workflow_id, sent_at)
   select t.workspace_id, t.id, t.conversation_id, t.number_id, t.contact_id, t.direction, t.type, t.content::jsonb,
     t.source, t.provider_message_id, t.status, t.rank, t.shown_at, $20::timestamptz, t.reply_to, t.target,
     t.context::jsonb, t.referral::jsonb, t.error::jsonb, t.workflow_id,
     case when t.direction = 'out' then t.shown_at end
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
               $9::text[], $10::text[], $11::text[], $12::smallint[], $13::timestamptz[], $14::text[], $15::text[],
               $16::text[], $17::text[], $18::text[], $19::uuid[])
     as t (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, source,
           provider_message_id, status, rank, shown_at, reply_to, target, context, referral, error, workflow_id)
   on conflict (workspace_id, number_id, provider_message_id) where provider_message_id is not null do nothing
   returning id`,
);

/** Inserts what is not known yet; answers the ids of what was new. Rows must be sorted by their unique key. */
export async function insertReceived(tx: Tx, rows: readonly NewMessage[]): Promise<Set<string>> {
  const made = await tx.query<{ id: string }>(insert, [
    rows.map((r) => r.workspaceId),
    rows.map((r) => r.id),
    rows.map((r) => r.conversationId),
    rows.map((r) => r.numberId),
    rows.map((r) => r.contactId),
    rows.map((r) => r.direction),
    rows.map((r) => r.type),
    rows.map((r) => r.content),
    rows.map((r) => r.source),
    rows.map((r) => r.providerMessageId),
    rows.map((r) => r.status),
    rows.map((r) => r.rank),
    rows.map((r) => r.shownAt.toISOString()),
    rows.map((r) => r.replyTo),
    rows.map((r) => r.targetProviderId),
    rows.map((r) => r.context),
    rows.map((r) => r.referral),
    rows.map((r) => r.error),
    rows.map((r) => r.workflowId),
    tx.now().toISOString(),
  ]);
  return new Set(made.map((row) => row.id));
}

export interface ProviderKey {
  workspaceId: string;
  numberId: string;
  providerMessageId: string;
}

export const providerKey = (key: ProviderKey): string =>
  `${key.workspaceId}|${key.numberId}|${key.providerMessageId}`;

// Both ways round: an edit finds its message, and a message finds the edit that came before it. Same thread, same
// speaker: nobody edits what another said.
const markTargets = statement(
  'messages.mark_targets',
  `with pairs as (
     select e.workspace_id, m.id, e.type, e.shown_at
     from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id)
     join messages e on e.workspace_id = t.workspace_id and e.id = t.id
     join messages m on m.workspace_id = e.workspace_id and m.number_id = e.number_id
       and m.provider_message_id = e.target_provider_id and m.conversation_id = e.conversation_id
       and m.direction = e.direction
     where e.target_provider_id is not null and e.type in ('edit', 'revoke')
     union all
     select m.workspace_id, m.id, e.type, e.shown_at
     from unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[]) as t (workspace_id, number_id, provider_message_id, id)
     join messages e on e.workspace_id = t.workspace_id and e.number_id = t.number_id
       and e.target_provider_id = t.provider_message_id
     join messages m on m.workspace_id = t.workspace_id and m.id = t.id and m.conversation_id = e.conversation_id
       and m.direction = e.direction
     where e.target_provider_id is not null and e.type in ('edit', 'revoke')
   ), marks as (
     select workspace_id, id, max(shown_at) filter (where type = 'edit') as edited_at,
            min(shown_at) filter (where type = 'revoke') as revoked_at
     from pairs group by workspace_id, id
   ), held as materialized (
     select m.*, k.edited_at, k.revoked_at from (select * from marks order by workspace_id, id) k
     cross join lateral (select m.workspace_id, m.id from messages m
       where m.workspace_id = k.workspace_id and m.id = k.id for no key update) m
   )
   update messages m set edited_at = greatest(m.edited_at, k.edited_at), revoked_at = least(m.revoked_at, k.revoked_at)
   from held k where m.workspace_id = k.workspace_id and m.id = k.id`,
);

/**
 * New rows: an edit or revoke marks its message, a message is marked by the edit or revoke that came before it. Without
 * an edit or revoke among them only rows of this transaction are marked, and that travels with the commit.
 */
export async function updateTargets(tx: Tx, fresh: readonly NewMessage[]): Promise<void> {
  const effects = fresh.filter((row) => row.type === 'edit' || row.type === 'revoke');
  const values = [
    effects.map((row) => row.workspaceId),
    effects.map((row) => row.id),
    fresh.map((row) => row.workspaceId),
    fresh.map((row) => row.numberId),
    fresh.map((row) => row.providerMessageId),
    fresh.map((row) => row.id),
  ];
  if (effects.length > 0) await tx.execute(markTargets, values);
  else tx.atCommit(() => [{ statement: markTargets, values }]);
}

// ── statuses ──

export interface LockedMessage extends ProviderKey {
  id: string;
  conversationId: string;
  contactId: string | null;
  rank: number;
  /** It came as an echo of the phone app. */
  echo: boolean;
  /** A newer attempt exists: that this one failed says nothing about the message any more. */
  superseded: boolean;
}

/** How many attempts came after the one with this id at WhatsApp. A count, for an `exists` may be planned as a hash. */
const newerAttempts = (workspaceId: string, messageId: string, providerMessageId: string) =>
  `(select count(*) from message_attempts own
     join message_attempts newer on newer.workspace_id = own.workspace_id and newer.message_id = own.message_id
      and newer.id > own.id
     where own.workspace_id = ${workspaceId} and own.message_id = ${messageId}
       and own.provider_message_id = ${providerMessageId})`;

// The lock comes before the insert of statuses and so serialises two workers on one message: whoever updates second
// counts the rows of both. One pass takes all, those that only their attempts name too, for two passes are two orders.
// From `held` outwards, or the planner may skip what nothing is joined to.
const lock = statement(
  'messages.lock_concerned',
  `with sought as materialized (
     select t.*, m.id, coalesce(m.echo, true) as open
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[], $5::uuid[])
       as t (workspace_id, number_id, provider_message_id, failed, attempt_id)
     left join lateral (select m.id, m.source = 'phone-app' as echo from messages m where m.workspace_id = t.workspace_id
       and m.number_id = t.number_id and m.provider_message_id = t.provider_message_id limit 1) m on true
   ), concerned as (
     select workspace_id, id from sought where id is not null
     union
     select s.workspace_id, a.message_id from sought s cross join lateral (
       select a.message_id from message_attempts a
       where a.workspace_id = s.workspace_id and a.id = s.attempt_id and a.number_id = s.number_id limit 1) a
     where s.open and s.attempt_id is not null
   ), held as materialized (
     select m.* from (select workspace_id, id from concerned order by 1, 2) c cross join lateral (
       select m.workspace_id, m.number_id, m.id, m.provider_message_id, m.conversation_id, m.contact_id, m.rank, m.source
       from messages m where m.workspace_id = c.workspace_id and m.id = c.id for no key update) m
   )
   select m.workspace_id as "workspaceId", m.number_id as "numberId", t.provider_message_id as "providerMessageId",
          m.id, m.conversation_id as "conversationId", m.contact_id as "contactId", m.rank, m.source = 'phone-app' as echo,
          case when t.failed then ${newerAttempts('m.workspace_id', 'm.id', 't.provider_message_id')} > 0 else false end
            as superseded
   from held m left join sought t on t.workspace_id = m.workspace_id and t.id = m.id`,
);

// The attempt's id is the key, so that WhatsApp's ids of attempts need no index of their own.
const lockAttempts = statement(
  'messages.lock_by_attempt',
  `select m.workspace_id as "workspaceId", m.number_id as "numberId", t.provider_message_id as "providerMessageId",
          m.id, m.conversation_id as "conversationId", m.contact_id as "contactId", m.rank, m.source = 'phone-app' as echo,
          case when t.failed then ${newerAttempts('m.workspace_id', 'm.id', 't.provider_message_id')} > 0 else false end
            as superseded
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[], $5::uuid[])
     as t (workspace_id, number_id, provider_message_id, failed, attempt_id)
   join message_attempts a on a.workspace_id = t.workspace_id and a.id = t.attempt_id
    and a.number_id = t.number_id and a.provider_message_id = t.provider_message_id
   join messages m on m.workspace_id = a.workspace_id and m.id = a.message_id
   order by m.workspace_id, m.id for no key update of m`,
);

export interface SoughtKey extends ProviderKey {
  /** One of the words is `failed`. */
  failed: boolean;
  attemptId: string | null;
}

/**
 * Holds the messages that these words are about: by WhatsApp's id, and where that is unknown or an echo's by the attempt
 * they name. Answers the former. Whoever holds several holds them in the order of their keys, and a message before its
 * place in the queue: see index.ts.
 */
export async function lockConcerned(tx: Tx, keys: readonly SoughtKey[]): Promise<LockedMessage[]> {
  const held = await tx.query<{ providerMessageId: string | null } & Record<string, unknown>>(lock, [
    keys.map((k) => k.workspaceId),
    keys.map((k) => k.numberId),
    keys.map((k) => k.providerMessageId),
    keys.map((k) => k.failed),
    keys.map((k) => k.attemptId),
  ]);
  return held.filter((row) => row.providerMessageId !== null) as unknown as LockedMessage[];
}

/** Messages that go by the id of another of their attempts: found by the attempt each word names. */
export function lockByAttempt(tx: Tx, keys: readonly SoughtKey[]): Promise<LockedMessage[]> {
  const named = keys.filter((k) => k.attemptId !== null);
  if (named.length === 0) return Promise.resolve([]);
  return tx.query<LockedMessage & Record<string, unknown>>(lockAttempts, [
    named.map((k) => k.workspaceId),
    named.map((k) => k.numberId),
    named.map((k) => k.providerMessageId),
    named.map((k) => k.failed),
    named.map((k) => k.attemptId),
  ]);
}

export interface NewStatus {
  workspaceId: string;
  messageId: string;
  status: string;
  participant: string;
  providerMessageId: string;
  at: Date;
  receivedAt: Date;
  recipient: string;
  conversation: string | null;
  pricing: string | null;
  errors: string | null;
}

const insertStatuses = statement(
  'messages.insert_statuses',
  `insert into message_statuses (workspace_id, message_id, status, participant, provider_message_id, at, received_at,
                                 recipient, conversation, pricing, errors)
   select t.workspace_id, t.message_id, t.status, t.participant, t.provider_message_id, t.at, t.received_at,
          t.recipient::jsonb, t.conversation::jsonb, t.pricing::jsonb, t.errors::jsonb
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
               $8::text[], $9::text[], $10::text[], $11::text[])
     as t (workspace_id, message_id, status, participant, provider_message_id, at, received_at, recipient,
           conversation, pricing, errors)
   on conflict (workspace_id, message_id, status, participant, provider_message_id) do nothing
   returning workspace_id as "workspaceId", message_id as "messageId", status, participant,
     provider_message_id as "providerMessageId"`,
);

// From all stored rows and not from this batch: then the order of batches cannot matter.
export const applyStoredStatuses = statement(
  'messages.apply_statuses',
  `with told as (
     select s.workspace_id, s.message_id,
       case s.status when 'sent' then 2 when 'failed' then 3 when 'delivered' then 4 when 'read' then 5 else 6 end as rank,
       s.status, s.at, s.participant, s.pricing, s.errors
     from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, message_id)
     join message_statuses s using (workspace_id, message_id)
     where case when s.status = 'failed'
       then ${newerAttempts('s.workspace_id', 's.message_id', 's.provider_message_id')} = 0 else true end
   ), sums as (
     select workspace_id, message_id, max(rank) as rank,
       min(at) filter (where status = 'sent') as sent_at, min(at) filter (where status = 'delivered') as delivered_at,
       min(at) filter (where status in ('read', 'played')) as read_at, min(at) filter (where status = 'failed') as failed_at,
       (array_agg(pricing order by rank desc, participant) filter (where pricing is not null))[1] as pricing,
       (array_agg(errors -> 0 order by participant) filter (where status = 'failed'))[1] as error
     from told group by workspace_id, message_id
   )
   update messages m set
     rank = greatest(m.rank, s.rank),
     status = case when s.rank > m.rank
       then (array['accepted', 'sent', 'failed', 'delivered', 'read', 'played'])[s.rank] else m.status end,
     sent_at = coalesce(s.sent_at, m.sent_at), delivered_at = s.delivered_at, read_at = s.read_at,
     failed_at = coalesce(s.failed_at, m.failed_at), pricing = s.pricing,
     error = case when greatest(m.rank, s.rank) <> 3 then null
       when s.error is null then m.error
       else jsonb_build_object('code', s.error -> 'code', 'kind', s.error -> 'kind', 'message', s.error -> 'message') end
   from sums s where m.workspace_id = s.workspace_id and m.id = s.message_id`,
);

export interface StoredStatus {
  workspaceId: string;
  messageId: string;
  status: string;
  participant: string;
  providerMessageId: string;
}

/** Keeps the statuses and lets their (locked) messages show the highest; answers those that were new. */
export async function storeStatuses(tx: Tx, rows: readonly NewStatus[]): Promise<StoredStatus[]> {
  const messages = [...new Map(rows.map((r) => [`${r.workspaceId}|${r.messageId}`, r])).values()];
  const [fresh] = await tx.batch([
    {
      statement: insertStatuses,
      values: [
        rows.map((r) => r.workspaceId),
        rows.map((r) => r.messageId),
        rows.map((r) => r.status),
        rows.map((r) => r.participant),
        rows.map((r) => r.providerMessageId),
        rows.map((r) => r.at.toISOString()),
        rows.map((r) => r.receivedAt.toISOString()),
        rows.map((r) => r.recipient),
        rows.map((r) => r.conversation),
        rows.map((r) => r.pricing),
        rows.map((r) => r.errors),
      ],
    },
    {
      statement: applyStoredStatuses,
      values: [messages.map((m) => m.workspaceId), messages.map((m) => m.messageId)],
    },
  ]);
  return fresh as unknown as StoredStatus[];
}

export interface PendingStatus extends ProviderKey {
  status: string;
  participant: string;
  attemptId: string | null;
  /** JSON of the StatusItem. */
  item: string;
  receivedAt: Date;
}

export async function insertPending(tx: Tx, rows: readonly PendingStatus[]): Promise<void> {
  await tx.execute(
    `insert into pending_statuses (workspace_id, number_id, provider_message_id, status, participant, attempt_id, item,
                                   received_at)
     select t.workspace_id, t.number_id, t.provider_message_id, t.status, t.participant, t.attempt_id, t.item::jsonb,
            t.received_at
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::timestamptz[])
       as t (workspace_id, number_id, provider_message_id, status, participant, attempt_id, item, received_at)
     on conflict do nothing`,
    [
      rows.map((r) => r.workspaceId),
      rows.map((r) => r.numberId),
      rows.map((r) => r.providerMessageId),
      rows.map((r) => r.status),
      rows.map((r) => r.participant),
      rows.map((r) => r.attemptId),
      rows.map((r) => r.item),
      rows.map((r) => r.receivedAt.toISOString()),
    ],
  );
}

const takePending = statement(
  'messages.take_pending',
  `delete from pending_statuses p
   using unnest($1::uuid[], $2::uuid[], $3::text[]) as t (workspace_id, number_id, provider_message_id)
   where p.workspace_id = t.workspace_id and p.number_id = t.number_id and p.provider_message_id = t.provider_message_id
   returning p.workspace_id as "workspaceId", p.number_id as "numberId", p.item, p.received_at as "receivedAt"`,
);

export function deletePending(
  tx: Tx,
  keys: readonly ProviderKey[],
): Promise<{ workspaceId: string; numberId: string; item: unknown; receivedAt: Date }[]> {
  return tx.query(takePending, [
    keys.map((k) => k.workspaceId),
    keys.map((k) => k.numberId),
    keys.map((k) => k.providerMessageId),
  ]);
}

// One probe per waiting status into the index of messages, or by the attempt it names.
const arrived = `select 1 from messages m where m.workspace_id = p.workspace_id and m.number_id = p.number_id
         and m.provider_message_id = p.provider_message_id
       union all
       select 1 from message_attempts a where a.workspace_id = p.workspace_id and a.id = p.attempt_id
         and a.number_id = p.number_id and a.provider_message_id = p.provider_message_id`;

/**
 * Pending statuses whose message is there by now: the two transactions did not see each other. The limit counts what
 * has a message: foreign ones in front must not hide it.
 */
export function selectArrived(tx: Tx, limit: number): Promise<SoughtKey[]> {
  return tx.query<SoughtKey & Record<string, unknown>>(
    `select p.workspace_id as "workspaceId", p.number_id as "numberId",
            p.provider_message_id as "providerMessageId", false as failed, min(p.attempt_id::text) as "attemptId"
     from pending_statuses p cross join lateral (${arrived} limit 1) m
     where p.foreign_at is null
     group by 1, 2, 3 order by min(p.received_at) limit $1`,
    [limit],
  );
}

/** Never what has its message: that one came a moment ago. */
export function markForeign(tx: Tx, receivedBefore: Date): Promise<number> {
  return tx.execute(
    `update pending_statuses p set foreign_at = $1
     where p.foreign_at is null and p.received_at < $2 and (select count(*) from (${arrived}) m) = 0`,
    [tx.now().toISOString(), receivedBefore.toISOString()],
  );
}
