import { type Database, type SystemTx, statement } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

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
  `insert into raw_events (day, hash, n, source, app_id, body, signature, shard, received_at)
   select (t.received_at at time zone 'UTC')::date, t.hash, t.n, t.source, t.app_id, t.body, t.signature, t.shard,
          t.received_at
   from (
     select nextval('raw_events_n') as n, substring($1::bytea from (a.i * 32 - 31)::int for 32) as hash,
            substring($2::bytea from a.start for a.size) as body, a.source, a.app_id, a.signature, a.shard, a.received_at
     from unnest($3::integer[], $4::integer[], $5::text[], $6::uuid[], $7::text[], $8::smallint[], $9::timestamptz[])
       with ordinality as a (start, size, source, app_id, signature, shard, received_at, i)
   ) t
   order by t.hash
   on conflict (day, hash) do nothing`,
);

const makePartition = statement(
  'inbound.make_partition',
  "select make_day_partition('raw_events', $1::date)",
);

/** One flush: one round trip, committed when it answers. Rows in the order of arrival. */
export async function storeArrivals(db: Database, rows: readonly Arrival[]): Promise<void> {
  const starts: number[] = new Array(rows.length);
  const sizes: number[] = new Array(rows.length);
  let at = 1;
  for (let i = 0; i < rows.length; i += 1) {
    starts[i] = at;
    sizes[i] = rows[i]!.body.length;
    at += sizes[i]!;
  }
  await db.runSystem('store webhook bodies', [
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
        rows.map((row) => row.receivedAt.toISOString()),
      ],
    },
  ]);
}

/** `YYYY-MM-DD` in UTC: the day that a raw event lies under. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

export async function makeDays(db: Database, days: readonly string[]): Promise<void> {
  // One by one: each is a commit of its own, a second process may be making the same.
  for (const day of days) {
    await db.runSystem('make raw event partitions', [{ statement: makePartition, values: [day] }]);
  }
}

const rawColumns = `r.day, r.hash, r.n, r.source, r.app_id as "appId", r.shard, r.received_at as "receivedAt",
  case when octet_length(r.body) <= 65536 then r.body end as body`;

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

export async function selectBody(db: Database, day: string, hash: Buffer): Promise<Buffer> {
  const [result] = await db.runSystem('read a large body', [
    { statement: 'select body from raw_events where day = $1 and hash = $2', values: [day, hash] },
  ]);
  return (result?.rows[0]?.body as Buffer | undefined) ?? Buffer.alloc(0);
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

// ── item keys ──

export interface ItemKey {
  scope: string;
  field: string;
  hash: Buffer;
}

const insertKeys = statement(
  'inbound.insert_keys',
  `insert into item_keys (scope, field, hash, at)
   select t.*, $4::timestamptz from unnest($1::text[], $2::text[], $3::bytea[]) as t
   on conflict (scope, field, hash) do nothing
   returning scope, field, hash`,
);

export const itemKeyOf = (key: ItemKey): string => `${key.scope}|${key.field}|${key.hash.toString('hex')}`;

/** Which of these happen for the first time. */
export async function claimItemKeys(tx: SystemTx, keys: readonly ItemKey[]): Promise<Set<string>> {
  const distinct = [...new Map(keys.map((key) => [itemKeyOf(key), key]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, key]) => key);
  const fresh = await tx.query<ItemKey & Record<string, unknown>>(insertKeys, [
    distinct.map((key) => key.scope),
    distinct.map((key) => key.field),
    distinct.map((key) => key.hash),
    tx.now().toISOString(),
  ]);
  return new Set(fresh.map(itemKeyOf));
}

// ── parked ──

export const parkReasons = [
  'unknown-number',
  'wrong-app',
  'number-not-active',
  'unreadable',
  'failed',
] as const;
export type ParkReason = (typeof parkReasons)[number];

export interface ParkedItem {
  id: string;
  reason: ParkReason;
  detail: string;
  workspaceId: string | null;
  phoneNumberId: string | null;
  hash: Buffer;
  path: string;
}

export interface ParkedBody {
  hash: Buffer;
  source: string;
  appId: string;
  body: Buffer;
  receivedAt: Date;
}

