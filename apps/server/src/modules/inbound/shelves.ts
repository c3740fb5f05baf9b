import type { Backlog } from './backlog.ts';
import type { RawEvent } from './queries.ts';

/** What was claimed of one shard (-1: bodies of several numbers) and waits for its turn, in the order it came. */
export interface Shelf {
  readonly key: number;
  rows: RawEvent[];
  /** Large bodies, and what must not overtake them. */
  readonly backlog: Backlog;
  /** Somebody works it: nobody else may. */
  busy: boolean;
  /** More of it waits in the database above this number; it is read for this shelf alone. Null: all is here. */
  behind: number | null;
  /** After a failure: not before this, and not together with others. */
  notBefore: number;
  pauseMs: number;
}

/** Of a shelf, where its own reading began. */
export interface Place {
  shelf: Shelf;
  above: number;
}

export interface Turn {
  rows: { shelf: Shelf; row: RawEvent }[];
  shelves: readonly Shelf[];
}

/**
 * Fair turns in memory. A shelf is worked by one worker at a time; workers go round the shelves and take a quantum
 * from each, so that a number with 10,000 bodies waiting delays another by a quantum, not by 10,000. Memory is only a
 * copy: what is dropped is read again.
 */
export interface Shelves {
  /** Rows in memory, those being worked included. */
  readonly size: number;
  readonly bytes: number;
  has(row: { n: number; shard: number | null }): boolean;
  /** From now on what is done is remembered, until it is said again: what was read meanwhile may still show it as waiting. */
  reading(): void;
  /** In the order of their numbers; what a full shelf does not take is left to its own reading. */
  put(rows: readonly RawEvent[]): void;
  /** Shelves that are to be read by themselves. */
  behind(): Shelf[];
  /**
   * What was read for shelves that lay behind at these places: everything up to `last`, or `all` there is. One that fell
   * further back while it was being read takes none of it: it would jump over what failed.
   */
  readOn(places: readonly Place[], read: { rows: readonly RawEvent[]; last: number; all: boolean }): void;
  /** The next turn of a worker; null when there is none. */
  take(worker: number, now: number): Turn | null;
  /** `left`: rows that were not taken up. */
  done(turn: Turn, left: readonly RawEvent[]): void;
  /** What of it is done shows in the database: forgotten here and read again, after a pause. */
  failed(turn: Turn, now: number, pause: boolean): void;
  /** Somebody else may work them now; true = none of them is being worked. */
  drop(which?: (key: number) => boolean): boolean;
}

export interface ShelvesOptions {
  workers: number;
  /** Rows a turn takes of one shelf while others wait. */
  quantum: number;
  /** Rows a turn takes at most. */
  batchRows: number;
  backlog(): Backlog;
}

/** Rows of one shelf in memory; 50 when the shelves together hold 4,000. */
const shelfRows = 400;
const crowdedShelfRows = 50;
const crowdedAt = 4_000;

const keyOf = (shard: number | null): number => shard ?? -1;
const sizeOf = (row: RawEvent): number => row.body?.length ?? 0;

