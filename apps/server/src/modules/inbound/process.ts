import type { InboundItem } from '@chaski/providers';
import type { Database } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import type { Signals } from '../../platform/signals.ts';
import { settlePending } from '../messages/index.ts';
import { applyBodies, type Body, type Tally } from './apply.ts';
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

  async function work(rows: readonly RawEvent[], onDone: (n: number) => void): Promise<void> {
    let batch: Body[] = [];
    let bytes = 0;
    let last = 0;
    const flush = async () => {
      if (batch.length === 0) return;
      const tally: Tally = await applyBodies({ db, parse, log }, batch);
      if (tally.parked > 0) log.warn({ ...tally, bodies: batch.length }, 'items were parked');
      onDone(last);
      batch = [];
      bytes = 0;
    };
    for (const row of rows) {
      const body = row.body ?? (await selectBody(db, row.day, row.hash));
      if (bytes > 0 && bytes + body.length > batchBytes) await flush();
      batch.push({
        hash: row.hash,
        source: row.source,
        appId: row.appId,
        body,
        receivedAt: row.receivedAt,
        day: row.day,
      });
      bytes += body.length;
      last = row.n;
    }
    await flush();
  }

  function lane(index: number): Loop {
    const state: LaneState = { high: 0, marks: [], floor: 0, nextSweep: 0, nextFullSweep: 0 };
    let held = false;
    const where = { index, of: lanes };

    async function sweep(now: number): Promise<boolean> {
      const full = now >= state.nextFullSweep;
      if (!full && now < state.nextSweep) return false;
      const began = performance.now();
      const rows = (await selectWaiting(db, where, full ? 0 : state.floor, batchRows)).filter(
        (row) => row.n <= state.high,
      );
      const took = performance.now() - began;
      if (rows.length === 0) {
        // Never more than a twentieth of the time, however much lies dead in the index.
        state.nextSweep = now + Math.max(sweepEveryMs, took * 20);
        if (full) state.nextFullSweep = now + fullSweepEveryMs;
        return false;
      }
      await work(rows, () => {});
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
          Object.assign(state, {
            high: 0,
            marks: [],
            floor: 0,
            nextSweep: now + sweepEveryMs,
            nextFullSweep: now + fullSweepEveryMs,
          });
        }
        if (state.high > 0 && (await sweep(now))) return true;
        const below = settled;
        const rows = await selectWaiting(db, where, state.high, batchRows);
        follow(now, rows.at(-1)?.n ?? 0);
        if (rows.length === 0) state.high = Math.max(state.high, below);
        await work(rows, (n) => {
          state.high = Math.max(state.high, n);
        });
        const newest = state.marks.at(-1);
        if (!newest || now - newest.at >= sweepEveryMs) state.marks.push({ at: now, high: state.high });
        while (state.marks[0] && now - state.marks[0].at > stragglerMs) {
          state.floor = Math.max(state.floor, state.marks[0].high);
          state.marks.shift();
        }
        return rows.length > 0 && !signal.aborted;
      },
    });
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
