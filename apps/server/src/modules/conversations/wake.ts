import type { Database } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import { tell } from './activity.ts';
import { opened } from './open.ts';
import { wakeDue } from './queries-work.ts';

/** As many as one transaction opens; with more due than that it is called again at once. */
const batchSize = 500;

/** Opens conversations whose time has come, as many as one batch takes; true: there may be more. */
export async function wakeSnoozed(db: Database): Promise<boolean> {
  return db.withSystem('open what was snoozed until now', async (tx) => {
    const rows = await wakeDue(tx, batchSize);
    await tell(
      tx,
      rows.map((row) => ({
        ...row,
        name: 'conversation.opened',
        data: { ...opened(row, true), reason: 'snooze_over' },
      })),
    );
    return rows.length === batchSize;
  });
}

/** Looks every 5 s: a snooze is said in minutes, and looking reads one index entry. */
export function startWaking(options: { db: Database; log: Logger }): Loop {
  return startLoop({
    name: 'snooze',
    log: options.log,
    idleMs: 5_000,
    step: () => wakeSnoozed(options.db),
  });
}
