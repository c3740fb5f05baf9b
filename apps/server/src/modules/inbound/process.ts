import type { InboundItem } from '@chaski/providers';
import type { Database } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import { counter } from '../../platform/metrics.ts';
import type { Signals } from '../../platform/signals.ts';
import { settlePending } from '../messages/index.ts';
import { applyBodies, type Body, itemsPerTransaction, type Tally } from './apply.ts';
import { createBacklog, numbersOf, type ParsedBody } from './backlog.ts';
import { startClaims } from './claim.ts';
import { createLaneLocks } from './lanes.ts';
import { type RawEvent, selectBody } from './queries.ts';
import { createShelves, type Turn } from './shelves.ts';

export interface ProcessorOptions {
  db: Database;
  signals: Pick<Signals, 'on'>;
  log: Logger;
  parse: (raw: Uint8Array, source: string) => InboundItem[];
  /** Lanes for bodies of one number; bodies of several have one more. The same in all processes. */
  lanes?: number;
  /** Raw events per batch: 100 to 200 measured best, 500 gained nothing. */
  batchRows?: number;
  batchBytes?: number;
}

export interface Processor {
  wake(): void;
  /** Ends after the batches that are under way. */
  stop(): Promise<void>;
}

/** A number's share of a batch while others wait. */
const quantum = 50;

const processed = counter('chaski_inbound_items_total', 'Items of webhooks that were applied, or parked.', [
  'outcome',
]);

/** Works raw events: claims put them on shelves by shard, as many workers as lanes go round the shelves. */
export function startProcessor(options: ProcessorOptions): Processor {
  const { db, signals, log, parse } = options;
  const lanes = options.lanes ?? 2;
  const batchRows = options.batchRows ?? 200;
  const batchBytes = options.batchBytes ?? 4 * 1024 * 1024;
  const shelves = createShelves({
    workers: lanes,
    quantum,
    batchRows,
    backlog: () => createBacklog({ load, apply }),
  });

  async function load(row: RawEvent): Promise<ParsedBody> {
    const body = row.body ?? (await selectBody(db, row.day, row.hash));
    const { hash, source, appId, receivedAt, day } = row;
    return { hash, source, appId, body, receivedAt, day, items: parse(body, source) };
  }

  async function apply(batch: readonly Body[]): Promise<void> {
    const tally: Tally = await applyBodies({ db, parse, log }, batch);
    processed.inc({ outcome: 'applied' }, tally.items - tally.parked);
    processed.inc({ outcome: 'parked' }, tally.parked);
    if (tally.parked > 0) log.warn({ ...tally, bodies: batch.length }, 'items were parked');
  }

  /** Applies small bodies at once; large ones, and what must stay behind them, wait in the backlog of their shelf. */
  async function work(turn: Turn): Promise<RawEvent[]> {
    let batch: Body[] = [];
    let bytes = 0;
    let items = 0;
    const flush = async () => {
      if (batch.length > 0) await apply(batch);
      batch = [];
      bytes = 0;
      items = 0;
    };
    const left: RawEvent[] = [];
    for (const { shelf, row } of turn.rows) {
      const { backlog } = shelf;
      const parsed = await load(row);
      const { length } = parsed.items;
      const large = length > itemsPerTransaction;
      const numbers = large || backlog.size > 0 ? numbersOf(parsed.items) : null;
      if (numbers && (large || backlog.concerns(numbers))) {
        // What came before it goes first.
        await flush();
        if (!backlog.add(row, parsed, numbers)) left.push(row);
        continue;
      }
      const size = parsed.body.length;
      if (bytes > 0 && (bytes + size > batchBytes || items + length > itemsPerTransaction)) await flush();
      batch.push(parsed);
      bytes += size;
      items += length;
    }
    await flush();
    return left;
  }

  const worker = (index: number): Loop =>
    startLoop({
      name: `inbound worker ${index}`,
      log,
      // A shelf that rests after a failure: looking costs nothing, all is in memory.
      idleMs: 250,
      async step() {
        const turn = shelves.take(index, performance.now());
        if (!turn) return false;
        try {
          const left = await work(turn);
          // New bodies and the backlog take turns.
          for (const { backlog } of turn.shelves) await backlog.step();
          shelves.done(turn, left);
        } catch (error) {
          const away = error instanceof AppError && error.code === 'database_unavailable';
          shelves.failed(turn, performance.now(), !away);
          if (away) throw error;
          log.error(
            { err: error, shelves: turn.shelves.map((shelf) => shelf.key) },
            'a batch failed; it is tried again',
          );
        }
        claims.turned();
        for (const other of workers) if (other !== workers[index]) other.wake();
        return true;
      },
    });

  const locks = createLaneLocks(db, lanes, log, () => claims.restart());
  const claims = startClaims({
    db,
    log,
    locks,
    lanes,
    shelves,
    found: () => {
      for (const one of workers) one.wake();
    },
  });
  const workers: Loop[] = Array.from({ length: lanes }, (_, index) => worker(index));
  const settling = startLoop({
    name: 'waiting statuses',
    log,
    idleMs: 1_000,
    step: async () => (await settlePending(db)) > 0,
  });
  const forget = [signals.on('raw-events', claims.wake), signals.on('late-raw-events', claims.lookBack)];

  return {
    wake: claims.wake,
    async stop() {
      for (const off of forget) off();
      await claims.stop();
      await Promise.all([...workers, settling].map((loop) => loop.stop()));
      await locks.close();
    },
  };
}
