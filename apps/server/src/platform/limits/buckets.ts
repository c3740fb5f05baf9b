import type { onRequestAsyncHookHandler } from 'fastify';
import type { Database } from '../db/index.ts';
import { errors, tolerate } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Redis } from '../redis/index.ts';
import { pgCounts } from './counts-pg.ts';
import { redisCounts } from './counts-redis.ts';
import { networkOf } from './network.ts';

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
  /** Tokens that were taken here and not used; those of a window that is over are lost. */
  giveBack(rule: Rule, key: string, n: number): void;
}

/** The shared count of a bucket. */
export interface Counts {
  /** Takes up to `chunk` tokens of what the window has left; opens one where none is. */
  lease(rule: Rule, bucket: string, chunk: number, now: Date): Promise<Leased>;
}

export interface Leased {
  taken: number;
  left: number;
  /** The end of the window. */
  until: number;
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

/** So long nothing is counted when nobody could be asked. */
const openMs = 1_000;

// Addresses are many under a flood: what is not in use is dropped beyond this.
const remembered = 10_000;

/** Buckets shared by all processes: in Redis where there is one, else, or while it is away, on this database. */
export function createBuckets(options: { db: Database; log: Logger; redis?: Redis | null }): Buckets {
  const { db, log, redis = null } = options;
  const leases = new Map<string, Lease>();
  const onDatabase = pgCounts(db);
  const onRedis = redis && redisCounts(redis);

  async function ask(rule: Rule, bucket: string, mine: Lease): Promise<void> {
    const now = db.clock.now();
    // A tenth at once: ten round trips per window and key, however many requests.
    const chunk = Math.max(1, Math.floor(rule.max / 10));
    const leased =
      (redis?.isConnected() && onRedis
        ? await patiently('without Redis PostgreSQL counts', onRedis.lease(rule, bucket, chunk, now))
        : null) ??
      (await patiently('without the database everything passes', onDatabase.lease(rule, bucket, chunk, now)));
    if (!leased) {
      mine.openUntil = now.getTime() + openMs;
      return;
    }
    mine.tokens = leased.taken;
    mine.left = leased.left;
    mine.until = leased.until;
    mine.emptyOf = leased.taken === 0 ? rule.max : null;
  }

  async function patiently<T>(why: string, work: Promise<T>): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), 1_000);
    });
    try {
      return await Promise.race([tolerate(why, work, log), late]);
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
        // A window that ends farther ahead than two are long was opened before the clock was set back.
        if (held.until > now + rule.windowSeconds * 2_000) held.until = 0;
        if (held.openUntil > now + openMs) held.openUntil = 0;
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
    giveBack(rule, key, n) {
      const mine = leases.get(`${rule.name}:${key}`);
      if (n > 0 && mine && mine.until > db.clock.now().getTime()) mine.tokens += n;
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
    const verdict = await buckets.take(rule, networkOf(request.ip));
    if (!verdict.pass) throw errors.rateLimited(verdict.resetSeconds, { limit: rule.name, key: 'ip' });
  };
}
