import type { Database, SystemTx } from '../db/index.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { storableText } from '../storable.ts';
import { bury, moveCursor, moveTurns, nextBatch, peek } from './queries.ts';
import { type EventRow, type StoredEvent, toEvent } from './read.ts';

export interface Consumer {
  /** Stable: the cursor's key. Renaming one makes a new consumer and a dead cursor that stops the start. */
  name: string;
  events: readonly string[] | '*';
  batchSize: number;
  /** Where a consumer begins that the database has never seen: at new events (an auto-reply must not answer history), or at all that are kept. */
  from: 'now' | 'start';
  /**
   * `prompt`: a message waits for its effect. `soon`: a person does, who does not notice a tenth of a second; events gather
   * for it. `in turn`: nobody does; of all such consumers one works at a time, and one that waits for a lock keeps all.
   */
  pace: keyof typeof paces;
  /** Runs in the transaction that moves the cursor: what it changes happens once per event. No calls to outside. */
  handle(tx: SystemTx, events: StoredEvent[]): Promise<void>;
}

const usual = { batchSize: 500, from: 'now', pace: 'prompt' } satisfies Partial<Consumer>;

/** A durable listener. Events come in order of their number, in batches, each batch in one transaction. */
export function defineConsumer(
  consumer: Omit<Consumer, keyof typeof usual> & Partial<Pick<Consumer, keyof typeof usual>>,
): Consumer {
  return { ...usual, ...consumer };
}

export interface ConsumerLoop extends Loop {
  /** Events of these names were numbered. */
  numbered(names: readonly string[]): void;
}

/** Up to where each workspace was worked that is ahead of the cursor. */
type Ahead = Readonly<Record<string, number>>;

/** A row of the window that was taken; its event is null when none of the window's was asked for. */
type WindowRow = { first: number; last: number; until: number; ahead: Ahead } & (EventRow | { seq: null });

interface Window {
  first: number;
  last: number;
  /** Where the cursor may stand once the window's events are worked; what lies behind it and is worked, is `ahead`. */
  until: number;
  ahead: Ahead;
  events: StoredEvent[];
}

type Outcome =
  | { is: 'idle' }
  | { is: 'done'; window: Window }
  | { is: 'failed'; window: Window; error: unknown };

function windowOf(rows: readonly WindowRow[]): Window | null {
  const [row] = rows;
  if (!row) return null;
  const ahead = new Map(Object.entries(row.ahead));
  for (const one of rows) if (one.seq !== null) ahead.set(one.workspace_id, one.seq);
  return {
    first: row.first,
    last: row.last,
    until: row.until,
    ahead: Object.fromEntries([...ahead].filter(([, seq]) => seq > row.until)),
    events: rows.flatMap((one) => (one.seq === null ? [] : toEvent(one))),
  };
}

/**
 * How many rows a consumer with a backlog looks at to find other workspaces' events: what a flood of some 3,000 messages
 * leaves. Behind more than that, others wait until it is in sight. It costs 1 µs a row and more, 20 ms in all, a batch of
 * 200 automatic replies 100: every fourth time is enough, and each time while the flood is a short one.
 */
const wideWindow = 20_000;
const wideEvery = 4;
const shortFlood = 5_000;

/**
 * From one batch's begin to the next one's. At 300 messages a second a consumer that keeps up takes two events at a time,
 * and its transaction costs more than what it does for them.
 */
const paces = {
  prompt: { gatherMs: 40 },
  // After an event come its readers: six consumers that began with them made a page wait twice as long for its message.
  soon: { gatherMs: 100, lingerMs: 30 },
  'in turn': { gatherMs: 100, lingerMs: 30 },
};

/** How far a cursor may lie behind what is known to be of no concern to it. */
const restMs = 1_000;

/** One piece of work at a time, in the order it came. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function takeTurns(): Turns {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = before.then(work);
    before = mine.catch(() => {});
    return mine;
  };
}

/**
 * Works a consumer's cursor; several processes may, the cursor's row lock lets one at a time. `turns`: what the consumers
 * of a process share that take turns, so that a flood's are two backends beside its messages and not six.
 */
