import { statement } from '../../platform/db/index.ts';
import { type FactsRecord, factColumns, factsOf } from './queries-facts.ts';

/**
 * SQL of the outbound half: messages, send_queue, message_attempts. What the policy needs to know is in queries-facts.ts,
 * who sends for which number in queries-lease.ts.
 */

// ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface MessageRecord {
  workspace_id: string;
  id: string;
  conversation_id: string;
  number_id: string;
  contact_id: string | null;
  direction: 'in' | 'out';
  type: string;
  content: Record<string, unknown>;
  source: string;
  provider_message_id: string | null;
  status: string;
  shown_at: Date;
  created_at: Date;
  reply_to: string | null;
  target_provider_id: string | null;
  context: unknown;
  referral: unknown;
  workflow_id: string | null;
  actor_kind: string | null;
  actor_id: string | null;
  purpose: string;
  dedupe_key: string | null;
  automated: boolean;
  error: unknown;
  pricing: unknown;
  edited_at: Date | null;
  revoked_at: Date | null;
  sent_at: Date | null;
  delivered_at: Date | null;
  read_at: Date | null;
  failed_at: Date | null;
  queue_state: string | null;
  queue_due_at: Date | null;
}

export const messageColumns = `m.workspace_id, m.id, m.conversation_id, m.number_id, m.contact_id, m.direction, m.type,
  m.content, m.source, m.provider_message_id, m.status, m.shown_at, m.created_at, m.reply_to, m.target_provider_id,
  m.context, m.referral, m.workflow_id, m.actor_kind, m.actor_id, m.purpose, m.dedupe_key, m.automated, m.error,
  m.pricing, m.edited_at, m.revoked_at, m.sent_at, m.delivered_at, m.read_at, m.failed_at, q.state as queue_state,
  case when q.due_at < 'infinity' then q.due_at end as queue_due_at`;
export const withQueue = 'left join send_queue q on q.workspace_id = m.workspace_id and q.message_id = m.id';

/** Inserts messages and what waits to be handed over; a known dedupe key inserts nothing. Answers the new ids. */
export const insertQueued = statement(
  'messages.insert_queued',
  `with input as (
     select * from jsonb_to_recordset($1::jsonb) as r(ord int, workspace_id uuid, id uuid, conversation_id uuid,
       number_id uuid, contact_id uuid, type text, content jsonb, source text, reply_to text,
       target_provider_id text, workflow_id uuid, actor_kind text, actor_id text, purpose text, dedupe_key text,
       automated boolean, priority smallint)
   ), inserted as (
     insert into messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, source,
       status, shown_at, created_at, reply_to, target_provider_id, workflow_id, actor_kind, actor_id, purpose,
       dedupe_key, automated)
     select workspace_id, id, conversation_id, number_id, contact_id, 'out', type, content, source,
       'queued', $2::timestamptz, $2::timestamptz, reply_to, target_provider_id, workflow_id, actor_kind, actor_id,
       purpose, dedupe_key, automated
     from input order by workspace_id, dedupe_key, id
     on conflict (workspace_id, dedupe_key) where dedupe_key is not null do nothing
     returning id
   ), queued as (
     insert into send_queue (workspace_id, message_id, number_id, conversation_id, priority, due_at)
     select i.workspace_id, i.id, i.number_id, i.conversation_id, i.priority, $2::timestamptz
     from input i join inserted s on s.id = i.id order by i.ord
   )
   select id from inserted`,
);

export const messagesByDedupe = statement(
  'messages.by_dedupe',
  `select ${messageColumns} from unnest($1::uuid[], $2::text[]) r(workspace_id, dedupe_key)
   join messages m on m.workspace_id = r.workspace_id and m.dedupe_key = r.dedupe_key ${withQueue}`,
);

export const messagesByIds = statement(
  'messages.by_ids',
  `select ${messageColumns} from unnest($1::uuid[], $2::uuid[]) r(workspace_id, id)
   join messages m on m.workspace_id = r.workspace_id and m.id = r.id ${withQueue}`,
);

