import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { type Database, noPartition } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import type { Signals } from '../../platform/signals.ts';
import { type Arrival, dayOf, makeDays, type RawEvent, storeArrivals } from './queries.ts';
import { shardOf } from './shard.ts';
import { offer } from './shortcut.ts';

/** Stored: committed. Everything else is a 503: nothing was acknowledged, though a commit may still follow. */
export type Acceptance = 'stored' | 'full' | 'late' | 'failed';

export interface Acceptor {
  accept(arrival: {
    source: string;
    appId: string;
    body: Buffer;
    signature: string | null;
  }): Promise<Acceptance>;
  /** Null when bodies are being taken; otherwise why not. */
  problem(): string | null;
  readonly stats: { flushes: number; stored: number; refused: number };
  /** Waits for what is on its way. */
  close(): Promise<void>;
}

export interface AcceptorOptions {
  db: Database;
  signals: Pick<Signals, 'announce'>;
  log: Logger;
  clock?: Clock;
  /** Batches on their way at once. Two gained nothing on 2 cores; a slow disk may want 2. */
  flights?: number;
  /** Bodies above it fly one by one beside the others, whose answers would wait for 3 MB to reach the disk. */
  largeBytes?: number;
  maxRows?: number;
  maxFlushBytes?: number;
  /** All bodies in memory, waiting or on their way. Beyond it the answer is 503. */
  maxBytes?: number;
  /** WhatsApp gives up after some seconds: an answer that comes later helps nobody. */
  maxWaitMs?: number;
}

interface Waiter {
  row: Arrival;
  since: number;
  settle: (acceptance: Acceptance) => void;
}

/** Bodies that are stored one batch after the other. */
interface Line {
  readonly most: number;
  waiting: Waiter[];
  flights: number;
  /** On their way, and nobody waits for them any more. */
  abandoned: number;
  /** Why its last one was not stored; null: it was. */
  failure: string | null;
}

/**
 * Self-clocking group commit: while a batch is on its way, arriving bodies gather for the next. No timer, so an idle
 * system answers after one commit and a busy one shares commits (measured: 3.4 times one insert per request).
 *
 * Answers 'stored' only after the commit. A failed batch is tried again row by row, once, so that one bad row fails
 * alone; after a lost connection as a whole, once (the pool may have handed out a dead one).
 */
