/** What waits to be processed, by lanes, shards and numbers. */
import { type Database, statement } from '../../platform/db/index.ts';
import { type RawEvent, rawColumns } from './queries.ts';

/** Rows that one look reads at most. */
const claimRows = 400;
/** Waiting rows that one look steps over, whoever they are for, while some shards are left out. */
const stepsOver = 2_000;

// n > $1 skips the dead entries of what is processed already: with an old snapshot held they stay in the index, and a
// claim from the beginning would step over a million of them each time. Limits are part of the texts, so that
// these are planned once. No word of days: a range of them made the primary key look better than the numbers.
const waiting = 'from raw_events r where r.processed_at is null and r.n > $1';
const ofLanes = 'case when r.shard is null then -1 else r.shard % $2::smallint end = any($3::smallint[])';
const claim = statement(
  'inbound.claim',
  `select ${rawColumns} ${waiting} and ${ofLanes} order by r.n limit ${claimRows}`,
);

// With how far it looked, also when all of it is left out: the next look begins there. A backlog of one number would be
// stepped over again and again otherwise, a thousand pages a look.
const claimBeside = statement(
  'inbound.claim_beside',
  `select l.last, l.seen, w.* from (
     select max(n) as last, count(*) as seen from (select r.n ${waiting} order by r.n limit ${stepsOver}) n) l
   left join lateral (
     select ${rawColumns} ${waiting} and r.n <= l.last and ${ofLanes} and coalesce(r.shard, -1) <> all($4::smallint[])
     order by r.n limit ${claimRows}) w on true
   order by w.n`,
);

export interface Wanted {
  above: number;
  lanes: readonly number[];
  of: number;
  /** Shards that are read by themselves. */
  without: readonly number[];
}

/** Unprocessed raw events above a number, oldest first. Lane and shard -1 hold bodies of several numbers. */
export async function selectWaiting(
  db: Database,
  wanted: Wanted,
): Promise<{ rows: RawEvent[]; last: number; all: boolean }> {
  const { above, lanes, of, without } = wanted;
  const values = [above, of, lanes];
  const [result] = await db.runSystem('claim raw events', [
    without.length === 0
      ? { statement: claim, values }
      : { statement: claimBeside, values: [...values, without] },
  ]);
  const found = (result?.rows ?? []) as unknown as (RawEvent & { last?: number | null; seen?: number })[];
  const rows = found.filter((row) => row.n !== null);
  const full = rows.length >= claimRows;
  const last = full || without.length === 0 ? rows.at(-1)?.n : found[0]?.last;
  return { rows, last: last ?? above, all: !full && (found[0]?.seen ?? 0) < stepsOver };
}

/** A shard of which everything up to a number is known. */
export interface ShardPlace {
  shard: number;
  above: number;
}

const claimShards = statement(
  'inbound.claim_shards',
  `with looked as materialized (
     select r.n from raw_events r where r.processed_at is null and r.n > $1 order by r.n limit ${stepsOver}
   ), bounds as materialized (
     select max(n) as last, count(*) as seen from looked
   )
   select b.last, b.seen, w.* from bounds b left join lateral (
     select ${rawColumns} from raw_events r
     join unnest($2::smallint[], $3::bigint[]) as p (of_shard, above) on p.of_shard = coalesce(r.shard, -1) and r.n > p.above
     where r.processed_at is null and r.n > $1 and r.n <= b.last) w on true
   order by w.n`,
);

/** What waits of these shards, each behind its own place, among the waiting rows next to the first place. */
export async function selectShards(
  db: Database,
  places: readonly ShardPlace[],
): Promise<{ rows: RawEvent[]; last: number; all: boolean }> {
  const above = Math.min(...places.map((place) => place.above));
  const [result] = await db.runSystem('claim raw events', [
    {
      statement: claimShards,
      values: [above, places.map((place) => place.shard), places.map((place) => place.above)],
    },
  ]);
  const found = (result?.rows ?? []) as unknown as (RawEvent & { last: number | null; seen: number })[];
  const [first] = found;
  return {
    rows: found.filter((row) => row.n !== null),
    last: first?.last ?? above,
    all: (first?.seen ?? 0) < stepsOver,
  };
}

// As one text: a backlog has 20,000 of them, and each as a row costs more than all of this.
const numbersWaiting = statement(
  'inbound.numbers_waiting',
  `select string_agg(concat(r.n, ' ', coalesce(r.shard, -1)), ',') as numbers from raw_events r
   left join unnest($5::smallint[], $6::bigint[]) as p (of_shard, above) on p.of_shard = coalesce(r.shard, -1)
   where r.processed_at is null and r.n > $1 and r.n <= least($2, p.above)
     and case when r.shard is null then -1 else r.shard % $3::smallint end = any($4::smallint[])`,
);
const byNumber = statement(
  'inbound.by_number',
  `select ${rawColumns} from raw_events r where r.processed_at is null and r.n = any($1::bigint[]) order by r.n`,
);

/**
 * What waits between two numbers and is not known: which numbers wait is compared here, for PostgreSQL would go through
 * the list of the known ones for each row. Of some shards only up to their places.
 */
export async function selectMissed(
  db: Database,
  within: {
    above: number;
    upTo: number;
    lanes: readonly number[];
    of: number;
    places: readonly ShardPlace[];
  },
  isKnown: (row: { n: number; shard: number | null }) => boolean,
): Promise<RawEvent[]> {
  const reason = 'look for missed raw events';
  const [listed] = await db.runSystem(reason, [
    {
      statement: numbersWaiting,
      values: [
        within.above,
        within.upTo,
        within.of,
        within.lanes,
        within.places.map((place) => place.shard),
        within.places.map((place) => place.above),
      ],
    },
  ]);
  const numbers = (listed?.rows[0]?.numbers as string | null | undefined)?.split(',') ?? [];
  const missed = numbers
    .map((one) => one.split(' ').map(Number) as [number, number])
    .filter(([n, shard]) => !isKnown({ n, shard: shard < 0 ? null : shard }))
    .map(([n]) => n)
    .sort((a, b) => a - b)
    .slice(0, claimRows);
  if (missed.length === 0) return [];
  const [result] = await db.runSystem(reason, [{ statement: byNumber, values: [missed] }]);
  return (result?.rows ?? []) as unknown as RawEvent[];
}
