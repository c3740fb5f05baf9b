import type pg from 'pg';
import type { Database, Statement } from '../db/index.ts';
import type { Logger } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { numberNew, numberStragglers } from './queries.ts';

const batch = 1_000;
const gapsKept = 10_000;

export interface Sequencer extends Loop {
  /** Whether this process is the one that numbers. */
  holds(): boolean;
}

/**
 * Numbers committed events. One process at a time: whoever holds the advisory lock on a session of its own. Two at
 * once (a lock lost unnoticed) would only make one of them fail on the unique index of event_seq and look again.
 */
export function startSequencer(options: {
  db: Database;
  log: Logger;
  /** Events of these names have a number now. */
  numbered(names: readonly string[]): void;
}): Sequencer {
  const { db, log } = options;
  let lock: pg.Client | null = null;
  let highest = 0;
  // Two writers commit in the other order than they drew their numbers all the time; without this the slower one's
  // events would wait for the pass over everything. Older gaps are left to that pass.
  const gaps = new Map<number, number>();
  let looked = 0;
  let pause = 900;

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
    gaps.clear();
    return true;
  }

  async function number(steps: { statement: Statement; values: unknown[] }): Promise<number> {
    const [result] = await db.runSystem('number committed events', [steps]);
    const row = result?.rows[0] as { numbers: string[]; names: string[] } | undefined;
    const numbers = (row?.numbers ?? []).map(Number);
    if (numbers.length === 0) return 0;
    const started = performance.now();
    for (const n of numbers) {
      // What lies between is rolled back or not committed yet: the latter wakes us when it is.
      if (highest > 0 && n - highest < gapsKept) {
        for (let gap = highest + 1; gap < n; gap++) gaps.set(gap, started);
      }
      gaps.delete(n);
      highest = Math.max(highest, n);
    }
    options.numbered(row?.names ?? []);
    return numbers.length;
  }

  function missing(): number[] {
    const old = performance.now() - 5_000;
    for (const [n, since] of gaps) {
      if (since > old && gaps.size <= gapsKept) break;
      gaps.delete(n);
    }
    return [...gaps.keys()];
  }

  const loop = startLoop({
    name: 'sequencer',
    log,
    idleMs: 1_000,
    gatherMs: 8,
    async step() {
      if (!(await hold())) return false;
      const found = await number({ statement: numberNew, values: [highest, batch, missing()] });
      // Real time on purpose: this paces work, no business waits for it.
      if (performance.now() - looked >= pause) {
        const started = performance.now();
        while ((await number({ statement: numberStragglers, values: [highest, batch] })) === batch);
        looked = performance.now();
        // Under a snapshot held for minutes this pass walks over everything deleted since; it may take a tenth of
        // one core, no more.
        pause = Math.max(900, 10 * (looked - started));
      }
      return found >= batch;
    },
  });

  return {
    wake: loop.wake,
    holds: () => lock !== null,
    async stop() {
      await loop.stop();
      const client = lock;
      lock = null;
      await client?.end().catch(() => {});
    },
  };
}
