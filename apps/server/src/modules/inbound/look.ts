import { type Database, statement } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Slice } from '../../platform/http/index.ts';

/** What the operator may look at: bodies by their number, and how far behind the worker is. */

const lag = statement(
  'inbound.lag',
  `select count(*)::bigint as waiting, min(received_at) as oldest,
     (select count(*) from parked where resolved_at is null)::bigint as parked
   from raw_events where processed_at is null`,
);

// By number backwards: `n` has a BRIN index and a partial B-tree of what waits. Today and yesterday first would miss
// an idle week, so the days are all looked at, newest partition first.
const newest = statement(
  'inbound.newest',
  `select n, day::text as day, source, app_id as "appId", length(body) as bytes, encode(hash, 'hex') as hash, received_at as "receivedAt",
     processed_at as "processedAt"
   from raw_events where ($1::date is null or (day, n) < ($1::date, $2::bigint)) and (not $3 or processed_at is null)
   order by day desc, n desc limit $4 offset $5`,
);

const bodyOfOne = statement('inbound.body_of_one', 'select body from raw_events where n = $1');

/** Bodies stored and not processed, how old the oldest is, and items parked. */
export async function inboundLag(
  db: Database,
): Promise<{ waiting: number; oldestSeconds: number | null; parked: number }> {
  const [result] = await db.runSystem('how far behind processing is', [{ statement: lag }]);
  const row = result?.rows[0] as { waiting: number; oldest: Date | null; parked: number } | undefined;
  return {
    waiting: row?.waiting ?? 0,
    parked: row?.parked ?? 0,
    oldestSeconds: row?.oldest
      ? Math.max(0, Math.round((db.clock.now().getTime() - row.oldest.getTime()) / 1000))
      : null,
  };
}

export interface RawEventLine {
  n: number;
  day: string;
  source: string;
  appId: string;
  bytes: number;
  hash: string;
  receivedAt: Date;
  processedAt: Date | null;
}

/** Newest first. */
export async function listRawEvents(
  db: Database,
  waiting: boolean,
  page: Slice<{ day: string; n: number }>,
): Promise<RawEventLine[]> {
  const [result] = await db.runSystem('list raw events', [
    {
      statement: newest,
      values: [page.after?.day ?? null, page.after?.n ?? null, waiting, page.limit, page.offset ?? 0],
    },
  ]);
  return (result?.rows ?? []) as unknown as RawEventLine[];
}

/** The bytes as they were received. */
export async function rawEventBody(db: Database, n: number): Promise<Buffer> {
  const [result] = await db.runSystem('read a raw event', [{ statement: bodyOfOne, values: [n] }]);
  const row = result?.rows[0] as { body: Buffer } | undefined;
  if (!row) throw errors.notFound('raw event', { n });
  return row.body;
}