export function startConsumer(options: {
  db: Database;
  consumer: Consumer;
  log: Logger;
  turns: Turns;
}): ConsumerLoop {
  const { db, consumer, log } = options;
  const names = consumer.events === '*' ? null : [...consumer.events];
  // Shrinks by halves around a poison event, grows back behind it.
  let size = consumer.batchSize;
  /** No event of our names lies between the cursor and here: seven of eight events concern no consumer. */
  let passed = 0;
  let movedAt = 0;
  /** Something of ours was numbered, or may lie in front: no need to look first. */
  let expected = true;
  /** Whole windows found in a row: there may be a flood, behind which others must not wait. */
  let full = 0;
  /** How much of it the last wide look saw. */
  let flood = 0;
  const isWide = () => full % wideEvery === 1 || (full > 1 && flood < shortFlood);

  const next = (tx: SystemTx, limit: number) =>
    tx.query<WindowRow & Record<string, unknown>>(nextBatch, [
      consumer.name,
      isWide() ? wideWindow : consumer.batchSize,
      names,
      passed,
      limit,
    ]);
  const passing = (tx: SystemTx, { until, ahead }: Window) => ({
    statement: moveTurns,
    values: [consumer.name, until, tx.now(), ahead],
  });

  async function take(limit: number): Promise<Outcome> {
    let window: Window | null = null;
    let failure: { error: unknown } | null = null;
    try {
      await db.withSystem(`event consumer ${consumer.name}`, async (tx) => {
        window = windowOf(await next(tx, limit));
        if (!window) return;
        try {
          if (window.events.length > 0) await consumer.handle(tx, window.events);
        } catch (error) {
          failure = { error };
          throw error;
        }
        const step = passing(tx, window);
        tx.atCommit(() => [step]);
      });
    } catch (error) {
      if (failure === null || isPassing(error) || window === null) throw error;
      return { is: 'failed', window, error };
    }
    return window === null ? { is: 'idle' } : { is: 'done', window };
  }

  /** Steps over what concerns us not, without a lock or a write; true when something does. */
  async function look(): Promise<boolean> {
    const limit = Math.max(consumer.batchSize, 1_000);
    for (;;) {
      const [found] = await db.runSystem(`look for events of ${consumer.name}`, [
        { statement: peek, values: [consumer.name, limit, names, passed] },
      ]);
      const row = found?.rows[0] as
        | { last: number | null; rows: number; concerned: boolean | null }
        | undefined;
      if (row?.concerned === true) return true;
      if (row === undefined || row.last === null) return false;
      passed = row.last;
      if (row.rows < limit) return false;
    }
  }

  async function rest(): Promise<void> {
    if (passed === 0 || performance.now() - movedAt < restMs) return;
    movedAt = performance.now();
    const to = passed;
    await db.runSystem(`move the cursor of ${consumer.name}`, [
      { statement: moveCursor, values: [consumer.name, to, db.clock.now()] },
    ]);
  }

  const loop = startLoop({
    name: `consumer ${consumer.name}`,
    log,
    idleMs: restMs,
    ...paces[consumer.pace],
    step: () => (consumer.pace === 'in turn' ? options.turns(step) : step()),
  });

  async function step(): Promise<boolean> {
    if (names !== null && !expected && !(await look())) {
      await rest();
      return false;
    }
    expected = false;
    const outcome = await take(size);
    if (outcome.is === 'idle') return false;
    const { window } = outcome;
    if (outcome.is === 'done') {
      size = Math.min(size * 2, consumer.batchSize);
      const seen = window.last - window.first + 1;
      if (isWide()) flood = seen;
      full = seen >= consumer.batchSize ? full + 1 : 0;
      const more = full > 0 || window.until < window.last;
      if (more) expected = true;
      return more;
    }
    expected = true;
    if (window.events.length > 1) {
      size = Math.ceil(window.events.length / 2);
      return true;
    }
    const [poison] = window.events;
    if (!poison) throw outcome.error;
    log.error(
      { err: outcome.error, consumer: consumer.name, seq: poison.seq, event: poison.name },
      'an event could not be taken; it is set aside, see `chaski queue`',
    );
    await db.withSystem(`set aside a poison event of ${consumer.name}`, async (tx) => {
      // Somebody else may have come by in between, with more luck.
      const again = windowOf(await next(tx, size));
      if (again?.events.length !== 1 || again.events[0]?.seq !== poison.seq) return;
      await tx.execute(bury, [
        poison.workspaceId,
        consumer.name,
        poison.seq,
        describe(outcome.error),
        tx.now(),
      ]);
      const { statement, values } = passing(tx, again);
      await tx.execute(statement, values);
    });
    size = Math.min(Math.max(size, 1) * 2, consumer.batchSize);
    return true;
  }

  return {
    ...loop,
    numbered(fresh) {
      if (names !== null && !fresh.some((name) => names.includes(name))) return;
      expected = true;
      loop.wake();
    },
  };
}

/** Failures that say nothing about the event: the database is away or busy, two transactions met. */
function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.status === 503;
  const code = (error as { code?: unknown }).code;
  return code === '40001' || code === '40P01';
}

function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return storableText(text, 4_000);
}
