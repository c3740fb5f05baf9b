import type { Database } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { type ApplyDeps, applyBodies, type Tally } from './apply.ts';
import { countFrom, selectBody, selectRange } from './queries.ts';
import { type ParkedRow, type ParkReason, selectParked, selectParkedBodies } from './queries-items.ts';

export type ReplayWhat =
  /** Raw events by number, from and to included. */
  | { range: { from: number; to: number } }
  /** Parked items: these, those of one number, or all. */
  | { parked: { ids?: readonly string[]; phoneNumberId?: string; reasons?: readonly ParkReason[] } };

export interface Replayed extends Tally {
  bodies: number;
}

/**
 * Applies bodies again, here and now (not through the worker: it answers when it is done, and what is applied already
 * changes nothing). Parked items that go through now are resolved, the others keep their newest reason.
 */
export async function replay(deps: ApplyDeps, what: ReplayWhat): Promise<Replayed> {
  const done: Replayed = { bodies: 0, items: 0, parked: 0 };
  const add = (bodies: number, tally: Tally) => {
    done.bodies += bodies;
    done.items += tally.items;
    done.parked += tally.parked;
  };
  if ('range' in what) {
    const { to } = what.range;
    for (let from = what.range.from; from <= to; ) {
      const rows = await selectRange(deps.db, from, to, 100);
      if (rows.length === 0) break;
      const bodies = [];
      for (const row of rows) {
        const body = row.body ?? (await selectBody(deps.db, row.day, row.hash));
        bodies.push({ ...row, body, again: true });
      }
      add(bodies.length, await applyBodies(deps, bodies));
      from = rows.at(-1)!.n + 1;
    }
    return done;
  }
  for (let after = Buffer.alloc(0); ; ) {
    const rows = await selectParkedBodies(deps.db, what.parked, after, 20);
    if (rows.length === 0) return done;
    const bodies = rows
      .map((row) => ({ ...row, day: null, again: true, paths: new Set(row.paths) }))
      .sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
    add(bodies.length, await applyBodies(deps, bodies));
    after = Buffer.from(rows.at(-1)!.hash);
  }
}

/** How many bodies are kept from this number on, and the newest one's number. */
export function rawEventsFrom(db: Database, from: number): Promise<{ count: number; newest: number }> {
  return countFrom(db, from);
}

/** What came for a number before it was here or active. For whoever adds or activates one, after the commit. */
export function replayNumber(deps: ApplyDeps, phoneNumberId: string): Promise<Replayed> {
  return replay(deps, { parked: { phoneNumberId, reasons: ['number-not-active', 'unknown-number'] } });
}

/** What waits for somebody to look at it, oldest first; without `page` the first hundred. */
export function listParked(
  db: Database,
  filter: { phoneNumberId?: string | undefined; reason?: ParkReason | undefined } = {},
  page: Slice = { limit: 100, after: null },
): Promise<ParkedRow[]> {
  return selectParked(db, filter, page);
}
