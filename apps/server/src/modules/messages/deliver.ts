import type { Provider } from '@chaski/providers';
import type { Database } from '../../platform/db/index.ts';
import { newId } from '../../platform/ids.ts';
import type { Logger } from '../../platform/log.ts';
import { breathe, startLoop } from '../../platform/loop.ts';
import type { Signals } from '../../platform/signals.ts';
import type { Budgets } from './budget.ts';
import { type Templates, templatesOf } from './can-send.ts';
import { resendUnconfirmed } from './dead.ts';
import { candidateOf, handOvers, refOf } from './hand-over.ts';
import { burstOf, type HeldNumber, holdNumbers } from './held.ts';
import { createLeases } from './lease.ts';
import { queueHeads } from './queries-lease.ts';
import { type ClaimRecord, claimDue } from './queries-send.ts';
import { writeInGroups } from './result-writer.ts';
import { notCalled, type Result } from './results.ts';
import { announceSends } from './send.ts';
import type { Uploads } from './upload.ts';

/**
 * Handing over: lease → claim and attempt (committed) → call, outside any transaction → result, group-committed.
 *
 *   due ──claim──▶ claimed ──accepted──▶ (row gone)         message accepted
 *    ▲               │ ├──refused, later / after──▶ due     five tries, then dead
 *    │               │ ├──refused, fix / never──▶ (gone)    message failed
 *    │               │ └──unknown, or the process died──▶ unconfirmed
 *    └──by hand, or by the workspace's policy──── unconfirmed, dead
 *
 * Dying is possible anywhere: before the claim's commit nothing happened; after it the message becomes unconfirmed as
 * soon as somebody takes the lease; a status that carries the attempt's id clears that up.
 */
export interface DeliveryOptions {
  db: Database;
  signals: Signals;
  log: Logger;
  /** By name, as numbers.provider says. */
  provider(name: string): Provider | undefined;
  uploads?: Uploads;
  /** What app and portfolio may send over all processes; null = as much as their numbers may. */
  budgets?: Budgets | null;
  /** 15 s: after a crash without its session noticed (a machine gone), the number stands still for so long. */
  leaseMs?: number;
  /** Must be shorter than what a renewed lease has left at worst (leaseMs × 3/4). */
  callTimeoutMs?: number;
  /** Calls in flight for one number: 1,000 messages a second at 200 ms need 200. */
  maxInFlight?: number;
  /** Claimed in one statement. */
  maxClaim?: number;
  random?: () => number;
}

export interface Delivery {
  wake(): void;
  /** Waits for calls in flight, writes their results, gives the leases back. */
  stop(): Promise<void>;
  /** Ends as a crash does: results of calls in flight are lost, the leases stay. For tests. */
  abandon(): Promise<void>;
  /** Read receipts and typing pass the number's bucket too. */
  passBucket(numberId: string, signal?: AbortSignal): Promise<void>;
}

const idleMs = 1_000;
/** Numbers whose claims run at once: each takes a connection. */
const pumpsAtOnce = 4;
/** A number's share of a round while others are there: 200 claimed at once are 100 ms in which nobody else is looked at. */
const quantum = 50;
/** Who sent so lately is still there: what it says next must not find 200 calls in front of it. */
const presentMs = 10_000;

