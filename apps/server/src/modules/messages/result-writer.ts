import type { Database } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { counter } from '../../platform/metrics.ts';
import { type Result, unknown, writeResults } from './results.ts';

const attempts = counter(
  'chaski_send_attempts_total',
  'Attempts to hand a message to WhatsApp, by outcome and what follows: done, due (again), dead, unconfirmed.',
  ['outcome', 'next'],
);

export interface ResultWriter {
  push(result: Result, written: () => void): void;
  /** Null when nothing is being written and nothing waits. */
  writing(): Promise<void> | null;
  /** Ends as a crash does: what was not written is lost. */
  abandon(): void;
}

/** Group commit of results. Self-clocking: while one batch is being written, the next gathers. */
export function writeInGroups(options: {
  db: Database;
  log: Logger;
  /** A batch is committed. */
  committed(): void;
}): ResultWriter {
  const { db, log } = options;
  let abandoned = false;
  const buffer: { result: Result; written: () => void }[] = [];
  let flushing: Promise<void> | null = null;

  function flush(): void {
    flushing ??= drain().finally(() => {
      flushing = null;
      if (buffer.length > 0 && !abandoned) flush();
    });
  }

  async function drain(): Promise<void> {
    let pause = 100;
    while (buffer.length > 0 && !abandoned) {
      const batch = buffer.splice(0, 500);
      try {
        await save(batch.map((entry) => entry.result));
        pause = 100;
      } catch (error) {
        // Losing an outcome turns a sent message into an unconfirmed one: wait for the database instead.
        log.warn({ err: error }, 'deliver: results could not be written; trying again');
        buffer.unshift(...batch);
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, 2_000);
        continue;
      }
      for (const { written } of batch) written();
      options.committed();
    }
  }

  async function save(results: readonly Result[]): Promise<void> {
    try {
      await db.withSystem('results of sending', (tx) => writeResults(tx, results));
      for (const { outcome, queueState } of results) attempts.inc({ outcome, next: queueState });
    } catch (error) {
      if (isPassing(error)) throw error;
      const half = Math.ceil(results.length / 2);
      const [only] = results;
      if (results.length > 1) {
        await save(results.slice(0, half));
        await save(results.slice(half));
      } else if (only && only.queueState !== 'unconfirmed') {
        log.error({ err: error, attemptId: only.attemptId }, 'deliver: a result could not be written');
        const reason = `The answer could not be stored: ${error instanceof Error ? error.message : String(error)}`;
        await save([unknown(only, reason, { now: db.clock.now(), settings: {} })]);
      } else {
        // It stays claimed and becomes unconfirmed with the next change of the lease.
        log.error({ err: error, attemptId: only?.attemptId }, 'deliver: an unknown outcome was not stored');
      }
    }
  }

  return {
    push(result, written) {
      if (abandoned) return;
      buffer.push({ result, written });
      flush();
    },
    writing() {
      if (buffer.length > 0 && !abandoned) flush();
      return flushing;
    },
    abandon() {
      abandoned = true;
    },
  };
}

/** Says nothing about the results: the database is away or busy, or two transactions met. */
function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.status === 503;
  const code = (error as { code?: unknown }).code;
  return code === '40001' || code === '40P01';
}
