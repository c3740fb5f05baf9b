import type { InboundItem } from '@chaski/providers';
import type { Database } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import type { Signals } from '../../platform/signals.ts';
import { settlePending } from '../messages/index.ts';
import { applyBodies, type Body, itemsPerTransaction, type Tally } from './apply.ts';
import { type Backlog, createBacklog, numbersOf, type ParsedBody } from './backlog.ts';
import { createLaneLocks } from './lanes.ts';
import { type RawEvent, selectBody, selectWaiting } from './queries.ts';

export interface ProcessorOptions {
  db: Database;
  signals: Pick<Signals, 'on'>;
  log: Logger;
  parse: (raw: Uint8Array) => InboundItem[];
  /** Lanes for bodies of one number; bodies of several have one more. The same in all processes. */
  lanes?: number;
  /** Raw events per batch: 100 to 200 measured best, 500 gained nothing. */
  batchRows?: number;
  batchBytes?: number;
}

export interface Processor {
  wake(): void;
  /** Ends after the batch that is under way. */
  stop(): Promise<void>;
}

/** From being inserted to being committed takes a flush at most a minute: PostgreSQL ends it then. */
const stragglerMs = 90_000;
const sweepEveryMs = 1_000;
/** A flush takes milliseconds: what another lane saw this long ago has hardly anything uncommitted below it. */
const settledMs = 2_000;
const fullSweepEveryMs = 300_000;

interface LaneState {
  /** Everything up to here was seen; a row below that commits later is found by the sweeps. */
  high: number;
  /** Where `high` stood when. */
  marks: { at: number; high: number }[];
  floor: number;
  nextSweep: number;
  nextFullSweep: number;
}

/**
 * Works raw events. A claim looks above the highest number seen; rows that commit late lie below it and are found by a
 * sweep about every second over the last minute and a half, and over everything at start and every five minutes.
 */