export const attemptsOf = statement(
  'messages.attempts',
  `select id, n, started_at, finished_at, outcome, provider_message_id, http_status, error
   from message_attempts where workspace_id = $1 and message_id = $2 order by started_at, n, id`,
);

/** Counted no further: who is behind so many waits, however many they are. */
const farBehind = 10_000;

/**
 * How many a number hands over before one that waits; of one that does not, none. In the order of claim_due: within its
 * conversation they leave as they were written, whatever was put off.
 */
export const aheadOf = statement(
  'messages.ahead',
  `with own as materialized (
     select * from send_queue where workspace_id = $1 and message_id = $2 and state = 'due'
   )
   select count(*)::int as ahead from (
     select 1 from own join send_queue q on q.workspace_id = own.workspace_id and q.number_id = own.number_id
       and q.state = 'due' and q.conversation_id <> own.conversation_id
       and (q.priority, q.due_at, q.n) < (own.priority, own.due_at, own.n)
     union all
     select 1 from own join send_queue q on q.workspace_id = own.workspace_id
       and q.conversation_id = own.conversation_id and q.state = 'due' and (q.priority, q.n) < (own.priority, own.n)
     limit ${farBehind}) others`,
);

export const statusesOf = statement(
  'messages.statuses',
  `select status, participant, provider_message_id, at, received_at, recipient, conversation, pricing, errors
   from message_statuses where workspace_id = $1 and message_id = $2 
   -- WhatsApp's times are whole seconds: within one, a message's own order
   order by at, array_position(array['sent', 'failed', 'delivered', 'read', 'played'], status), participant`,
);

// ── hand-over ────────────────────────────────────────────────────────────────────────────────────────────────

export interface ClaimRecord extends FactsRecord {
  message_id: string;
  attempt_id: string;
  n: number;
  priority: number;
  content: { type: string; [key: string]: unknown };
  reply_to: string | null;
  purpose: string;
  /** Above 0 WhatsApp has it: a word of an earlier attempt came. */
  rank: number;
}

/**
 * Claims a number's due messages, oldest first, and writes their attempts, in one statement: when it has committed, a
 * call may be made; when it has not, none was. The lease's row is shared, so a new holder waits for this commit.
 * Within a conversation only the first waits its turn; nothing is claimed while another of it is in flight.
 */
export const claimDue = statement(
  'messages.claim_due',
  `with lease as (
     select 1 as held from number_leases
     where workspace_id = $1 and number_id = $2 and holder = $3::uuid and fence = $4 for share
   ), picked as (
     -- A scalar subquery and lists, not joins: the planner takes a queue that it last saw empty for one of one row, finds
     -- every index equally cheap and walks the whole queue for each message of it (49 claimed beside 49: 2,401 rows).
     select q.message_id, q.priority, q.due_at, q.n from send_queue q, lease
     where q.number_id = $2 and q.state = 'due' and q.due_at <= $5::timestamptz
       and q.conversation_id <> all($7::uuid[])
       and (select true from send_queue o
         where o.workspace_id = q.workspace_id and o.conversation_id = q.conversation_id
           and o.state in ('due', 'claimed')
           and (o.state = 'claimed' or (o.n < q.n and o.priority <= q.priority)) limit 1) is null
     order by q.priority, q.due_at, q.n limit cardinality($6::uuid[]) for update of q skip locked
   ), ordered as (
     select array_agg(message_id order by priority, due_at, n) as ids from picked
   ), claimed as (
     update send_queue q set state = 'claimed', fence = $4, claimed_at = $5::timestamptz, attempts = q.attempts + 1,
       attempt_id = ($6::uuid[])[array_position((select ids from ordered), q.message_id)]
     where q.workspace_id = $1 and q.message_id = any(array(select unnest(ids) from ordered))
     returning q.workspace_id, q.message_id, q.attempt_id, q.attempts, q.priority
   ), attempted as (
     insert into message_attempts (workspace_id, id, message_id, number_id, n, started_at)
     select workspace_id, attempt_id, message_id, $2, attempts, $5::timestamptz from claimed
   )
   select c.message_id, c.attempt_id, c.attempts as n, c.priority, m.content, m.purpose, m.rank,
     coalesce((select r.provider_message_id from messages r where r.workspace_id = m.workspace_id
       and r.id = case when m.reply_to ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$' then m.reply_to::uuid end), m.reply_to)
       as reply_to, ${factColumns}
   from claimed c
   join messages m on m.workspace_id = c.workspace_id and m.id = c.message_id
   ${factsOf('m')}
   order by c.attempt_id`,
);

