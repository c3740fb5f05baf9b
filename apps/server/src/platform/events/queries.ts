import { statement } from '../db/index.ts';

/** All SQL on events, event_queue, event_seq, event_consumers and event_dead_letters. */

/** Does nothing for a day that exists (one catalogue look-up); travels in front of the insert in the same round trip. */
export const makePartition = statement('events.partition', 'select make_day_partition($1, $2::date)');

export const insertEvents = statement(
  'events.insert',
  // No `returning`: it would ask whether the writer may read the row (policy reach), and a limited key tells of a new
  // contact before there is a conversation with it.
  `with made as materialized (
     select nextval('events_n') as n, told.* from (
       select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])
         with ordinality as new (workspace_id, id, name, at, actor, data, place)
       order by place
     ) told
   ), written as (
     insert into events (day, n, workspace_id, id, name, at, actor, data)
     select $1::date, n, workspace_id, id, name, at, actor::jsonb, data::jsonb from made
   )
   insert into event_queue (workspace_id, n, day, name)
   select workspace_id, n, $1::date, name from made`,
);

/** The audit's only writer. What reads and seals it is the module audit. */
export const insertAudit = statement(
  'events.audit',
  `with made as (
     insert into audit (workspace_id, id, at, action, actor_kind, actor_id, actor_role, target_kind, target_id,
       ip, user_agent, request_id, impersonator_id, before, after)
     select new.workspace_id, new.id, $3::timestamptz, new.action, new.actor_kind, new.actor_id, new.actor_role,
       new.target_kind, new.target_id, $10::text, $11::text, $12::text, $13::uuid, new.before::jsonb, new.after::jsonb
     from unnest($1::uuid[], $2::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
         $14::text[], $15::text[]) with ordinality
       as new (workspace_id, id, action, actor_kind, actor_id, actor_role, target_kind, target_id, before, after, place)
     order by new.place
     returning workspace_id, id
   )
   insert into audit_queue (workspace_id, audit_id) select workspace_id, id from made`,
);

/** Planned once: all of these go through an index in its order, up to a limit, whatever the limit. */
const inOrder = true;

const numbered = (candidates: string) => `
  with gone as (
    delete from event_queue where n = any (array(${candidates})) returning workspace_id, n, day, name
  ), made as (
    insert into event_seq (workspace_id, seq, n, day, name)
    select workspace_id, (select coalesce(max(seq), 0) from event_seq) + row_number() over (order by n), n, day, name
    from gone
    returning n, name
  )
  select coalesce(array_agg(n order by n), '{}')::text[] as numbers,
    coalesce(array_agg(distinct name), '{}') as names from made`;

/**
 * Above the highest number seen, and the numbers known to be missing below it. Steps over everything deleted before:
 * an old snapshot keeps those index entries, 600,000 of them after 10 minutes.
 */
export const numberNew = statement(
  'events.number_new',
  numbered(`(select n from event_queue where n > $1::bigint order by n limit $2)
    union all select n from event_queue where n = any ($3::bigint[])`),
  inOrder,
);

/** Everything below the highest number seen. */
export const numberStragglers = statement(
  'events.number_stragglers',
  numbered('select n from event_queue where n <= $1::bigint order by n limit $2'),
  inOrder,
);

export const registerConsumers = statement(
  'events.register',
  `insert into event_consumers (name, seq, updated_at)
   select name, case when place = 'start' then coalesce((select min(seq) - 1 from event_seq), 0)
                     else coalesce((select max(seq) from event_seq), 0) end, $3
   from unnest($1::text[], $2::text[]) as new (name, place)
   order by name
   on conflict (name) do nothing`,
);

export const knownConsumers = statement(
  'events.known_consumers',
  'select name, seq from event_consumers order by name',
);

export const retireConsumers = statement(
  'events.retire',
  'delete from event_consumers where name = any ($1::text[])',
);

