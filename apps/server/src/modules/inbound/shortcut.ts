import type { Database } from '../../platform/db/index.ts';
import type { RawEvent } from './queries.ts';

/**
 * From door to shelf within one process: what was just committed is in memory, and whoever holds its lane here need not
 * read it back. 170 looks a second of 1,400 round trips at 200 webhooks a second, and a millisecond of each webhook's
 * way. It is a shortcut and nothing else: a body that takes none, or gets lost, is found by the next look.
 */

/** Takes what it can work; answers the others. */
type Taker = (rows: readonly RawEvent[]) => readonly RawEvent[];

const takers = new WeakMap<Database, Set<Taker>>();

/** Returns its end. */
export function takeShortcut(db: Database, taker: Taker): () => void {
  const here = takers.get(db) ?? new Set();
  takers.set(db, here.add(taker));
  return () => here.delete(taker);
}

/** Offers committed rows, in the order of their numbers; answers what nobody here takes. */
export function offer(db: Database, rows: readonly RawEvent[]): readonly RawEvent[] {
  let left = rows;
  for (const taker of takers.get(db) ?? []) {
    if (left.length === 0) break;
    left = taker(left);
  }
  return left;
}
