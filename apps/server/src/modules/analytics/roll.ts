import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { type CronEntry, defineJob, type Handler, handle } from '../../platform/queue/index.ts';
import { lockProgress, moveProgress, remake } from './queries.ts';

const roll = defineJob({ name: 'analytics.roll', schema: z.object({}) });

/** Beside the full hour, where other entries stand. */
export const rollCron: CronEntry = { job: roll, match: '7 * * * *' };

const dayMs = 86_400_000;
const quarterMs = 900_000;
/** WhatsApp's words about a message may come for seven days. */
const settledDays = 8;

const down = (time: number, step: number) => Math.floor(time / step) * step;

/** Makes the counts anew, a day a transaction: a killed one begins again where nothing is lost or doubled. */
export function rollHandler(db: Database): Handler {
  return handle(roll, async (_payload, { signal }) => {
    const now = down(db.clock.now().getTime(), quarterMs);
    const made = await db.withSystem('how far the counts are made', lockProgress);
    let from = down(made.getTime(), dayMs);
    // Once a night what may have changed since, each hour what was young the last time.
    from -= from < down(now, dayMs) ? settledDays * dayMs : dayMs;
    while (from < now && !signal.aborted) {
      const start = from;
      const end = Math.min(start + dayMs, now);
      await db.withSystem('count a day', async (tx) => {
        const before = await lockProgress(tx);
        await remake(tx, new Date(start), new Date(end));
        if (end > before.getTime()) await moveProgress(tx, new Date(end));
      });
      from = end;
    }
  });
}
