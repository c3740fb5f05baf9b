import type { Database } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { jobCounts } from '../../platform/queue/index.ts';
import { sendQueueCounts } from '../messages/index.ts';

/** What one call did. Counted by looking a few times a second: what came and went in between is missing. */
export interface Worked {
  processed: number;
  /** Gave up for good. */
  failed: number;
  /** Still waiting, also for its time to come. */
  pending: number;
}

export interface WorkOff {
  /** Works until nothing is due, 25 s at most. Who calls while another call works gets that one's answer. */
  run(): Promise<Worked>;
  /** The process is closing: a call under way ends. */
  stop(): Promise<void>;
}

export interface WorkOffOptions {
  db: Database;
  log: Logger;
  /** Everything that a worker does; null where this process is one anyway. Answers its end. */
  startWorker: (() => Promise<() => Promise<void>>) | null;
  /** Webhook bodies that wait: of the inbound door, which this one does not import. */
  inboundWaiting: () => Promise<number>;
  limitMs?: number;
}

interface Standing {
  inbound: number;
  sends: number;
  jobs: number;
  completed: number;
  failed: number;
}

// What is queued by a consumer follows what it consumed by some 10 ms: a second of quiet is the end of all of it.
const quietMs = 1_000;
/** Retries wait minutes: where only such are left nothing moves, and the next call comes soon. */
const stillMs = 3_000;
const lookMs = 100;

export function createWorkOff(options: WorkOffOptions): WorkOff {
  const { db, log, startWorker, inboundWaiting, limitMs = 25_000 } = options;
  let running: Promise<Worked> | null = null;
  let closing = false;

  async function look(): Promise<Standing> {
    const [inbound, sends, jobs] = [
      await inboundWaiting(),
      await db.withSystem('count sends while working off', (tx) => sendQueueCounts(tx)),
      Object.values(await jobCounts(db)),
    ];
    const sum = (of: (counts: (typeof jobs)[number]) => number) =>
      jobs.reduce((total, counts) => total + of(counts), 0);
    return {
      inbound,
      sends: sends.due + sends.claimed,
      jobs: sum(({ waiting, active }) => waiting + active),
      completed: sum(({ completed }) => completed),
      failed: sum(({ failed }) => failed) + sends.dead,
    };
  }

  async function work(): Promise<Worked> {
    const first = await look();
    let before = first;
    let processed = 0;
    const count = (now: Standing) => {
      processed +=
        Math.max(0, before.inbound - now.inbound) +
        Math.max(0, before.sends - now.sends) +
        Math.max(0, now.completed - before.completed);
      before = now;
    };
    const end = performance.now() + limitMs;
    const stopWorker = await startWorker?.();
    try {
      let movedAt = performance.now();
      while (!closing && performance.now() < end) {
        const seen = JSON.stringify(before);
        count(await look());
        if (JSON.stringify(before) !== seen) movedAt = performance.now();
        const idle = before.inbound + before.sends + before.jobs === 0;
        if (performance.now() - movedAt > (idle ? quietMs : stillMs)) break;
        await new Promise((resolve) => setTimeout(resolve, lookMs));
      }
    } finally {
      await stopWorker?.();
    }
    // Completed jobs are counted as late as the worker's end.
    count(await look());
    const { inbound, sends, jobs, failed } = before;
    const worked = {
      processed,
      failed: Math.max(0, failed - first.failed),
      pending: inbound + sends + jobs,
    };
    log.info(worked, 'queue worked off');
    return worked;
  }

  return {
    run() {
      running ??= work().finally(() => {
        running = null;
      });
      return running;
    },
    async stop() {
      closing = true;
      await running?.catch(() => {});
    },
  };
}