/** What a numbered row s says; where `wanted` does not hold it is not even looked up. */
const bodyIf = (wanted: string) => `
  left join lateral (
    select e.id, e.at, e.actor, e.data from events e
    where ${wanted} and e.workspace_id = s.workspace_id and e.day = s.day and e.n = s.n
    limit 1
  ) e on true`;
const body = bodyIf('true');

/**
 * What a consumer works next, of the `$2` rows after its cursor (and after what it knows to be of no concern): at most
 * `$5` events of the names it asked for, the first of each workspace, then the second of each, and so on; each
 * workspace's in order, without those that were worked ahead of the cursor. The cursor stays locked to the end of the
 * transaction. With the bounds of what was looked at, and `until`, up to where nothing is left over then; one row
 * without an event when there is none. No row: nothing new, or somebody else holds the cursor.
 */
export const nextBatch = statement(
  'events.next',
  `with cursor as materialized (
     select greatest(seq, $4::bigint) as seq, ahead from event_consumers where name = $1 for update skip locked
   ), looked as materialized (
     select s.seq, s.workspace_id, s.n, s.day, s.name from cursor cross join lateral (
       select seq, workspace_id, n, day, name from event_seq where seq > cursor.seq order by seq limit $2) s
   ), bounds as (
     select min(seq) as first, max(seq) as last from looked
   ), turns as (
     select l.*, row_number() over (partition by l.workspace_id order by l.seq) as turn
     from looked l cross join cursor
     where ($3::text[] is null or l.name = any ($3::text[]))
       and (cursor.ahead = '{}' or l.seq > coalesce((cursor.ahead ->> l.workspace_id::text)::bigint, 0))
   ), places as materialized (
     select t.*, row_number() over (order by t.turn, t.seq) as place from turns t
   )
   select b.first, b.last, (select ahead from cursor) as ahead,
     coalesce((select min(seq) - 1 from places where place > $5::int), b.last) as until,
     s.seq, s.workspace_id, s.name, s.id, s.at, s.actor, s.data
   from bounds b left join (
     select s.seq, s.workspace_id, s.name, e.id, e.at, e.actor, e.data from places s ${body}
     where s.place <= $5::int
   ) s on true
   where b.last is not null
   order by s.seq`,
  inOrder,
);

/** Whether a consumer's names are among what comes next, and how far it looked: takes no lock and writes nothing. */
export const peek = statement(
  'events.peek',
  `select max(s.seq) as last, count(*) as rows, bool_or(s.name = any ($3::text[])) as concerned, min(c.seq) as cursor
   from event_consumers c cross join lateral (
     select seq, name from event_seq where seq > greatest(c.seq, $4::bigint) order by seq limit $2) s
   where c.name = $1`,
  inOrder,
);

export const moveCursor = statement(
  'events.move',
  'update event_consumers set seq = $2, updated_at = $3 where name = $1 and seq < $2',
);

/** Also when the cursor stays where it is and a workspace went on alone. Under the lock of `nextBatch`. */
export const moveTurns = statement(
  'events.move_turns',
  'update event_consumers set seq = greatest(seq, $2), ahead = $4::jsonb, updated_at = $3 where name = $1',
);

export const bury = statement(
  'events.bury',
  `insert into event_dead_letters (workspace_id, consumer, seq, error, created_at) values ($1, $2, $3, $4, $5)
   on conflict (workspace_id, consumer, seq) do update set error = excluded.error, resolved_at = null`,
);

export const deadEvents = statement(
  'events.dead',
  `select d.consumer, d.seq, d.error, d.created_at, s.workspace_id, s.name, e.id, e.at, e.actor, e.data
   from event_dead_letters d
   join event_seq s on s.workspace_id = d.workspace_id and s.seq = d.seq
   ${body}
   where d.resolved_at is null and ($1::text is null or d.consumer = $1) and ($2::uuid is null or d.workspace_id = $2)
     and ($4::bigint is null or (d.seq, d.consumer) > ($4::bigint, $5::text)) and ($6::bigint is null or d.seq = $6)
   order by d.seq, d.consumer
   limit $3`,
);

