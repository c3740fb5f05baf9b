import { type Database, statement } from '../db/index.ts';
import type { Counts } from './buckets.ts';

const fill = statement(
  'limits.fill',
  'insert into rate_buckets (key, used, started_at) values ($1, 0, $2) on conflict (key) do nothing',
);
const lease = statement(
  'limits.lease',
  `update rate_buckets b
   set used = f.used + f.taken, started_at = f.started_at
   from (
     select w.*, least($4::int, greatest(0, $3::int - w.used)) as taken
     from (
       select r.key,
         case when r.ended then 0 else r.used end as used,
         case when r.ended then $2::timestamptz else r.started_at end as started_at
       from (
         -- Also over: a window that begins farther ahead than one is long. The clock was set back since.
         select *, started_at + $5::int * interval '1 second' <= $2::timestamptz
           or started_at > $2::timestamptz + $5::int * interval '1 second' as ended
         from rate_buckets where key = $1 for update
       ) r
     ) w
   ) f
   where b.key = f.key
   returning f.taken, $3::int - b.used as left, b.started_at`,
);
const forget = statement('limits.forget', 'delete from rate_buckets where started_at < $1');

/** Counted in rate_buckets, by the row's lock. */
export function pgCounts(db: Database): Counts {
  return {
    async lease(rule, bucket, chunk, now) {
      const results = await db.runSystem(`limit ${rule.name}`, [
        { statement: fill, values: [bucket, now] },
        { statement: lease, values: [bucket, now, rule.max, chunk, rule.windowSeconds] },
      ]);
      const row = results[1]?.rows[0] as { taken: number; left: number; started_at: Date } | undefined;
      if (!row) throw new Error(`the bucket ${rule.name} is gone`);
      return {
        taken: row.taken,
        left: Math.max(0, row.left),
        until: row.started_at.getTime() + rule.windowSeconds * 1_000,
      };
    },
  };
}

/** Removes the rows of keys that were quiet for a day, the longest window: a missing row is a full bucket. */
export function forgetQuietKeys(db: Database): Promise<number> {
  return db.withSystem('forget quiet keys of limits', (tx) =>
    tx.execute(forget, [new Date(tx.now().getTime() - 86_400_000)]),
  );
}