export function startProcessor(options: ProcessorOptions): Processor {
  const { db, signals, log, parse } = options;
  const lanes = options.lanes ?? 2;
  const batchRows = options.batchRows ?? 200;
  const batchBytes = options.batchBytes ?? 4 * 1024 * 1024;
  const locks = createLaneLocks(db, lanes, log);
  /** How far all lanes together had seen, when. */
  const trail: { at: number; high: number }[] = [];
  let settled = 0;

  /** A lane without work of its own follows the others, or each of its looks would step over all they have processed. */
  function follow(now: number, high: number): void {
    const newest = trail.at(-1);
    if (!newest || now - newest.at >= settledMs / 4)
      trail.push({ at: now, high: Math.max(high, newest?.high ?? 0) });
    else newest.high = Math.max(newest.high, high);
    while (trail[0] && now - trail[0].at > settledMs * 1.25) settled = Math.max(settled, trail.shift()!.high);
  }

  async function load(row: RawEvent): Promise<ParsedBody> {
    const body = row.body ?? (await selectBody(db, row.day, row.hash));
    const { hash, source, appId, receivedAt, day } = row;
    return { hash, source, appId, body, receivedAt, day, items: parse(body) };
  }

  async function apply(batch: readonly Body[]): Promise<void> {
    const tally: Tally = await applyBodies({ db, parse, log }, batch);
    if (tally.parked > 0) log.warn({ ...tally, bodies: batch.length }, 'items were parked');
  }

  /** Applies small bodies at once; large ones, and what must stay behind them, wait in the lane's backlog. */
  async function work(
    rows: readonly RawEvent[],
    backlog: Backlog,
    onDone: (n: number) => void,
  ): Promise<void> {
    let batch: Body[] = [];
    let bytes = 0;
    let items = 0;
    let last = 0;
    const flush = async () => {
      if (batch.length > 0) await apply(batch);
      if (last > 0) onDone(last);
      batch = [];
      bytes = 0;
      items = 0;
    };
    for (const row of rows) {
      if (backlog.has(row.n)) {
        last = row.n;
        continue;
      }
      const parsed = await load(row);
      const { length } = parsed.items;
      const large = length > itemsPerTransaction;
      const numbers = large || backlog.size > 0 ? numbersOf(parsed.items) : null;
      if (numbers && (large || backlog.concerns(numbers))) {
        // What came before it goes first.
        await flush();
        if (!backlog.add(row, parsed, numbers)) break;
        last = row.n;
        continue;
      }
      const size = parsed.body.length;
      if (bytes > 0 && (bytes + size > batchBytes || items + length > itemsPerTransaction)) await flush();
      batch.push(parsed);
      bytes += size;
      items += length;
      last = row.n;
    }
    await flush();
  }

  function lane(index: number): Loop {
    const state: LaneState = { high: 0, marks: [], floor: 0, nextSweep: 0, nextFullSweep: 0 };
    let held = false;
    const where = { index, of: lanes };
    const backlog = createBacklog({ load, apply });

    async function sweep(now: number): Promise<boolean> {
      const full = now >= state.nextFullSweep;
      if (!full && now < state.nextSweep) return false;
      const began = performance.now();
      const limit = batchRows + backlog.size;
      const rows = (await selectWaiting(db, where, full ? 0 : state.floor, limit)).filter(
        (row) => row.n <= state.high && !backlog.has(row.n),
      );
      const took = performance.now() - began;
      if (rows.length === 0) {
        // Never more than a twentieth of the time, however much lies dead in the index.
        state.nextSweep = now + Math.max(sweepEveryMs, took * 20);
        if (full) state.nextFullSweep = now + fullSweepEveryMs;
        return false;
      }
      await work(rows, backlog, () => {});
      return true;
    }

    return startLoop({
      name: `inbound lane ${index}`,
      log,
      idleMs: sweepEveryMs,
      async step(signal) {
        if (!(await locks.hold(index))) {
          held = false;
          return false;
        }
        const now = performance.now();
        if (!held) {
          // Somebody else worked this lane until now: look at everything once.
          held = true;
          backlog.clear();
          Object.assign(state, {
            high: 0,
            marks: [],
            floor: 0,
            nextSweep: now + sweepEveryMs,
            nextFullSweep: now + fullSweepEveryMs,
          });
        }
        let failure: unknown = null;
        let more = false;
        try {
          more = await claim(now);
        } catch (error) {
          failure = error;
        }
        // New bodies and the backlog take turns, also when one of them fails.
        if (await backlog.step()) more = true;
        if (failure !== null) throw failure;
        return more && !signal.aborted;
      },
    });

    async function claim(now: number): Promise<boolean> {
      if (state.high > 0 && (await sweep(now))) return true;
      const below = settled;
      const rows = await selectWaiting(db, where, state.high, batchRows);
      follow(now, rows.at(-1)?.n ?? 0);
      if (rows.length === 0) state.high = Math.max(state.high, below);
      await work(rows, backlog, (n) => {
        state.high = Math.max(state.high, n);
      });
      const newest = state.marks.at(-1);
      if (!newest || now - newest.at >= sweepEveryMs) state.marks.push({ at: now, high: state.high });
      while (state.marks[0] && now - state.marks[0].at > stragglerMs) {
        state.floor = Math.max(state.floor, state.marks[0].high);
        state.marks.shift();
      }
      return rows.length > 0;
    }
  }

  const loops = Array.from({ length: lanes + 1 }, (_, index) => lane(index - 1));
  const settling = startLoop({
    name: 'waiting statuses',
    log,
    idleMs: sweepEveryMs,
    step: async () => (await settlePending(db)) > 0,
  });
  const wake = () => {
    for (const loop of loops) loop.wake();
  };
  const forget = signals.on('raw-events', wake);

  return {
    wake,
    async stop() {
      forget();
      await Promise.all([...loops, settling].map((loop) => loop.stop()));
      await locks.close();
    },
  };
}
