import type { onRequestAsyncHookHandler } from 'fastify';
import { type Database, statement } from '../db/index.ts';
import { errors, tolerate } from '../errors.ts';
import type { Logger } from '../log.ts';

/** How much may pass. */
export interface Rule {
  /** In front of every key, and what a refused caller is told. */
  name: string;
  max: number;
  windowSeconds: number;
}

export interface Verdict {
  pass: boolean;
  max: number;
  /** As far as this process knows: others may hold leases. */
  remaining: number;
  /** When the bucket is full again. */
  resetSeconds: number;
}

export interface Buckets {
  take(rule: Rule, key: string): Promise<Verdict>;
}

interface Lease {
  tokens: number;
  /** What the shared row had left when it was last asked. */
  left: number;
  /** The end of the window: unspent tokens are lost then, and an empty bucket is full. */
  until: number;
  /**
   * Nothing is left before `until` of this many: a flood is turned away without asking the database again, unless the
   * rule was changed.
   */
  emptyOf: number | null;
  /** The database did not answer: everything passes until then. */
  openUntil: number;
  asking: Promise<void> | null;
}

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
         case when r.started_at + $5::int * interval '1 second' <= $2::timestamptz then 0 else r.used end as used,
         case when r.started_at + $5::int * interval '1 second' <= $2::timestamptz then $2::timestamptz
           else r.started_at end as started_at
       from rate_buckets r where r.key = $1 for update
     ) w
   ) f
   where b.key = f.key
   returning f.taken, $3::int - b.used as left, b.started_at`,
);
const forget = statement('limits.forget', 'delete from rate_buckets where started_at < $1');

// Addresses are many under a flood: what is not in use is dropped beyond this.
const remembered = 10_000;

/** Buckets shared by all processes on this database. */
export function createBuckets({ db, log }: { db: Database; log: Logger }): Buckets {
  const leases = new Map<string, Lease>();

  async function ask(rule: Rule, bucket: string, mine: Lease): Promise<void> {
    const now = db.clock.now();
    // A tenth at once: ten round trips per window and key, however many requests.
    const chunk = Math.max(1, Math.floor(rule.max / 10));
    const results = await patiently(
      db.runSystem(`limit ${rule.name}`, [
        { statement: fill, values: [bucket, now] },
        { statement: lease, values: [bucket, now, rule.max, chunk, rule.windowSeconds] },
      ]),
    );
    const row = results?.[1]?.rows[0] as { taken: number; left: number; started_at: Date } | undefined;
    if (!row) {
      mine.openUntil = now.getTime() + 1_000;
      return;
    }
    mine.tokens = row.taken;
    mine.left = Math.max(0, row.left);
    mine.until = row.started_at.getTime() + rule.windowSeconds * 1_000;
    mine.emptyOf = row.taken === 0 ? rule.max : null;
  }

  async function patiently<T>(work: Promise<T>): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), 1_000);
    });
    try {
      return await Promise.race([tolerate('without the database everything passes', work, log), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async take(rule, key) {
      const bucket = `${rule.name}:${key}`;
      let mine = leases.get(bucket);
      if (!mine) {
        if (leases.size >= remembered) prune(leases, db.clock.now().getTime());
        mine = { tokens: 0, left: 0, until: 0, emptyOf: null, openUntil: 0, asking: null };
        leases.set(bucket, mine);
      }
      const held = mine;
      const say = (pass: boolean, now: number): Verdict => ({
        pass,
        max: rule.max,
        // A rule that was lowered meanwhile counts at the next look.
        remaining: Math.min(rule.max, held.tokens + held.left),
        resetSeconds: Math.max(1, Math.ceil((held.until - now) / 1_000)),
      });
      for (;;) {
        const now = db.clock.now().getTime();
        if (held.tokens > 0 && held.until > now) {
          held.tokens -= 1;
          return say(true, now);
        }
        if (held.openUntil > now) {
          return { pass: true, max: rule.max, remaining: rule.max, resetSeconds: rule.windowSeconds };
        }
        if (held.emptyOf === rule.max && held.until > now) return say(false, now);
        held.asking ??= ask(rule, bucket, held).finally(() => {
          held.asking = null;
        });
        await held.asking;
      }
    },
  };
}

function prune(leases: Map<string, Lease>, now: number): void {
  for (const [key, one] of leases) {
    if (one.asking === null && one.until <= now) leases.delete(key);
  }
  // All in use: the oldest go, at the price of their leases.
  for (const key of leases.keys()) {
    if (leases.size < remembered) return;
    leases.delete(key);
  }
}

/** The flood level of a door, per address; does nothing when it is not set. 429 with `Retry-After`. */
export function floodGate(buckets: Buckets, rule: Rule | null): onRequestAsyncHookHandler {
  return async (request) => {
    if (!rule) return;
    const verdict = await buckets.take(rule, request.ip);
    if (!verdict.pass) throw errors.rateLimited(verdict.resetSeconds, { limit: rule.name, key: 'ip' });
  };
}

/** Removes the rows of keys that were quiet for a day, the longest window: a missing row is a full bucket. */
export function forgetQuietKeys(db: Database): Promise<number> {
  return db.withSystem('forget quiet keys of limits', (tx) =>
    tx.execute(forget, [new Date(tx.now().getTime() - 86_400_000)]),
  );
}
