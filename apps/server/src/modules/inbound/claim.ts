import type { Database } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import type { LaneLocks } from './lanes.ts';
import type { RawEvent } from './queries.ts';
import { selectMissed, selectShards, selectWaiting } from './queries-claim.ts';
import type { Shelf, Shelves } from './shelves.ts';
import { takeShortcut } from './shortcut.ts';

/** From being inserted to being committed takes a flush at most a minute: PostgreSQL ends it then. */
const stragglerMs = 90_000;
const sweepEveryMs = 1_000;
const fullSweepEveryMs = 300_000;
/** How often it asks for lanes that another process holds, and whether others want some of its own. */
const askEveryMs = 500;
const countEveryMs = 2_000;
/** Nothing more is read while so much is in memory. */
const maxRows = 20_000;
const maxBytes = 48 * 1024 * 1024;
/** A shelf with less than this is read on; those so near to each other in the table together. */
const refillBelow = 150;
/** What the door hands over while something is being read: as much as a look. */
const maxOffered = 400;
const nearby = 2_000;

export interface Claims extends Loop {
  /** Forgets what it knows and looks at everything: somebody else may have worked the lanes. */
  restart(): void;
  /** A turn ended: there may be room again. */
  turned(): void;
  /** Something has committed that may lie below what was seen: sweeps at once. */
  lookBack(): void;
}

/**
 * Reads raw events onto the shelves: above the highest number seen, for all lanes of this process in one look. Shelves
 * that hold enough are left out and read on by themselves, so that nobody waits behind them. Rows that commit late lie
 * below what was seen and are found by a sweep over the last minute and a half, about every second and when a large body
 * was stored, and over everything at start and every five minutes.
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
  /** Something committed late, and how soon after the last sweep it may be looked for. */
  let isLate = false;
  let rested = 0;
  /** Somebody said that there is more, or a look ended before everything: a turn that ended says neither. */
  let more = true;
  let lookedAt = 0;
  /** Handed over by the door while there is something to read that came before it. */
  let offered: RawEvent[] = [];
  /** The highest number that was handed over with nothing missing below it: nobody else's is left to be found there. */
  let handed = 0;
  let reading = false;

  function restart(): void {
    const now = performance.now();
    shelves.drop();
    offered = [];
    handed = 0;
    high = 0;
    marks = [];
    floor = 0;
    more = true;
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

  const isOurs = ({ shard }: RawEvent) => {
    const lane = laneOf(shard ?? -1);
    return held.includes(lane) && !leaving.has(lane);
  };

  function take(rows: readonly RawEvent[]): readonly RawEvent[] {
    if (isFull() || offered.length >= maxOffered) return rows;
    if (more || reading) offered.push(...rows);
    else if (!shelve(rows)) return rows;
    return rows.filter((row) => !isOurs(row));
  }

  /**
   * False where a number is missing before one of them: another door may have committed it, and what the same person
   * wrote first goes first. The table tells.
   */
  function shelve(rows: readonly RawEvent[]): boolean {
    const seen = Math.max(high, handed);
    if (rows.some((row, i) => row.n !== seen + 1 + i)) return false;
    const ours = rows.filter(isOurs);
    handed = seen + rows.length;
    if (ours.length === 0) return true;
    shelves.put(ours);
    options.found();
    if (shelves.behind().length > 0) loop.wake();
    return true;
  }

  const placesOf = (some: readonly Shelf[]) =>
    some.map((shelf) => ({ shelf, shard: shelf.key, above: shelf.behind ?? 0 }));

  /** Reads on for the shelf that is furthest behind, and for those near it in the same look. */
  async function refill(): Promise<boolean> {
    const short = shelves.behind().filter((shelf) => shelf.rows.length < refillBelow);
    if (short.length === 0) return false;
    const from = Math.min(...short.map((shelf) => shelf.behind ?? 0));
    const asked = placesOf(short.filter((shelf) => (shelf.behind ?? 0) <= from + nearby).slice(0, 16));
    shelves.readOn(asked, await selectShards(db, asked));
    return true;
  }

  async function sweep(now: number): Promise<boolean> {
    const full = now >= nextFullSweep;
    if (!full && now < (isLate ? rested : nextSweep)) return false;
    isLate = false;
    const began = performance.now();
    const late = await selectMissed(
      db,
      { above: full ? 0 : floor, upTo: high, lanes: held, of: lanes, places: placesOf(shelves.behind()) },
      (row) => shelves.has(row),
    );
    const took = performance.now() - began;
    shelves.put(late);
    // Never more than a twentieth of the time, however much lies dead in the index.
    rested = now + took * 20;
    nextSweep = Math.max(now + sweepEveryMs, rested);
    if (full && late.length === 0) nextFullSweep = now + fullSweepEveryMs;
    return late.length > 0;
  }

  async function look(now: number): Promise<boolean> {
    if (!more && now - lookedAt < sweepEveryMs) return false;
    more = false;
    lookedAt = now;
    const before = handed;
    const { rows, last, all } = await selectWaiting(db, {
      above: high,
      lanes: held,
      of: lanes,
      without: shelves.behind().map((shelf) => shelf.key),
    });
    shelves.put(rows);
    high = Math.max(high, last, all ? before : 0);
    const newest = marks.at(-1);
    if (!newest || now - newest.at >= sweepEveryMs) marks.push({ at: now, high });
    while (marks[0] && now - marks[0].at > stragglerMs) {
      floor = Math.max(floor, marks[0].high);
      marks.shift();
    }
    if (rows.length > 0) options.found();
    more ||= !all;
    return !all;
  }

  const loop = startLoop({
    name: 'inbound claims',
    log: options.log,
    idleMs: sweepEveryMs,
    gatherMs: 4,
    async step() {
      await hold();
      if (held.length === 0) return false;
      reading = true;
      shelves.reading();
      try {
        return await read(performance.now());
      } catch (error) {
        // What was handed over meanwhile waits in the table.
        offered = [];
        more = true;
        throw error;
      } finally {
        reading = false;
        if (!more) {
          const waited = offered.filter(({ n }) => n > high);
          offered = [];
          if (!shelve(waited)) {
            more = true;
            loop.wake();
          }
        }
      }
    },
  });

  async function read(now: number): Promise<boolean> {
    if (await refill()) options.found();
    if (isFull()) return false;
    if (high > 0 && (await sweep(now))) options.found();
    return look(now);
  }

  const end = takeShortcut(db, take);
  return {
    ...loop,
    stop() {
      end();
      return loop.stop();
    },
    wake() {
      more = true;
      loop.wake();
    },
    lookBack() {
      isLate = true;
      more = true;
      loop.wake();
    },
    restart,
    turned() {
      if (isFull() || shelves.behind().length > 0 || leaving.size > 0) loop.wake();
    },
  };
}