export function createAcceptor(options: AcceptorOptions): Acceptor {
  const { db, signals, log } = options;
  const clock = options.clock ?? db.clock;
  const largeBytes = options.largeBytes ?? 256 * 1024;
  const maxRows = options.maxRows ?? 256;
  const maxFlushBytes = options.maxFlushBytes ?? 8 * 1024 * 1024;
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  const maxWaitMs = options.maxWaitMs ?? 5_000;

  const lineOf = (most: number): Line => ({ most, waiting: [], flights: 0, abandoned: 0, failure: null });
  const usual = lineOf(options.flights ?? 1);
  const large = lineOf(1);
  const lines = [usual, large];
  let bytes = 0;
  let idle: (() => void)[] = [];
  const stats = { flushes: 0, stored: 0, refused: 0 };

  const isIdle = () =>
    lines.every((one) => one.flights === 0 && one.abandoned === 0 && one.waiting.length === 0);

  function next(line: Line): void {
    while (line.flights < line.most && line.waiting.length > 0) {
      // A flight that nobody waits for any more may hang for a minute. It must not hold the others up, nor pile up.
      if (line.abandoned >= 2) {
        expire(line);
        return;
      }
      const { waiting } = line;
      let size = 0;
      let count = 0;
      while (count < waiting.length && count < (line === large ? 1 : maxRows)) {
        size += waiting[count]!.row.body.length;
        if (count > 0 && size > maxFlushBytes) break;
        count += 1;
      }
      const batch = count === waiting.length ? waiting : waiting.slice(0, count);
      line.waiting = count === waiting.length ? [] : waiting.slice(count);
      void fly(line, batch);
    }
  }

  async function fly(line: Line, batch: Waiter[]): Promise<void> {
    line.flights += 1;
    let late = false;
    const oldest = batch[0]!.since;
    const timer = setTimeout(
      () => {
        late = true;
        line.flights -= 1;
        line.abandoned += 1;
        line.failure = 'a flush takes longer than it may';
        stats.refused += batch.length;
        for (const waiter of batch) waiter.settle('late');
        expire(line);
        next(line);
      },
      Math.max(1, maxWaitMs - (performance.now() - oldest)),
    );
    const results = await flush(line, batch);
    clearTimeout(timer);
    for (const waiter of batch) bytes -= waiter.row.body.length;
    if (late) {
      line.abandoned -= 1;
    } else {
      line.flights -= 1;
      for (let i = 0; i < batch.length; i += 1) batch[i]!.settle(results[i]!);
    }
    next(line);
    if (isIdle()) {
      for (const done of idle) done();
      idle = [];
    }
  }

  /** Refuses whoever has waited too long behind a flight. */
  function expire(line: Line): void {
    const now = performance.now();
    const kept: Waiter[] = [];
    for (const waiter of line.waiting) {
      if (line.abandoned < 2 && now - waiter.since < maxWaitMs) {
        kept.push(waiter);
        continue;
      }
      bytes -= waiter.row.body.length;
      stats.refused += 1;
      waiter.settle('late');
    }
    line.waiting = kept;
  }

  async function flush(line: Line, batch: Waiter[]): Promise<Acceptance[]> {
    stats.flushes += 1;
    const rows = batch.map((waiter) => waiter.row);
    const error = await store(line, rows);
    if (error === null) return stored(line, batch);
    log.warn({ err: error, rows: rows.length }, 'storing webhook bodies failed; trying once more');
    if (rows.length === 1 || isAway(error)) {
      const again = await store(line, rows);
      if (again === null) return stored(line, batch);
      return failed(line, batch, again);
    }
    const results: Acceptance[] = [];
    for (const { row } of batch) {
      const single = await store(line, [row]);
      results.push(single === null ? 'stored' : 'failed');
      if (single !== null) {
        log.error({ err: single, hash: row.hash.toString('hex') }, 'a webhook body could not be stored');
        line.failure = 'a body could not be stored';
      }
    }
    const taken = results.filter((result) => result === 'stored').length;
    stats.stored += taken;
    stats.refused += results.length - taken;
    return results;
  }

  async function store(line: Line, rows: readonly Arrival[]): Promise<unknown> {
    try {
      announce(line, await storeArrivals(db, rows));
      return null;
    } catch (error) {
      if (!(error instanceof AppError && error.details.reason === noPartition)) return error;
      // No partition for a day: the clock jumped, or nobody made them ahead. Never a reason to refuse.
      try {
        await makeDays(db, [...new Set(rows.map((row) => dayOf(row.receivedAt)))]);
        announce(line, await storeArrivals(db, rows));
        return null;
      } catch (second) {
        return second;
      }
    }
  }

  /** Small ones with higher numbers were stored beside a large one: whoever has read them must look back for it. */
  function announce(line: Line, fresh: readonly RawEvent[]): void {
    if (line === large) {
      signals.announce('late-raw-events');
      return;
    }
    // The answers leave first: to work a body is to parse it.
    setImmediate(() => {
      if (offer(db, fresh).length > 0) signals.announce('raw-events');
    });
  }

  function stored(line: Line, batch: Waiter[]): Acceptance[] {
    // It speaks for the other line too, unless something of that one hangs: large bodies may not come again for days.
    for (const one of lines) if (one === line || one.abandoned === 0) one.failure = null;
    stats.stored += batch.length;
    return batch.map(() => 'stored');
  }

  function failed(line: Line, batch: Waiter[], error: unknown): Acceptance[] {
    line.failure = isAway(error) ? 'the database is away' : 'bodies could not be stored';
    stats.refused += batch.length;
    log.error({ err: error, rows: batch.length }, 'webhook bodies were refused with 503');
    return batch.map(() => 'failed');
  }

  return {
    stats,
    accept({ source, appId, body, signature }) {
      if (bytes + body.length > maxBytes) {
        stats.refused += 1;
        return Promise.resolve<Acceptance>('full');
      }
      const row: Arrival = {
        hash: hashOf(source, appId, body),
        source,
        appId,
        body,
        signature,
        shard: shardOf(body),
        receivedAt: clock.now(),
      };
      bytes += body.length;
      const line = body.length > largeBytes ? large : usual;
      return new Promise<Acceptance>((settle) => {
        line.waiting.push({ row, since: performance.now(), settle });
        next(line);
      });
    },
    problem: () =>
      bytes >= maxBytes ? 'the buffer of webhook bodies is full' : (usual.failure ?? large.failure),
    close: () => (isIdle() ? Promise.resolve() : new Promise((done) => idle.push(done))),
  };
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'database_unavailable';
}

/** The same bytes for two apps are two events: each app's word counts for itself. */
export function hashOf(source: string, appId: string, body: Buffer): Buffer {
  return createHash('sha256').update(`${source}\n${appId}\n`).update(body).digest();
}
