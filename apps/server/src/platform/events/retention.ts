import type { Database } from '../db/index.ts';
import { tolerate } from '../errors.ts';
import type { Logger } from '../log.ts';
import { dropPartition, forgetNumbers, makePartition, spentDays } from './queries.ts';

const dayMs = 86_400_000;

/** Makes today's partition and those of the next days, so that no writer ever has to. */
export async function ensureEventDays(db: Database, ahead = 7): Promise<void> {
  const now = db.clock.now().getTime();
  const days = Array.from({ length: ahead + 1 }, (_, i) =>
    new Date(now + i * dayMs).toISOString().slice(0, 10),
  );
  for (const day of days) {
    // Each alone: two tables' worth of locks in one transaction would meet a writer's in the other order.
    await db.runSystem('make event partitions', [{ statement: makePartition, values: ['events', day] }]);
  }
}

/** Drops days older than `keepDays` that every consumer has passed and no dead letter points into. Returns them. */
export async function dropSpentEventDays(db: Database, keepDays: number, log?: Logger): Promise<string[]> {
  const cutoff = new Date(db.clock.now().getTime() - keepDays * dayMs).toISOString().slice(0, 10);
  const days = await db.withSystem('find spent event partitions', (tx) =>
    tx.query<{ day: string }>(spentDays, [cutoff]),
  );
  const dropped: string[] = [];
  for (const { day } of days) {
    const gone = await tolerate(
      'a partition in use is dropped next time',
      db.withSystem('drop a spent event partition', async (tx) => {
        // Dropping locks the parent: behind a writer held open we would make everybody wait, so we give up early.
        await tx.query("select set_config('lock_timeout', '2s', true)");
        const [row] = await tx.query<{ dropped: boolean }>(dropPartition, ['events', day]);
        if (row?.dropped) await tx.execute(forgetNumbers, [day]);
        return row?.dropped ?? false;
      }),
      log,
    );
    if (gone) dropped.push(day);
  }
  return dropped;
}
