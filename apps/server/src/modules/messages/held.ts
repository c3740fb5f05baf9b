import type { Database } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { firstIdAt } from './can-send.ts';
import type { Lease, Leases } from './lease.ts';
import { attemptRef, type OrphanRecord, orphanResults } from './orphans.ts';
import { Bucket, Pairs, pair } from './pace.ts';
import {
  claimsOfFence,
  leftClaims,
  orphanedClaims,
  recentAttempts,
  type SendNumberRecord,
} from './queries-lease.ts';
import { notCalled, writeResults } from './results.ts';
import type { Route } from './rules-route.ts';

/** A number whose lease this process holds, with what only the holder knows: its buckets and its calls in flight. */
export interface HeldNumber {
  lease: Lease;
  info: SendNumberRecord;
  bucket: Bucket;
  pairs: Pairs;
  inFlight: Set<string>;
  /**
   * Messages that one route refused and that go over the other one at their next claim. Forgotten with the lease: then
   * the first one is asked again, which costs a try.
   */
  routes: Map<string, Route>;
  /** A claim's answer was lost: rows may be claimed that nobody calls. */
  recover: boolean;
  /** The last claim took all it might: claim again in handfuls, not one by one. */
  backlogged: boolean;
  lastWorkAt: number;
  /** More than our share: nothing new is claimed, and it goes when its calls have ended. */
  leaving: boolean;
}

export interface HeldNumbers {
  readonly all: ReadonlyMap<string, HeldNumber>;
  /** Renews leases that are soon over; what went to somebody else is forgotten. */
  renew(): Promise<void>;
  /** A new token ends a pause; nobody tells this process but the row. */
  refreshPaused(due: readonly { number_id: string }[]): Promise<void>;
  acquire(wanted: readonly { workspace_id: string; number_id: string }[]): Promise<void>;
  /** Claims of a process that ended, on numbers that may have nothing else to send. */
  takeLeftClaims(): Promise<void>;
  /** Our own claims whose answer got lost: they were never called. */
  recover(number: HeldNumber): Promise<void>;
  /** Releases what had nothing to do for long, and what others are to have; true = somebody may take it up now. */
  releaseIdle(): Promise<boolean>;
  releaseAll(): Promise<void>;
}

const releaseIdleMs = 30_000;
/** What was given to others is not taken back for so long, so that they can take it. */
const notOursMs = 2_000;
const tryAgainMs = 250;