/** Sets items aside with one copy of their body. An item that is parked already only gets the newer reason. */
export async function insertParked(
  tx: SystemTx,
  items: readonly ParkedItem[],
  bodies: readonly ParkedBody[],
): Promise<void> {
  if (items.length === 0) return;
  const sortedBodies = [...bodies].sort((a, b) => Buffer.compare(a.hash, b.hash));
  const keyOf = (item: ParkedItem) => `${item.hash.toString('hex')}|${item.path}`;
  const sorted = [...new Map(items.map((item) => [keyOf(item), item]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
  await tx.batch([
    {
      statement: `insert into parked_bodies (hash, source, app_id, body, received_at)
        select * from unnest($1::bytea[], $2::text[], $3::uuid[], $4::bytea[], $5::timestamptz[])
        on conflict (hash) do nothing`,
      values: [
        sortedBodies.map((body) => body.hash),
        sortedBodies.map((body) => body.source),
        sortedBodies.map((body) => body.appId),
        sortedBodies.map((body) => body.body),
        sortedBodies.map((body) => body.receivedAt.toISOString()),
      ],
    },
    {
      statement: `insert into parked (id, reason, detail, workspace_id, phone_number_id, hash, path, created_at)
        select t.*, $8::timestamptz
        from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bytea[], $7::text[]) as t
        on conflict (hash, path) where resolved_at is null
        do update set reason = excluded.reason, detail = excluded.detail, workspace_id = excluded.workspace_id`,
      values: [
        sorted.map((item) => item.id),
        sorted.map((item) => item.reason),
        sorted.map((item) => item.detail.slice(0, 1000)),
        sorted.map((item) => item.workspaceId),
        sorted.map((item) => item.phoneNumberId),
        sorted.map((item) => item.hash),
        sorted.map((item) => item.path.slice(0, 1000)),
        tx.now().toISOString(),
      ],
    },
  ]);
}

/** What these items were parked for is done. */
export async function resolveParked(
  tx: SystemTx,
  items: readonly { hash: Buffer; path: string }[],
): Promise<void> {
  if (items.length === 0) return;
  await tx.execute(
    `update parked p set resolved_at = $3 from unnest($1::bytea[], $2::text[]) as t (hash, path)
     where p.hash = t.hash and p.path = t.path and p.resolved_at is null`,
    [items.map((item) => item.hash), items.map((item) => item.path), tx.now().toISOString()],
  );
}

export interface ParkedRow {
  id: string;
  reason: ParkReason;
  detail: string;
  workspaceId: string | null;
  phoneNumberId: string | null;
  /** Hex. */
  hash: string;
  path: string;
  createdAt: Date;
  resolvedAt: Date | null;
}

const parkedColumns = `id, reason, detail, workspace_id as "workspaceId", phone_number_id as "phoneNumberId",
  encode(hash, 'hex') as hash, path, created_at as "createdAt", resolved_at as "resolvedAt"`;

export async function selectParked(
  db: Database,
  filter: { phoneNumberId?: string | undefined; reason?: ParkReason | undefined; limit: number },
): Promise<ParkedRow[]> {
  const [result] = await db.runSystem('list parked items', [
    {
      statement: `select ${parkedColumns} from parked
        where resolved_at is null and ($1::text is null or phone_number_id = $1) and ($2::text is null or reason = $2)
        order by created_at, id limit $3`,
      values: [filter.phoneNumberId ?? null, filter.reason ?? null, filter.limit],
    },
  ]);
  return (result?.rows ?? []) as unknown as ParkedRow[];
}

/**
 * Open items of one workspace, newest first. Without those of a foreign app: whoever signs with a secret of their own
 * could fill another workspace's list.
 */
export async function selectParkedOf(
  db: Database,
  workspaceId: string,
  phoneNumberIds: readonly string[] | null,
  page: Slice,
): Promise<ParkedRow[]> {
  const [result] = await db.runSystem('list parked items of a workspace', [
    {
      statement: `select ${parkedColumns} from parked
        where workspace_id = $1 and resolved_at is null and reason <> 'wrong-app'
          and ($2::text[] is null or phone_number_id = any ($2::text[]))
          and ($3::timestamptz is null or (created_at, id) < ($3::timestamptz, $4::uuid))
        order by created_at desc, id desc limit $5 offset $6`,
      values: [
        workspaceId,
        phoneNumberIds,
        page.after?.at ?? null,
        page.after?.id ?? null,
        page.limit,
        page.offset ?? 0,
      ],
    },
  ]);
  return (result?.rows ?? []) as unknown as ParkedRow[];
}

/** Bodies with open parked items, with the paths of those; after `afterHash`, so that replay ends. */
export async function selectParkedBodies(
  db: Database,
  filter: {
    ids?: readonly string[] | undefined;
    phoneNumberId?: string | undefined;
    reasons?: readonly ParkReason[] | undefined;
  },
  afterHash: Buffer,
  limit: number,
): Promise<
  { hash: Buffer; source: string; appId: string; body: Buffer; receivedAt: Date; paths: string[] }[]
> {
  const [result] = await db.runSystem('replay parked items', [
    {
      statement: `select b.hash, b.source, b.app_id as "appId", b.body, b.received_at as "receivedAt",
               array_agg(p.path) as paths
        from parked p join parked_bodies b using (hash)
        where p.resolved_at is null and b.hash > $1 and ($2::uuid[] is null or p.id = any($2))
          and ($3::text is null or p.phone_number_id = $3) and ($5::text[] is null or p.reason = any($5))
        group by b.hash order by b.hash limit $4`,
      values: [afterHash, filter.ids ?? null, filter.phoneNumberId ?? null, limit, filter.reasons ?? null],
    },
  ]);
  return (result?.rows ?? []) as never;
}

// ── retention ──

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

export async function deleteOldKeys(db: Database, before: Date, resolvedBefore: Date): Promise<void> {
  await db.runSystem('drop old item keys', [
    { statement: 'delete from item_keys where at < $1', values: [before.toISOString()] },
    { statement: 'delete from parked where resolved_at < $1', values: [resolvedBefore.toISOString()] },
    {
      statement: 'delete from parked_bodies b where not exists (select from parked p where p.hash = b.hash)',
    },
  ]);
}
