import type { Database } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import type { LaneLocks } from './lanes.ts';
import { selectWaiting, type Wanted } from './queries.ts';
import type { Shelves } from './shelves.ts';

/** From being inserted to being committed takes a flush at most a minute: PostgreSQL ends it then. */
const stragglerMs = 90_000;
const sweepEveryMs = 1_000;
const fullSweepEveryMs = 300_000;
/** How often it asks for lanes that another process holds, and whether others want some of its own. */
const askEveryMs = 500;
const countEveryMs = 2_000;
/** One look reads so many rows, and no more while so much is in memory. */
const claimRows = 400;
const maxRows = 20_000;
const maxBytes = 48 * 1024 * 1024;
/** A shelf with less than this is read on. */
const refillBelow = 150;

export interface Claims extends Loop {
  /** Forgets what it knows and looks at everything: somebody else may have worked the lanes. */
  restart(): void;
  /** A turn ended: there may be room again. */
  turned(): void;
}

/**
 * Reads raw events onto the shelves: above the highest number seen, for all lanes of this process in one look. Shelves
 * that hold enough are left out and read on by themselves, so that nobody waits behind them. Rows that commit late lie
 * below what was seen and are found by a sweep about every second over the last minute and a half, and over everything
 * at start and every five minutes.
 */
export function startClaims(options: {
  db: Database;
  log: Logger;
  locks: LaneLocks;
  lanes: number;
  shelves: Shelves;
  /** Something was put on a shelf. */
  found(): void;
}): Claims {
  const { db, locks, lanes, shelves } = options;
  let held: number[] = [];
  /** More than our share: read no more, and given up when nothing of them is under way. */
  const leaving = new Set<number>();
  let share = lanes + 1;
  let askedAt = Number.NEGATIVE_INFINITY;
  const isFull = () => shelves.size >= maxRows || shelves.bytes >= maxBytes;
  let high = 0;
  /** Where `high` stood when; everything below `floor` was seen a minute and a half ago. */
  let marks: { at: number; high: number }[] = [];
  let floor = 0;
  let nextSweep = 0;
  let nextFullSweep = 0;

  function restart(): void {
    const now = performance.now();
    shelves.drop();
    high = 0;
    marks = [];
    floor = 0;
    nextSweep = now + sweepEveryMs;
    nextFullSweep = now + fullSweepEveryMs;
  }

  const laneOf = (key: number) => (key < 0 ? -1 : key % lanes);

  async function hold(): Promise<void> {
    const before = held;
    for (const lane of leaving) {
      if (!shelves.drop((key) => laneOf(key) === lane)) continue;
      await locks.release(lane);
      leaving.delete(lane);
    }
    const now: number[] = [];
    for (const lane of before) if (await locks.hold(lane)) now.push(lane);
    // Whoever holds everything looks less often whether it is still alone.
    const ask = performance.now() - askedAt >= (now.length > lanes ? countEveryMs : askEveryMs);
    if (ask) {
      askedAt = performance.now();
      share = await locks.share(lanes + 1);
      for (let lane = -1; lane < lanes && now.length < share; lane += 1) {
        if (!now.includes(lane) && !leaving.has(lane) && (await locks.hold(lane))) now.push(lane);
      }
      for (const lane of now.splice(share)) leaving.add(lane);
    }
    held = now;
    // Somebody else worked it until now: look at everything once.
    if (held.some((lane) => !before.includes(lane))) restart();
  }

  const everywhere = (above: number): Wanted => ({
    above,
    lanes: held,
    of: lanes,
    without: shelves.behind().map((shelf) => shelf.key),
    known: [],
    limit: claimRows,
  });

  async function refill(): Promise<boolean> {
    const short = shelves.behind().filter((shelf) => shelf.rows.length < refillBelow);
    if (short.length === 0) return false;
    const asked = short.slice(0, 16);
    const found = await selectWaiting(
      db,
      asked.map((shelf) => ({ above: shelf.behind ?? 0, shard: shelf.key, limit: claimRows })),
    );
    asked.forEach((shelf, i) => {
      const rows = found[i] ?? [];
      shelves.put(rows, true);
      if (rows.length < claimRows) shelves.caughtUp(shelf);
    });
    return true;
  }

  async function sweep(now: number): Promise<boolean> {
    const full = now >= nextFullSweep;
    if (!full && now < nextSweep) return false;
    const began = performance.now();
    const from = full ? 0 : floor;
    const seen = high;
    const known = shelves.numbers();
    const found = await selectWaiting(db, [
      { ...everywhere(from), known },
      ...shelves.behind().map((shelf) => ({
        above: from,
        upTo: shelf.behind ?? 0,
        shard: shelf.key,
        known,
        limit: claimRows,
      })),
    ]);
    const late = found.flat().filter((row) => row.n <= seen && !shelves.has(row));
    const took = performance.now() - began;
    shelves.put(late);
    // Never more than a twentieth of the time, however much lies dead in the index.
    nextSweep = now + Math.max(sweepEveryMs, took * 20);
    if (full && late.length === 0) nextFullSweep = now + fullSweepEveryMs;
    return late.length > 0;
  }

  async function look(now: number): Promise<boolean> {
    const [rows] = await selectWaiting(db, [everywhere(high)]);
    shelves.put(rows ?? []);
    high = Math.max(high, rows?.at(-1)?.n ?? 0);
    const newest = marks.at(-1);
    if (!newest || now - newest.at >= sweepEveryMs) marks.push({ at: now, high });
    while (marks[0] && now - marks[0].at > stragglerMs) {
      floor = Math.max(floor, marks[0].high);
      marks.shift();
    }
    if (rows && rows.length > 0) options.found();
    return (rows?.length ?? 0) >= claimRows;
  }

  const loop = startLoop({
    name: 'inbound claims',
    log: options.log,
    idleMs: sweepEveryMs,
    gatherMs: 4,
    async step() {
      await hold();
      if (held.length === 0) return false;
      const now = performance.now();
      if (await refill()) options.found();
      if (isFull()) return false;
      if (high > 0 && (await sweep(now))) options.found();
      return look(now);
    },
  });
  return {
    ...loop,
    restart,
    turned() {
      if (isFull() || shelves.behind().length > 0 || leaving.size > 0) loop.wake();
    },
  };
}
