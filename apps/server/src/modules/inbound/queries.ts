/** Raw events: stored, read, marked, dropped by the day. What waits is in queries-claim.ts, their items in queries-items.ts. */
import { type Database, type SystemTx, statement } from '../../platform/db/index.ts';

/** One body as the door took it. */
export interface Arrival {
  hash: Buffer;
  source: string;
  appId: string;
  body: Buffer;
  signature: string | null;
  shard: number | null;
  receivedAt: Date;
}

/** A raw event as a worker reads it. `body` is null when it is large: it is fetched when its turn comes. */
export interface RawEvent {
  day: string;
  hash: Buffer;
  n: number;
  source: string;
  appId: string;
  body: Buffer | null;
  shard: number | null;
  receivedAt: Date;
}

// Hashes and bodies travel as two binary parameters and are cut apart here: an array of bytea is sent as hex text,
// twice the bytes and an escape pass on both sides. Numbered in the order of arrival, inserted in the order of hashes:
// two flushes of the same hashes in opposite order deadlock.
const insertArrivals = statement(
  'inbound.insert',
  `with stored as (
     insert into raw_events (day, hash, n, source, app_id, body, signature, shard, received_at)
     select (t.received_at at time zone 'UTC')::date, t.hash, t.n, t.source, t.app_id, t.body, t.signature, t.shard,
            t.received_at
     from (
       select nextval('raw_events_n') as n, substring($1::bytea from (a.i * 32 - 31)::int for 32) as hash,
              substring($2::bytea from a.start for a.size) as body, a.source, a.app_id, a.signature, a.shard, a.received_at
       from unnest($3::integer[], $4::integer[], $5::text[], $6::uuid[], $7::text[], $8::smallint[], $9::timestamptz[])
         with ordinality as a (start, size, source, app_id, signature, shard, received_at, i)
     ) t
     order by t.hash
     on conflict (day, hash) do nothing
     returning n, hash)
   select string_agg(n::text, ',') as numbers, string_agg(hash, '') as hashes from stored`,
);

/** A body up to here travels with its row. */
const smallBytes = 65_536;

/**
 * One flush: one round trip, committed when it answers. Rows in the order of arrival; answers those that were new, in
 * that order.
 */
export async function storeArrivals(db: Database, rows: readonly Arrival[]): Promise<RawEvent[]> {
  const starts: number[] = new Array(rows.length);
  const sizes: number[] = new Array(rows.length);
  let at = 1;
  for (let i = 0; i < rows.length; i += 1) {
    starts[i] = at;
    sizes[i] = rows[i]!.body.length;
    at += sizes[i]!;
  }
  const times = rows.map((row) => row.receivedAt.toISOString());
  const [result] = await db.runSystem('store webhook bodies', [
    {
      statement: insertArrivals,
      values: [
        Buffer.concat(rows.map((row) => row.hash)),
        rows.length === 1 ? rows[0]!.body : Buffer.concat(rows.map((row) => row.body)),
        starts,
        sizes,
        rows.map((row) => row.source),
        rows.map((row) => row.appId),
        rows.map((row) => row.signature),
        rows.map((row) => row.shard),
        times,
      ],
    },
  ]);
  const made = result?.rows[0] as { numbers: string | null; hashes: Buffer };
  if (made.numbers === null) return [];
  const places = new Map(rows.map((row, i) => [row.hash.toString('latin1'), i]));
  return made.numbers
    .split(',')
    .map((number, i) => {
      const at = places.get(made.hashes.toString('latin1', i * 32, i * 32 + 32))!;
      const { source, appId, shard, receivedAt, body, hash } = rows[at]!;
      return {
        day: times[at]!.slice(0, 10),
        hash,
        n: Number(number),
        source,
        appId,
        shard,
        receivedAt,
        body: body.length <= smallBytes ? body : null,
      };
    })
    .sort((a, b) => a.n - b.n);
}

/** Of `raw_events r`, as a RawEvent. */
export const rawColumns = `r.day, r.hash, r.n, r.source, r.app_id as "appId", r.shard, r.received_at as "receivedAt",
  case when octet_length(r.body) <= ${smallBytes} then r.body end as body`;

export async function selectBody(db: Database, day: string, hash: Buffer): Promise<Buffer> {
  const [result] = await db.runSystem('read a large body', [
    { statement: 'select body from raw_events where day = $1 and hash = $2', values: [day, hash] },
  ]);
  return (result?.rows[0]?.body as Buffer | undefined) ?? Buffer.alloc(0);
}

/** For replay: by number, from a to b, whether processed or not. */
export async function selectRange(
  db: Database,
  from: number,
  to: number,
  limit: number,
): Promise<RawEvent[]> {
  const [result] = await db.runSystem('replay raw events', [
    {
      statement: `select ${rawColumns} from raw_events r where r.n between $1 and $2 order by r.n limit $3`,
      values: [from, to, limit],
    },
  ]);
  return (result?.rows ?? []) as unknown as RawEvent[];
}

/** For a person who is about to replay: one read of the kept days, by their index of numbers. */
export async function countFrom(db: Database, from: number): Promise<{ count: number; newest: number }> {
  const [result] = await db.runSystem('raw events to replay', [
    {
      statement: 'select count(*) as count, coalesce(max(n), $1) as newest from raw_events where n >= $1',
      values: [from],
    },
  ]);
  const row = result?.rows[0] as { count: string; newest: string };
  return { count: Number(row.count), newest: Number(row.newest) };
}

const mark = statement(
  'inbound.mark',
  `update raw_events r set processed_at = $3
   from unnest($1::date[], $2::bytea[]) as t (day, hash)
   where r.day = t.day and r.hash = t.hash and r.processed_at is null`,
);

/** With the commit. */
export function markProcessed(tx: SystemTx, events: readonly { day: string; hash: Buffer }[]): void {
  if (events.length === 0) return;
  const sorted = [...events].sort((a, b) => Buffer.compare(a.hash, b.hash));
  tx.atCommit(() => [
    {
      statement: mark,
      values: [sorted.map((event) => event.day), sorted.map((event) => event.hash), tx.now().toISOString()],
    },
  ]);
}

// ── days ──

const makePartition = statement(
  'inbound.make_partition',
  "select make_day_partition('raw_events', $1::date)",
);

/** `YYYY-MM-DD` in UTC: the day that a raw event lies under. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

export async function makeDays(db: Database, days: readonly string[]): Promise<void> {
  // One by one: each is a commit of its own, a second process may be making the same.
  for (const day of days) {
    await db.runSystem('make raw event partitions', [{ statement: makePartition, values: [day] }]);
  }
}

export async function dropDay(db: Database, day: string): Promise<boolean> {
  const [result] = await db.runSystem('drop old raw events', [
    { statement: "select drop_day_partition('raw_events', $1::date) as dropped", values: [day] },
  ]);
  return result?.rows[0]?.dropped === true;
}

/** Days that have a partition, oldest first. */
export async function selectDays(db: Database): Promise<string[]> {
  const [result] = await db.runSystem('list raw event partitions', [
    {
      statement: `select to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day
        from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'raw_events'::regclass order by c.relname`,
    },
  ]);
  return (result?.rows ?? []).map((row) => String(row.day));
}