/** One message whose state changed, with what its event says. */
export interface ChangedRecord {
  workspace_id: string;
  id: string;
  conversation_id: string;
  contact_id: string | null;
  number_id: string;
  status: string;
  provider_message_id: string | null;
  type: string;
  error: unknown;
  /** The transaction moved it from waiting to this. */
  attempt_id: string;
}

/**
 * Writes what became of attempts. The attempt's id is the fence: whoever claims again gives a new one, so a result of
 * a holder that lost its lease still counts while nobody claimed since (it is knowledge), and never afterwards.
 * A status that came first has removed the queue's row: then only the attempt is completed. A status of an earlier
 * attempt leaves the row to the one in flight: whatever that one's outcome, WhatsApp has the message and nothing is
 * tried again.
 * `message_status` null = the message stays as it is and waits.
 * Messages are locked before their queue rows, with the echoes that are theirs, in the order of their keys (index.ts).
 */
export const saveResults = statement(
  'messages.save_results',
  `with input as (
     select * from jsonb_to_recordset($1::jsonb) as r(workspace_id uuid, message_id uuid, attempt_id uuid,
       outcome text, provider_message_id text, http_status int, error jsonb, queue_state text, due_at timestamptz,
       counts boolean, message_status text, reason text, number_id uuid)
   ), named as materialized (
     select i.*, o.id as echo_id from input i left join lateral (
       select o.id from messages o where o.workspace_id = i.workspace_id and o.number_id = i.number_id
         and o.provider_message_id = i.provider_message_id and o.id <> i.message_id limit 1) o on true
   ), held as materialized (
     select m.* from (
       select workspace_id, message_id as id from named
       union select workspace_id, echo_id from named where echo_id is not null order by 1, 2) k
     cross join lateral (
       select m.workspace_id, m.id, m.rank from messages m where m.workspace_id = k.workspace_id and m.id = k.id
       for no key update) m
   ), locked as materialized (
     -- Row by row through the primary key: a join would read a long queue whole while it has no statistics.
     select i.*, h.rank > 0 as reached from named i
     join held h on h.workspace_id = i.workspace_id and h.id = i.message_id cross join lateral (
       select q.message_id from send_queue q where q.workspace_id = i.workspace_id and q.message_id = i.message_id
         and q.attempt_id = i.attempt_id and q.state in ('claimed', 'unconfirmed') for update) q
   ), attempts as (
     update message_attempts a set outcome = i.outcome, finished_at = $2::timestamptz,
       provider_message_id = i.provider_message_id, http_status = i.http_status, error = i.error
     from input i where a.workspace_id = i.workspace_id and a.id = i.attempt_id
       -- Lists beside the joins, here and below: without statistics the planner read all attempts and the whole queue.
       and a.workspace_id = any(array(select distinct workspace_id from input))
       and a.id = any(array(select attempt_id from input))
       and (a.outcome is null or (a.outcome = 'unknown' and i.outcome <> 'unknown'))
   ), gone as (
     delete from send_queue q using locked l
     where q.workspace_id = l.workspace_id and q.message_id = l.message_id
       and q.workspace_id = any(array(select distinct workspace_id from locked))
       and q.message_id = any(array(select message_id from locked))
       and (l.queue_state = 'done' or l.reached)
   ), moved as (
     update send_queue q set state = l.queue_state, due_at = coalesce(l.due_at, q.due_at), reason = l.reason,
       attempts = q.attempts - case when l.counts then 0 else 1 end
     from locked l
     where q.workspace_id = l.workspace_id and q.message_id = l.message_id and l.queue_state <> 'done'
       and q.workspace_id = any(array(select distinct workspace_id from locked))
       and q.message_id = any(array(select message_id from locked))
       and not l.reached
   )
   update messages m set status = l.message_status,
     rank = case when l.message_status = 'accepted' then greatest(m.rank, 1) else m.rank end,
     -- An echo may hold the id already (another client's view of our own send): one clash must not fail the batch.
     provider_message_id = coalesce(m.provider_message_id,
       case when l.echo_id is null then l.provider_message_id end),
     error = case when l.message_status in ('accepted', 'queued') then null else l.error end,
     failed_at = case when l.message_status in ('failed', 'cancelled') then $2::timestamptz else m.failed_at end
   from locked l
   where m.workspace_id = l.workspace_id and m.id = l.message_id and l.message_status is not null and not l.reached
     and m.workspace_id = any(array(select distinct workspace_id from locked))
     and m.id = any(array(select message_id from locked))
   returning m.workspace_id, m.id, m.conversation_id, m.contact_id, m.number_id, m.status, m.provider_message_id,
     m.type, m.error, l.attempt_id`,
);

