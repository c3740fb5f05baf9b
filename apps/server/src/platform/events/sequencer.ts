import type pg from 'pg';
import type { Database } from '../db/index.ts';
import type { Logger } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import type { Signals } from '../signals.ts';
import { numberNew, numberStragglers } from './queries.ts';

const batch = 1_000;

/**
 * Numbers committed events. One process at a time: whoever holds the advisory lock on a session of its own. Two at
 * once (a lock lost unnoticed) would only make one of them fail on the unique index of event_seq and look again.
 */
export function startSequencer(options: { db: Database; signals: Signals; log: Logger }): Loop {
  const { db, signals, log } = options;
  let lock: pg.Client | null = null;
  let highest = 0;
  let looked = 0;
  let pause = 1_000;

  async function hold(): Promise<boolean> {
    if (lock) return true;
    const client = await db.session('sequencer');
    const gone = () => {
      if (lock === client) lock = null;
    };
    client.on('error', gone);
    client.on('end', gone);
    try {
      const { rows } = await client.query<{ held: boolean }>(
        "select pg_try_advisory_lock(hashtext('chaski-sequencer'), 0) as held",
      );
      if (!rows[0]?.held) {
        await client.end();
        return false;
      }
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    lock = client;
    // Whatever another holder left behind lies anywhere.
    highest = 0;
    return true;
  }

  async function number(which: typeof numberNew): Promise<number> {
    const [row] = await db.withSystem('number committed events', (tx) =>
      tx.query<{ count: number; highest: number }>(which, [highest, batch]),
    );
    if (!row || row.count === 0) return 0;
    highest = Math.max(highest, row.highest);
    signals.announce('events');
    return row.count;
  }

  const loop = startLoop({
    name: 'sequencer',
    log,
    idleMs: 1_000,
    async step() {
      if (!(await hold())) return false;
      const found = await number(numberNew);
      // Real time on purpose: this paces work, no business waits for it.
      if (performance.now() - looked >= pause) {
        const started = performance.now();
        while ((await number(numberStragglers)) === batch);
        looked = performance.now();
        // Under a snapshot held for minutes this pass walks over everything deleted since; it may take a tenth of
        // one core, no more.
        pause = Math.max(1_000, 10 * (looked - started));
      }
      return found === batch;
    },
  });

  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      const client = lock;
      lock = null;
      await client?.end().catch(() => {});
    },
  };
}