export function createShelves(options: ShelvesOptions): Shelves {
  const { workers, quantum, batchRows } = options;
  const shelves = new Map<number, Shelf>();
  /** Those with something to do, in the order of their turns. */
  const ready = new Set<Shelf>();
  const known = new Map<number, number>();
  const doneLately = new Set<number>();
  let bytes = 0;

  function shelfFor(key: number): Shelf {
    let shelf = shelves.get(key);
    if (!shelf) {
      shelf = {
        key,
        rows: [],
        backlog: options.backlog(),
        busy: false,
        behind: null,
        notBefore: 0,
        pauseMs: 0,
      };
      shelves.set(key, shelf);
    }
    return shelf;
  }

  function forget(row: RawEvent): void {
    bytes -= known.get(row.n) ?? 0;
    known.delete(row.n);
  }

  function settle(shelf: Shelf): void {
    shelf.busy = false;
    if (shelf.rows.length > 0 || shelf.backlog.size > 0) ready.add(shelf);
    else if (shelf.behind === null && shelf.pauseMs === 0) shelves.delete(shelf.key);
  }

  function isFull(shelf: Shelf): boolean {
    return shelf.rows.length >= (known.size >= crowdedAt ? crowdedShelfRows : shelfRows);
  }

  function put(rows: readonly RawEvent[], refill: boolean): void {
    for (const row of rows) {
      const shelf = shelfFor(keyOf(row.shard));
      const late = shelf.behind !== null && row.n > shelf.behind;
      if (late && !refill) continue;
      if (known.has(row.n) || doneLately.has(row.n) || shelf.backlog.has(row.n)) continue;
      if (!refill && isFull(shelf)) {
        shelf.behind = shelf.rows.at(-1)!.n;
        if (row.n > shelf.behind) continue;
      }
      if (late) shelf.behind = row.n;
      known.set(row.n, sizeOf(row));
      bytes += sizeOf(row);
      // What committed late lies before what came after it.
      let at = shelf.rows.length;
      while (at > 0 && shelf.rows[at - 1]!.n > row.n) at -= 1;
      shelf.rows.splice(at, 0, row);
      if (!shelf.busy) ready.add(shelf);
    }
  }

  return {
    get size() {
      return known.size;
    },
    get bytes() {
      return bytes;
    },
    reading: () => doneLately.clear(),
    has: ({ n, shard }) => known.has(n) || (shelves.get(keyOf(shard))?.backlog.has(n) ?? false),
    put: (rows) => put(rows, false),
    behind: () => [...shelves.values()].filter((shelf) => shelf.behind !== null),
    readOn(places, { rows, last, all }) {
      for (const { shelf, above } of places) {
        if (shelf.behind !== above) continue;
        put(
          rows.filter((row) => keyOf(row.shard) === shelf.key),
          true,
        );
        shelf.behind = all ? null : Math.max(shelf.behind, last);
      }
    },
    take(worker, now) {
      const free = [...ready].filter((shelf) => shelf.notBefore <= now);
      const own = free.filter((shelf) => (shelf.key + workers) % workers === worker);
      // Nothing of its own: it helps, so that a number never waits behind another while somebody idles.
      const from = own.length > 0 ? own : free;
      const [first] = from;
      if (!first) return null;
      const picked = first.pauseMs > 0 ? [first] : from.filter((shelf) => shelf.pauseMs === 0);
      const turn: Turn & { shelves: Shelf[] } = { rows: [], shelves: [] };
      for (const shelf of picked) {
        const room = batchRows - turn.rows.length;
        if (room <= 0) break;
        const taken = shelf.rows.splice(0, Math.min(room, picked.length > 1 ? quantum : room));
        turn.rows.push(...taken.map((row) => ({ shelf, row })));
        turn.shelves.push(shelf);
        shelf.busy = true;
        ready.delete(shelf);
      }
      return turn;
    },
    done(turn, left) {
      const again = new Set(left);
      for (const { shelf, row } of [...turn.rows].reverse()) {
        if (again.has(row)) shelf.rows.unshift(row);
        else {
          forget(row);
          doneLately.add(row.n);
        }
      }
      for (const shelf of turn.shelves) {
        shelf.pauseMs = 0;
        settle(shelf);
      }
    },
    failed(turn, now, pause) {
      for (const shelf of turn.shelves) {
        const rows = [...turn.rows.flatMap((one) => (one.shelf === shelf ? [one.row] : [])), ...shelf.rows];
        for (const row of rows) forget(row);
        const first = rows[0];
        shelf.rows = [];
        if (first) shelf.behind = Math.min(shelf.behind ?? first.n - 1, first.n - 1);
        shelf.pauseMs = pause ? Math.min(Math.max(shelf.pauseMs * 2, 250), 4_000) : shelf.pauseMs;
        shelf.notBefore = now + (pause ? shelf.pauseMs : 0);
        settle(shelf);
      }
    },
    drop(which = () => true) {
      let idle = true;
      for (const shelf of [...shelves.values()]) {
        if (!which(shelf.key)) continue;
        ready.delete(shelf);
        for (const row of shelf.rows) forget(row);
        shelf.rows = [];
        shelf.behind = null;
        shelf.backlog.clear();
        if (shelf.busy) idle = false;
        else shelves.delete(shelf.key);
      }
      return idle;
    },
  };
}