/**
 * A status named our attempt: whatever we thought, WhatsApp has the message under this id. Answers the messages that
 * learned their id by this; a message that has another id already (it was sent twice by policy) keeps it. The caller
 * holds the messages.
 */
export const confirmAttempts = statement(
  'messages.confirm_attempts',
  `with input as (
     select distinct on (workspace_id, attempt_id) workspace_id, number_id, attempt_id, provider_message_id, failed
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $6::boolean[])
       r(workspace_id, number_id, attempt_id, provider_message_id, failed)
   ), named as (
     select i.*, a.message_id, i.failed and (select count(*) from message_attempts newer
       where newer.workspace_id = a.workspace_id and newer.message_id = a.message_id and newer.id > a.id) > 0 as spent
     from input i
     join message_attempts a on a.workspace_id = i.workspace_id and a.id = i.attempt_id and a.number_id = i.number_id
   ), tried as (
     -- That an attempt failed which was followed by another is that attempt's matter alone.
     select * from named where not spent
   ), locked as materialized (
     select t.workspace_id, t.message_id, q.attempt_id, q.state
     from (select distinct workspace_id, message_id from tried order by 1, 2) t cross join lateral (
       select q.attempt_id, q.state from send_queue q
       where q.workspace_id = t.workspace_id and q.message_id = t.message_id for update) q
   ), attempts as (
     update message_attempts a set outcome = 'accepted', provider_message_id = t.provider_message_id,
       finished_at = coalesce(a.finished_at, $5::timestamptz), error = null
     from named t where a.workspace_id = t.workspace_id and a.id = t.attempt_id
       and a.outcome is distinct from 'accepted'
   ), gone as (
     -- A newer attempt in flight keeps its row: its own outcome ends it.
     delete from send_queue q using locked l, tried t
     where q.workspace_id = l.workspace_id and q.message_id = l.message_id and t.workspace_id = l.workspace_id
       and t.message_id = l.message_id and (l.attempt_id = t.attempt_id or l.state <> 'claimed')
   )
   update messages m set provider_message_id = t.provider_message_id, rank = greatest(m.rank, 1),
     status = case when m.rank > 0 then m.status else 'accepted' end, error = null, failed_at = null
   from (select distinct on (workspace_id, message_id) * from tried order by workspace_id, message_id, attempt_id) t
   where m.workspace_id = t.workspace_id and m.id = t.message_id and m.provider_message_id is null
     and not exists (select 1 from messages x where x.workspace_id = t.workspace_id and x.number_id = t.number_id
       and x.provider_message_id = t.provider_message_id)
   returning m.workspace_id, m.id, m.conversation_id, m.contact_id, m.number_id, m.status, m.provider_message_id,
     m.type, m.error, t.attempt_id`,
);

