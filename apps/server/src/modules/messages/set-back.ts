import type { Database } from '../../platform/db/index.ts';
import type { Signals } from '../../platform/signals.ts';
import { setQueueBack } from './queries-clock.ts';

/** The clock was set back: what was queued before goes out now and not when the clock is there again. */
export async function setSendsBack({ db, signals }: { db: Database; signals: Signals }): Promise<number> {
  const moved = await db.withSystem('sends ahead of the clock', (tx) =>
    tx.execute(setQueueBack, [tx.now().toISOString()]),
  );
  if (moved > 0) signals.announce('sends');
  return moved;
}