export function holdNumbers(options: {
  db: Database;
  log: Logger;
  leases: Leases;
  leaseMs: number;
}): HeldNumbers {
  const { db, log, leases, leaseMs } = options;
  const held = new Map<string, HeldNumber>();
  const triedAt = new Map<string, number>();
  let renewedAt = Number.NEGATIVE_INFINITY;
  const clockMs = () => db.clock.now().getTime();

  async function renew(): Promise<void> {
    // By both clocks: business time decides who holds a lease, and it may be driven by a test.
    const soon = [...held.values()].some((n) => n.lease.expiresAt - clockMs() < leaseMs * 0.75);
    if (held.size === 0 || (!soon && performance.now() - renewedAt < leaseMs / 4)) return;
    renewedAt = performance.now();
    for (const id of await leases.renew([...held.values()].map((n) => n.lease))) held.delete(id);
    await refresh([...held.values()]);
    await share();
  }

  /**
   * A process that started first holds everything: it gives up what is more than its share, the least busy first. Only
   * at renewal, and nothing is refused at acquiring, so that a partner that hangs leaves no number unattended.
   */
  async function share(): Promise<void> {
    const surplus = held.size - (await leases.share());
    const byWork = [...held.values()].sort((a, b) => a.inFlight.size - b.inFlight.size);
    byWork.forEach((number, i) => {
      number.leaving = i < surplus;
    });
  }

  async function refresh(numbers: readonly HeldNumber[]): Promise<void> {
    const infos = await leases.info(numbers.map((n) => n.lease));
    for (const info of infos) {
      const number = held.get(info.number_id);
      if (!number) continue;
      if (info.mps !== number.info.mps) number.bucket = bucketFor(info.mps, clockMs());
      number.info = info;
    }
  }

  async function refreshPaused(due: readonly { number_id: string }[]): Promise<void> {
    const paused = due.flatMap(({ number_id }) => {
      const number = held.get(number_id);
      return number?.info.paused_reason != null ? [number] : [];
    });
    if (paused.length > 0) await refresh(paused);
  }

  async function acquire(wanted: readonly { workspace_id: string; number_id: string }[]): Promise<void> {
    const at = performance.now();
    const free = wanted.filter(({ number_id }) => at - (triedAt.get(number_id) ?? -tryAgainMs) >= tryAgainMs);
    if (free.length === 0) return;
    for (const { number_id } of free) triedAt.set(number_id, at);
    if (triedAt.size > 10_000) triedAt.clear();
    // After a quiet time the first one is fresh: renewing it at once would put three questions before its second message.
    if (held.size === 0) renewedAt = at;
    const taken = await leases.acquire(
      free.map((head) => ({ workspaceId: head.workspace_id, numberId: head.number_id })),
    );
    for (const lease of taken) await takeOver(lease);
  }

  async function takeLeftClaims(): Promise<void> {
    const [left] = await db.runSystem('claims nobody finishes', [
      { statement: leftClaims, values: [db.clock.now().toISOString()] },
    ]);
    const rows = (left?.rows ?? []) as unknown as { workspace_id: string; number_id: string }[];
    await acquire(rows.filter((row) => !held.has(row.number_id)));
  }

  /** What the former holder left: claims without outcome are unknown; what it spent is spent. */
  async function takeOver(lease: Lease): Promise<void> {
    await settleOrphans(orphanedClaims, lease, null);
    const [info] = await leases.info([lease]);
    if (!info) return;
    const now = clockMs();
    const [recent] = await db.runSystem('what a number sent lately', [
      {
        statement: recentAttempts,
        values: [lease.workspaceId, lease.numberId, firstIdAt(now - pair.memoryMs)],
      },
    ]);
    const attempts = (recent?.rows ?? []) as unknown as { conversation_id: string; started_at: Date }[];
    const pairs = new Pairs();
    pairs.seed(attempts.map((a) => ({ conversationId: a.conversation_id, at: a.started_at.getTime() })));
    const bucket = bucketFor(info.mps, now);
    bucket.take(
      Math.min(burstOf(info.mps), attempts.filter((a) => now - a.started_at.getTime() < 1_000).length),
      now,
    );
    held.set(lease.numberId, {
      lease,
      info,
      bucket,
      pairs,
      inFlight: new Set(),
      routes: new Map(),
      recover: false,
      backlogged: false,
      lastWorkAt: performance.now(),
      leaving: false,
    });
  }

  /** `flying`: attempts that this process is calling right now; null = none can be. */
  async function settleOrphans(
    query: typeof orphanedClaims,
    lease: Lease,
    flying: ReadonlySet<string> | null,
  ): Promise<void> {
    await db.withSystem('claims without outcome', async (tx) => {
      const rows = await tx.query<OrphanRecord & Record<string, unknown>>(query, [
        lease.numberId,
        lease.workspaceId,
        lease.fence,
      ]);
      const orphans = rows.filter((row) => !flying?.has(row.attempt_id));
      if (orphans.length === 0) return;
      log.warn({ numberId: lease.numberId, count: orphans.length }, 'deliver: claims without outcome');
      await writeResults(
        tx,
        // Our own claims whose answer got lost were never called: this process would know.
        flying
          ? orphans.map((row) => notCalled(attemptRef(row), 'the claim’s answer was lost', null))
          : await orphanResults(tx, orphans),
      );
    });
  }

  async function releaseIdle(): Promise<boolean> {
    const at = performance.now();
    const done = [...held.values()].filter(
      (n) => n.inFlight.size === 0 && !n.recover && (n.leaving || at - n.lastWorkAt > releaseIdleMs),
    );
    if (done.length === 0) return false;
    for (const { leaving, lease } of done) {
      held.delete(lease.numberId);
      if (leaving) triedAt.set(lease.numberId, at + notOursMs - tryAgainMs);
    }
    await leases.release(done.map((n) => n.lease));
    return done.some((n) => n.leaving);
  }

  return {
    all: held,
    renew,
    refreshPaused,
    acquire,
    takeLeftClaims,
    async recover(number) {
      await settleOrphans(claimsOfFence, number.lease, number.inFlight);
      number.recover = false;
    },
    releaseIdle,
    async releaseAll() {
      await leases.release([...held.values()].map((n) => n.lease));
      held.clear();
    },
  };
}

/** A quarter of a second's messages at once: a full second's would be twice the allowed rate after a pause. */
export function burstOf(mps: number): number {
  return Math.max(1, Math.ceil(mps / 4));
}

function bucketFor(mps: number, now: number): Bucket {
  return new Bucket(burstOf(mps), mps, now);
}