export const lockDeadEvent = statement(
  'events.lock_dead',
  `select s.seq, s.workspace_id, s.name, e.id, e.at, e.actor, e.data
   from event_dead_letters d
   join event_seq s on s.workspace_id = d.workspace_id and s.seq = d.seq
   ${body}
   where d.workspace_id = $1 and d.consumer = $2 and d.seq = $3 and d.resolved_at is null
   for update of d`,
);

export const resolveDeadEvent = statement(
  'events.resolve_dead',
  `update event_dead_letters set resolved_at = $4
   where workspace_id = $1 and consumer = $2 and seq = $3 and resolved_at is null`,
);

export const feed = statement(
  'events.feed',
  `select s.seq, s.workspace_id, s.name, e.id, e.at, e.actor, e.data
   from (
     select seq, workspace_id, n, day, name from event_seq
     where workspace_id = $1 and seq > $2 order by seq limit $3
   ) s ${body}
   order by s.seq`,
  inOrder,
);

/** As `feed`, up to a number, with a row also for what is hidden or gone: the reader learns how far it looked. */
export const feedBetween = statement(
  'events.between',
  `select s.seq, s.workspace_id, s.name, e.id, e.at, e.actor, e.data
   from (
     select seq, workspace_id, n, day, name from event_seq
     where workspace_id = $1 and seq > $2 and seq <= $3 order by seq limit $4
   ) s ${bodyIf('($5::text[] is null or s.name = any ($5::text[]))')}
   order by s.seq`,
  inOrder,
);

/** What was numbered after a place, of all workspaces; bodies of a few names only. */
export const numberedAfter = statement(
  'events.numbered_after',
  `select s.seq, s.workspace_id, s.name, e.id, e.at, e.actor, e.data
   from (
     select seq, workspace_id, n, day, name from event_seq where seq > $1 order by seq limit $2
   ) s ${bodyIf('s.name = any ($3::text[])')}
   order by s.seq`,
  inOrder,
);

export const numberBounds = statement(
  'events.bounds',
  'select coalesce((select min(seq) from event_seq), 0) as first, coalesce((select max(seq) from event_seq), 0) as last',
);

/** Backwards from a number: when each event was written, as its id tells. */
export const idsBefore = statement(
  'events.ids_before',
  `select s.seq, e.id
   from (
     select seq, workspace_id, n, day from event_seq where workspace_id = $1 and seq <= $2 order by seq desc limit $3
   ) s ${body}
   order by s.seq desc`,
);

/** Days that no queue row, no consumer and no open dead letter still needs. */
export const spentDays = statement(
  'events.spent_days',
  `select to_date(right(child.relname, 8), 'YYYYMMDD') as day
   from pg_catalog.pg_inherits
   join pg_catalog.pg_class child on child.oid = inhrelid
   where inhparent = 'public.events'::regclass
     and to_date(right(child.relname, 8), 'YYYYMMDD') < $1::date
     and not exists (select 1 from event_queue q where q.day <= to_date(right(child.relname, 8), 'YYYYMMDD'))
     and coalesce((select max(s.seq) from event_seq s where s.day <= to_date(right(child.relname, 8), 'YYYYMMDD')), 0)
         <= coalesce((select min(seq) from event_consumers), 9223372036854775807)
     and not exists (
       select 1 from event_dead_letters d join event_seq s on s.workspace_id = d.workspace_id and s.seq = d.seq
       where d.resolved_at is null and s.day = to_date(right(child.relname, 8), 'YYYYMMDD')
     )
   order by 1`,
);

export const dropPartition = statement(
  'events.drop_partition',
  'select drop_day_partition($1, $2::date) as dropped',
);

/** The newest number stays: the next one is counted from it. */
export const forgetNumbers = statement(
  'events.forget',
  'delete from event_seq where day <= $1::date and seq < (select max(seq) from event_seq)',
);
