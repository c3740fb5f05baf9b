import type { Database, SystemTx } from '../db/index.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { bury, moveCursor, nextBatch } from './queries.ts';
import { type EventRow, type StoredEvent, toEvent } from './read.ts';

export interface Consumer {
  /** Stable: the cursor's key. Renaming one makes a new consumer and a dead cursor that stops the start. */
  name: string;
  events: readonly string[] | '*';
  batchSize: number;
  /** Where a consumer begins that the database has never seen: at new events (an auto-reply must not answer history), or at all that are kept. */
  from: 'now' | 'start';
  /** Runs in the transaction that moves the cursor: what it changes happens once per event. No calls to outside. */
  handle(tx: SystemTx, events: StoredEvent[]): Promise<void>;
}

/** A durable listener. Events come in order of their number, in batches, each batch in one transaction. */
export function defineConsumer(
  consumer: Omit<Consumer, 'batchSize' | 'from'> & { batchSize?: number; from?: 'now' | 'start' },
): Consumer {
  return { batchSize: 500, from: 'now', ...consumer };
}

type Outcome =
  | { is: 'idle' }
  | { is: 'done'; rows: number }
  | { is: 'failed'; rows: EventRow[]; error: unknown };

/** Works a consumer's cursor; several processes may, the cursor's row lock lets one at a time. */
export function startConsumer(options: { db: Database; consumer: Consumer; log: Logger }): Loop {
  const { db, consumer, log } = options;
  const names = consumer.events === '*' ? null : [...consumer.events];
  // Shrinks by halves around a poison event, grows back behind it.
  let size = consumer.batchSize;

  async function take(limit: number): Promise<Outcome> {
    let rows: EventRow[] = [];
    let failure: { error: unknown } | null = null;
    try {
      await db.withSystem(`event consumer ${consumer.name}`, async (tx) => {
        rows = await tx.query<EventRow>(nextBatch, [consumer.name, limit, names]);
        const last = rows.at(-1);
        if (!last) return;
        const events = rows.flatMap(toEvent);
        try {
          if (events.length > 0) await consumer.handle(tx, events);
        } catch (error) {
          failure = { error };
          throw error;
        }
        await tx.execute(moveCursor, [consumer.name, last.seq, tx.now()]);
      });
    } catch (error) {
      if (failure === null || isPassing(error)) throw error;
      return { is: 'failed', rows, error };
    }
    return rows.length === 0 ? { is: 'idle' } : { is: 'done', rows: rows.length };
  }

  return startLoop({
    name: `consumer ${consumer.name}`,
    log,
    idleMs: 1_000,
    async step() {
      const outcome = await take(size);
      if (outcome.is === 'idle') return false;
      if (outcome.is === 'done') {
        const full = outcome.rows >= size;
        size = Math.min(size * 2, consumer.batchSize);
        return full;
      }
      const matched = outcome.rows.flatMap(toEvent);
      if (matched.length > 1) {
        // Split between two events that were handled, not between two rows: halves without events would find nothing.
        const half = matched[Math.ceil(matched.length / 2) - 1]!;
        size = outcome.rows.findIndex((row) => row.seq === half.seq) + 1;
        return true;
      }
      const [poison] = matched;
      const last = outcome.rows.at(-1);
      if (!poison || !last) throw outcome.error;
      log.error(
        { err: outcome.error, consumer: consumer.name, seq: poison.seq, event: poison.name },
        'an event could not be taken; it is set aside, see `chaski queue`',
      );
      await db.withSystem(`set aside a poison event of ${consumer.name}`, async (tx) => {
        // Somebody else may have come by in between, with more luck.
        const [first] = await tx.query<EventRow>(nextBatch, [consumer.name, outcome.rows.length, names]);
        if (first?.seq !== outcome.rows[0]?.seq) return;
        await tx.execute(bury, [
          poison.workspaceId,
          consumer.name,
          poison.seq,
          describe(outcome.error),
          tx.now(),
        ]);
        await tx.execute(moveCursor, [consumer.name, last.seq, tx.now()]);
      });
      size = Math.min(Math.max(size, 1) * 2, consumer.batchSize);
      return true;
    },
  });
}

/** Failures that say nothing about the event: the database is away or busy, two transactions met. */
function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.status === 503;
  const code = (error as { code?: unknown }).code;
  return code === '40001' || code === '40P01';
}

function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll('\u0000', '').slice(0, 4_000);
}
