/**
 * limits — how much may pass in a while, over all processes together.
 *
 * Words: a *bucket* holds at most `max` tokens and fills evenly, `max` per window; a *lease* is a handful of its tokens
 * that one process has taken and may spend without asking again.
 *
 * Tables: rate_buckets.
 *
 * Always true: tokens are taken from the shared row before they are spent, so that all processes together never pass
 * more than the bucket gave; a lease that is not spent within the window is lost, not saved; without the database
 * everything passes, since what follows needs it anyway and answers for itself.
 */
import type { onRequestAsyncHookHandler } from 'fastify';
import { type Database, statement } from '../db/index.ts';
import { errors, tolerate } from '../errors.ts';
import type { Logger } from '../log.ts';

export interface LimitOptions {
  db: Database;
  /** In front of every key: what is limited. */
  name: string;
  max: number;
  windowSeconds: number;
  log: Logger;
}

export type Verdict = { pass: true } | { pass: false; retryAfterSeconds: number };

export interface Limit {
  take(key: string): Promise<Verdict>;
}

interface Lease {
  tokens: number;
  /** Unspent tokens are lost then. */
  until: number;
  /** Nothing is left in the bucket before then: a flood is turned away without asking the database again. */
  emptyUntil: number;
  /** The database did not answer: everything passes until then. */
  openUntil: number;
  asking: Promise<void> | null;
}

const fill = statement(
  'limits.fill',
  `insert into rate_buckets (key, tokens, updated_at) values ($1, $2, $3) on conflict (key) do nothing`,
);
const lease = statement(
  'limits.lease',
  `update rate_buckets b
   set tokens = f.available - least($4::double precision, floor(f.available)),
       updated_at = greatest(b.updated_at, $2::timestamptz)
   from (
     select key, least($3::double precision,
                       tokens + greatest(0, extract(epoch from $2::timestamptz - updated_at)) * $5::double precision) as available
     from rate_buckets where key = $1 for update
   ) f
   where b.key = f.key
   returning least($4::double precision, floor(f.available)) as taken, f.available as available`,
);
const forget = statement('limits.forget', 'delete from rate_buckets where key like $1 and updated_at < $2');

// Addresses are many under a flood: what is not in use is dropped beyond this.
const remembered = 10_000;

/** A limit per key, shared by all processes on this database. */
export function createLimit(options: LimitOptions): Limit {
  const { db, name, max, windowSeconds, log } = options;
  const rate = max / windowSeconds;
  // A tenth at once: ten round trips per window and key, however many requests.
  const chunk = Math.max(1, Math.floor(max / 10));
  const leases = new Map<string, Lease>();

  async function ask(key: string, mine: Lease): Promise<void> {
    const now = db.clock.now();
    const bucket = `${name}:${key}`;
    const results = await patiently(
      db.runSystem(`limit ${name}`, [
        { statement: fill, values: [bucket, max, now] },
        { statement: lease, values: [bucket, now, max, chunk, rate] },
      ]),
    );
    const row = results?.[1]?.rows[0] as { taken: number; available: number } | undefined;
    if (!row) {
      mine.openUntil = now.getTime() + 1_000;
    } else if (row.taken > 0) {
      mine.tokens = row.taken;
      mine.until = now.getTime() + windowSeconds * 1_000;
    } else {
      mine.tokens = 0;
      mine.emptyUntil = now.getTime() + Math.ceil(((1 - row.available) / rate) * 1_000);
    }
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
    async take(key) {
      let mine = leases.get(key);
      if (!mine) {
        if (leases.size >= remembered) prune(leases, db.clock.now().getTime());
        mine = { tokens: 0, until: 0, emptyUntil: 0, openUntil: 0, asking: null };
        leases.set(key, mine);
      }
      const held = mine;
      for (;;) {
        const now = db.clock.now().getTime();
        if (held.tokens > 0 && held.until >= now) {
          held.tokens -= 1;
          return { pass: true };
        }
        if (held.openUntil > now) return { pass: true };
        if (held.emptyUntil > now) {
          return { pass: false, retryAfterSeconds: Math.max(1, Math.ceil((held.emptyUntil - now) / 1_000)) };
        }
        held.asking ??= ask(key, held).finally(() => {
          held.asking = null;
        });
        await held.asking;
      }
    },
  };
}

function prune(leases: Map<string, Lease>, now: number): void {
  for (const [key, one] of leases) {
    if (one.asking === null && one.until <= now && one.emptyUntil <= now) leases.delete(key);
  }
  // All in use: the oldest go, at the price of their leases.
  for (const key of leases.keys()) {
    if (leases.size < remembered) return;
    leases.delete(key);
  }
}

/** The flood level of a door, per address; does nothing when it is not set. 429 with `Retry-After`. */
export function floodGate(limit: Limit | null): onRequestAsyncHookHandler {
  return async (request) => {
    if (!limit) return;
    const verdict = await limit.take(request.ip);
    if (!verdict.pass) throw errors.rateLimited(verdict.retryAfterSeconds);
  };
}

/** Removes the rows of keys that were quiet for a window: a missing row is a full bucket. */
export function forgetQuietKeys(db: Database, name: string, windowSeconds: number): Promise<number> {
  return db.withSystem(`forget quiet keys of ${name}`, (tx) =>
    tx.execute(forget, [`${name}:%`, new Date(tx.now().getTime() - windowSeconds * 1_000)]),
  );
}
