import type { InboundItem } from '@chaski/providers';
import type { Body } from './apply.ts';
import type { RawEvent } from './queries.ts';

/** A body with its items: parsed once. */
export interface ParsedBody extends Body {
  items: readonly InboundItem[];
}

interface Entry {
  row: RawEvent;
  numbers: ReadonlySet<string>;
  /** Null: too much is in memory already; it is read again for each of its turns. */
  body: ParsedBody | null;
  done: number;
  turns: number;
}

/** Bodies of a lane that take several turns, and those that must not overtake them. */
export interface Backlog {
  readonly size: number;
  has(n: number): boolean;
  /** Does one of these numbers have something waiting here. */
  concerns(numbers: ReadonlySet<string>): boolean;
  /** False when no more is taken; the body is claimed again later. */
  add(row: RawEvent, body: ParsedBody, numbers: ReadonlySet<string>): boolean;
  /** Gives one body one turn. False when nothing waits. */
  step(): Promise<boolean>;
  clear(): void;
}

/**
 * Of a large body. 500 long messages kept process and disk busy for so long that the answers to others took 112 to 201 ms
 * (p99, a body of 3 MB a second), 125 leave them 44 to 83; all in all it takes no longer.
 */
const itemsPerTurn = 125;
const maxEntries = 2_000;
// A parsed message takes about 1.5 KB: 75 MB, per lane.
const maxItems = 50_000;

/** The numbers that a body speaks of. What names none shares one key. */
export const numbersOf = (items: readonly InboundItem[]): Set<string> =>
  new Set(items.map((item) => item.phoneNumberId ?? ''));

/**
 * Large bodies take turns of one transaction each, among each other and with everything else of the lane, so one
 * number's 38,000 messages hold nobody else up. What concerns the same number stays in the order it came.
 */
export function createBacklog(deps: {
  load(row: RawEvent): Promise<ParsedBody>;
  apply(batch: readonly Body[]): Promise<void>;
}): Backlog {
  let entries: Entry[] = [];
  let items = 0;

  function next(): Entry | null {
    const before = new Set<string>();
    let best: Entry | null = null;
    for (const entry of entries) {
      let free = true;
      for (const number of entry.numbers) {
        if (before.has(number)) free = false;
        else before.add(number);
      }
      if (free && (best === null || entry.turns < best.turns)) best = entry;
    }
    return best;
  }

  return {
    get size() {
      return entries.length;
    },
    has: (n) => entries.some((entry) => entry.row.n === n),
    concerns: (numbers) =>
      entries.some((entry) => {
        for (const number of numbers) if (entry.numbers.has(number)) return true;
        return false;
      }),
    add(row, body, numbers) {
      if (entries.length >= maxEntries) return false;
      const kept = items + body.items.length <= maxItems;
      if (kept) items += body.items.length;
      entries.push({
        row: { ...row, body: null },
        numbers,
        body: kept ? body : null,
        done: 0,
        turns: 0,
      });
      return true;
    },
    async step() {
      const entry = next();
      if (!entry) return false;
      // Counted first: one that fails lets the others go on.
      entry.turns += 1;
      const body = entry.body ?? (await deps.load(entry.row));
      const end = entry.done + itemsPerTurn;
      const unfinished = end < body.items.length;
      await deps.apply([{ ...body, items: body.items.slice(entry.done, end), unfinished }]);
      entry.done = end;
      if (!unfinished) {
        entries = entries.filter((other) => other !== entry);
        if (entry.body) items -= entry.body.items.length;
      }
      return true;
    },
    clear() {
      entries = [];
      items = 0;
    },
  };
}