export function startDelivery(options: DeliveryOptions): Delivery {
  const { db, log, signals } = options;
  const leaseMs = options.leaseMs ?? 15_000;
  const callTimeoutMs = options.callTimeoutMs ?? 10_000;
  const maxInFlight = options.maxInFlight ?? 256;
  const maxClaim = options.maxClaim ?? 200;
  const budgets = options.budgets ?? null;
  const leases = createLeases(db, leaseMs, log);
  const held = holdNumbers({ db, log, leases, leaseMs });
  const calls = new Set<Promise<void>>();
  const aborted = new AbortController();
  let abandoned = false;
  let stopping = false;
  let resentAt = Number.NEGATIVE_INFINITY;
  let tidiedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  let timerAt = Number.POSITIVE_INFINITY;

  const clockMs = () => db.clock.now().getTime();
  const handing = handOvers({
    db,
    log,
    provider: options.provider,
    uploads: options.uploads,
    budgets,
    callTimeoutMs,
    random: options.random ?? Math.random,
    halted: () => stopping || abandoned,
    signal: aborted.signal,
  });

  // ── looking ──────────────────────────────────────────────────────────────────────────────────────────────

  async function step(): Promise<boolean> {
    await held.renew();
    if (performance.now() - resentAt > 5_000) {
      resentAt = performance.now();
      await resendUnconfirmed(db);
    }
    if (performance.now() - tidiedAt > idleMs) {
      tidiedAt = performance.now();
      await held.takeLeftClaims();
    }
    const [found] = await db.runSystem('numbers with waiting messages', [{ statement: queueHeads }]);
    const now = clockMs();
    const heads = (found?.rows ?? []) as unknown as {
      workspace_id: string;
      number_id: string;
      due_at: Date;
    }[];
    for (const head of heads) if (head.due_at.getTime() > now) wakeAt(head.due_at.getTime());
    const due = heads.filter((head) => head.due_at.getTime() <= now);
    await held.acquire(due.filter((head) => !held.all.has(head.number_id)));
    await held.refreshPaused(due);
    // What a lost claim took is no longer due: its number is visited all the same.
    const numbers = [
      ...new Set([
        ...due.flatMap((head) => held.all.get(head.number_id) ?? []),
        ...[...held.all.values()].filter((number) => number.recover),
      ]),
    ];
    let more = false;
    const since = performance.now() - presentMs;
    const present = new Set([...numbers, ...[...held.all.values()].filter((one) => one.lastWorkAt > since)]);
    const share = present.size > 1 ? Math.min(quantum, maxClaim) : maxClaim;
    for (let i = 0; i < numbers.length; i += pumpsAtOnce) {
      const pumped = await Promise.all(
        numbers.slice(i, i + pumpsAtOnce).map((number) => pump(number, share)),
      );
      more ||= pumped.includes(true);
    }
    if (await held.releaseIdle()) signals.announce('sends');
    return more;
  }

  // ── claiming ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Claims what may go now and starts the calls; true = there may be more at once. */
  async function pump(number: HeldNumber, share: number): Promise<boolean> {
    const { lease, info, bucket, pairs } = number;
    if (stopping) return false;
    if (number.recover) await held.recover(number);
    if (info.paused_reason !== null || number.leaving) return false;
    const now = clockMs();
    if (lease.expiresAt - now <= callTimeoutMs) return false;
    const tokens = bucket.available(now);
    // Under full load one token at a time would mean one statement per message; 50 ms gather a handful.
    const wanted = number.backlogged ? Math.ceil(info.mps / 20) : 1;
    if (tokens < Math.min(wanted, burstOf(info.mps))) {
      wakeAt(bucket.nextAt(now, wanted));
      return false;
    }
    const free = Math.min(share, maxInFlight - number.inFlight.size, tokens);
    if (free <= 0) return false;
    const budget = await budgets?.take(info, free, now);
    const room = budget?.granted ?? free;
    if (budget && room < free) wakeAt(budget.nextAt);
    if (room === 0) return false;
    const blocked = pairs.blocked(now);
    if (blocked.nextAt !== null) wakeAt(blocked.nextAt);
    bucket.take(room, now);
    let rows: ClaimRecord[];
    try {
      const ids = Array.from({ length: room }, () => newId(now)).sort();
      const [result] = await db.runSystem('claim messages', [
        {
          statement: claimDue,
          values: [
            lease.workspaceId,
            lease.numberId,
            leases.holder,
            lease.fence,
            new Date(now).toISOString(),
            ids,
            blocked.ids,
          ],
        },
      ]);
      rows = (result?.rows ?? []) as unknown as ClaimRecord[];
    } catch (error) {
      number.recover = true;
      bucket.giveBack(room);
      budgets?.giveBack(info, room);
      throw error;
    }
    bucket.giveBack(room - rows.length);
    budgets?.giveBack(info, room - rows.length);
    number.backlogged = rows.length > 0 && rows.length === tokens;
    if (rows.length === 0) return false;
    number.lastWorkAt = performance.now();
    for (const row of rows) {
      pairs.take(row.conversation_id, now);
      number.inFlight.add(row.attempt_id);
    }
    if (!abandoned) handOver(number, rows);
    return rows.length === room;
  }

  function handOver(number: HeldNumber, rows: readonly ClaimRecord[]): void {
    const needTemplates = rows.filter((row) => row.content.type === 'template');
    const start = (templates: Templates) => {
      for (const row of rows) track(number, row, handing.one(number, row, templates));
    };
    if (needTemplates.length === 0) {
      start(new Map());
      return;
    }
    const loading = db
      .withSystem('templates at hand-over', (tx) => templatesOf(tx, needTemplates.map(candidateOf)))
      .then(start, (error: unknown) => {
        log.warn({ err: error }, 'deliver: templates could not be read; the messages wait');
        for (const row of rows) finish(number, notCalled(refOf(row), 'the database was away', null));
      });
    keep(loading);
  }

  function track(number: HeldNumber, row: ClaimRecord, work: Promise<Result>): void {
    keep(
      work.then(
        (result) => finish(number, result),
        (error: unknown) => {
          log.error({ err: error, attemptId: row.attempt_id }, 'deliver: hand-over failed');
          finish(number, handing.failed(row, error));
        },
      ),
    );
  }

  function keep(work: Promise<void>): void {
    calls.add(work);
    void work.finally(() => calls.delete(work));
  }

  function finish(number: HeldNumber, result: Result): void {
    if (abandoned) return;
    slowDown(number, result);
    results.push(result, () => number.inFlight.delete(result.attemptId));
  }

  function slowDown(number: HeldNumber, { slow, dueAt, conversationId }: Result): void {
    if (slow === 'account') {
      // Until the row says otherwise; a token that is no longer current has simply been replaced.
      number.info = { ...number.info, paused_reason: number.info.paused_reason ?? 'token refused' };
      return;
    }
    if (!(dueAt instanceof Date)) return;
    const until = dueAt.getTime();
    if (slow === 'pair') number.pairs.close(conversationId, until, clockMs());
    if (slow === 'number') number.bucket.closeUntil(until);
    if (slow === 'app')
      for (const other of held.all.values())
        if (other.info.app_id === number.info.app_id) other.bucket.closeUntil(until);
  }

  // ── waking ───────────────────────────────────────────────────────────────────────────────────────────────

  const results = writeInGroups({ db, log, committed: () => loop.wake() });
  const loop = startLoop({ name: 'deliver', log, step, idleMs, gatherMs: 8 });
  const off = signals.on('sends', () => loop.wake());
  // What this process queues itself (the API, automatic replies); without it a send waits for the next look, a second.
  const offQueued = announceSends(signals);
  loop.wake();

  /** Wakes the loop at a business time, as far as the machine's clock tells. */
  function wakeAt(time: number): void {
    if (time >= timerAt || stopping) return;
    if (timer) clearTimeout(timer);
    timerAt = time;
    timer = setTimeout(
      () => {
        timer = null;
        timerAt = Number.POSITIVE_INFINITY;
        loop.wake();
      },
      Math.min(Math.max(time - clockMs(), 1), idleMs),
    );
  }

  async function end(): Promise<void> {
    stopping = true;
    off();
    offQueued();
    if (timer) clearTimeout(timer);
    await loop.stop();
  }

  return {
    wake: () => loop.wake(),
    async stop() {
      if (abandoned) return;
      await end();
      // Each may begin the next: templates that were being read start calls, calls leave results to write.
      while (calls.size > 0 || results.writing() !== null) {
        await Promise.all(calls);
        await results.writing();
        await breathe();
      }
      await held.releaseAll();
      await leases.close();
    },
    async abandon() {
      abandoned = true;
      results.abandon();
      aborted.abort();
      await end();
      await leases.close();
    },
    async passBucket(numberId, signal) {
      while (!signal?.aborted) {
        const number = held.all.get(numberId);
        const now = clockMs();
        if (!number || number.bucket.available(now) >= 1) {
          number?.bucket.take(1, now);
          return;
        }
        const wait = Math.min(Math.max(number.bucket.nextAt(now) - now, 5), 1_000);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    },
  };
}