/** Unconfirmed messages whose workspace wants them sent again, and whose time has come. */
export const resendDue = statement(
  'messages.resend_due',
  `with due as (
     select q.workspace_id, q.message_id from send_queue q
     join messages m on m.workspace_id = q.workspace_id and m.id = q.message_id and m.rank = 0
     where q.state = 'unconfirmed' and q.due_at <= $1::timestamptz and q.due_at < 'infinity'
     order by q.workspace_id, q.message_id limit 200 for update of m, q skip locked
   ), moved as (
     update send_queue q set state = 'due', reason = null from due d
     where q.workspace_id = d.workspace_id and q.message_id = d.message_id
   )
   update messages m set status = 'queued', error = null from due d
   where m.workspace_id = d.workspace_id and m.id = d.message_id and m.rank = 0
   returning m.workspace_id, m.id, m.conversation_id, m.contact_id, m.number_id, m.status, m.provider_message_id,
     m.type, m.error`,
);

// ── dead letters ─────────────────────────────────────────────────────────────────────────────────────────────

export const deadMessages = statement(
  'messages.dead',
  `select q.workspace_id, q.message_id, q.number_id, q.conversation_id, q.state, q.attempts, q.reason, m.error,
     m.type, m.created_at
   from send_queue q join messages m on m.workspace_id = q.workspace_id and m.id = q.message_id and m.rank = 0
   where q.state in ('dead', 'unconfirmed') and ($1::uuid is null or q.workspace_id = $1)
     and ($3::uuid is null or q.message_id > $3) and ($4::uuid is null or q.message_id = $4)
   order by q.message_id limit $2`,
);

/** Tries again, with five fresh attempts. Only what is dead or unconfirmed. */
export const requeueDead = statement(
  'messages.requeue_dead',
  `with dead as (
     select q.workspace_id, q.message_id from send_queue q
     join messages m on m.workspace_id = q.workspace_id and m.id = q.message_id and m.rank = 0
     where q.state in ('dead', 'unconfirmed') and q.workspace_id = any($1::uuid[]) and q.message_id = any($2::uuid[])
     order by q.workspace_id, q.message_id for update of m, q
   ), moved as (
     update send_queue q set state = 'due', due_at = $3::timestamptz, attempts = 0, reason = null from dead d
     where q.workspace_id = d.workspace_id and q.message_id = d.message_id
   )
   update messages m set status = 'queued', error = null, failed_at = null from dead d
   where m.workspace_id = d.workspace_id and m.id = d.message_id and m.rank = 0
   returning m.workspace_id, m.id, m.conversation_id, m.contact_id, m.number_id, m.status, m.provider_message_id,
     m.type, m.error`,
);

export const queueCounts = statement(
  'messages.queue_counts',
  `select state, count(*) as count from send_queue where $1::uuid is null or workspace_id = $1 group by state`,
);

// ── consent, workflows ───────────────────────────────────────────────────────────────────────────────────────

export const contentsOf = statement(
  'messages.contents',
  `select m.workspace_id, m.id, m.content from unnest($1::uuid[], $2::uuid[]) r(workspace_id, id)
   join messages m on m.workspace_id = r.workspace_id and m.id = r.id`,
);

/** How many automatic answers each conversation got since a time. */
export const automatedSince = statement(
  'messages.automated_since',
  `select r.workspace_id, r.conversation_id, (
     select count(*) from messages m
     where m.workspace_id = r.workspace_id and m.conversation_id = r.conversation_id and m.shown_at >= $3::timestamptz
       and m.direction = 'out' and m.automated) as count
   from unnest($1::uuid[], $2::uuid[]) r(workspace_id, conversation_id)`,
);

// One probe per question (limit 1 keeps it from being flattened): as a semi join it read every phone of the workspace,
// 32 ms per batch beside 1,200 people, for a question that is answered by "that is no number of ours".
/** Which of these words did another number of this installation send automatically lately? */
export const automatedWords = statement(
  'messages.automated_words',
  `select r.ord from unnest($1::text[], $2::text[], $3::text[]) with ordinality r(from_phone, to_phone, said, ord)
   cross join lateral (
     select 1 from own_threads t
     join messages m on m.workspace_id = t.workspace_id and m.conversation_id = t.conversation_id
     where t.from_phone = r.from_phone and t.to_phone = r.to_phone and m.shown_at >= $4::timestamptz
       and m.direction = 'out' and m.automated and m.content #>> '{text,body}' = r.said
     limit 1) found`,
);
