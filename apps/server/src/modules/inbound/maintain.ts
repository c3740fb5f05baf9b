import type { Database } from '../../platform/db/index.ts';
import { dayOf, dropDay, makeDays, selectDays } from './queries.ts';
import { deleteOldKeys } from './queries-items.ts';

const dayMs = 24 * 60 * 60 * 1000;

export interface InboundRetention {
  /** Raw events are dropped by the day, when nothing of it waits any more. */
  rawDays?: number;
  /** WhatsApp redelivers for up to 7 days: less than 8 would let an old notice happen twice. */
  keyDays?: number;
  resolvedParkedDays?: number;
}

/** Daily: partitions for the next 7 days, and what is old goes. Answers the days that were dropped. */
export async function maintainInbound(db: Database, retention: InboundRetention = {}): Promise<string[]> {
  const now = db.clock.now().getTime();
  await makeDays(
    db,
    Array.from({ length: 9 }, (_, index) => dayOf(new Date(now + (index - 1) * dayMs))),
  );
  const oldest = dayOf(new Date(now - (retention.rawDays ?? 14) * dayMs));
  const dropped: string[] = [];
  for (const day of await selectDays(db)) {
    if (day < oldest && (await dropDay(db, day))) dropped.push(day);
  }
  await deleteOldKeys(
    db,
    new Date(now - Math.max(8, retention.keyDays ?? 9) * dayMs),
    new Date(now - (retention.resolvedParkedDays ?? 30) * dayMs),
  );
  return dropped;
}
