import type { Database } from '../db/index.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Signals } from '../signals.ts';
import { type Consumer, startConsumer, takeTurns } from './consumers.ts';
import { onEmitted } from './emit.ts';
import { knownConsumers, registerConsumers, retireConsumers } from './queries.ts';
import { ensureEventDays } from './retention.ts';
import { startSequencer } from './sequencer.ts';

export interface EventsRuntime {
  /** Looks for events at once: after work that no signal announced. */
  wake(): void;
  /** Ends after the batches that are running. */
  stop(): Promise<void>;
}

export interface EventsOptions {
  db: Database;
  signals: Signals;
  consumers: readonly Consumer[];
  /** Names of consumers that are gone for good: their cursors are removed. */
  retired?: readonly string[];
  log: Logger;
}

/**
 * Starts the sequencer and the consumers of this process. Refuses two consumers of one name, and a cursor in the
 * database that no consumer moves: it would keep every event for ever, or its events would silently go nowhere.
 */
export async function startEvents(options: EventsOptions): Promise<EventsRuntime> {
  const { db, signals, consumers, log } = options;
  const names = consumers.map((consumer) => consumer.name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) {
    throw errors.configuration(`Two event consumers are called ${quote(twice)}; each needs its own name.`);
  }
  await db.withSystem('register event consumers', async (tx) => {
    if (options.retired && options.retired.length > 0) {
      await tx.execute(retireConsumers, [options.retired.filter((name) => !names.includes(name))]);
    }
    await tx.execute(registerConsumers, [names, consumers.map((consumer) => consumer.from), tx.now()]);
    const known = await tx.query<{ name: string }>(knownConsumers);
    const dead = known.map((row) => row.name).filter((name) => !names.includes(name));
    if (dead.length > 0) {
      throw errors.configuration(
        `The database knows the event consumer ${quote(dead)}, this program does not. Start the version that has it, ` +
          'or name it among the retired consumers if its events may be forgotten.',
        { consumers: dead },
      );
    }
  });
  await ensureEventDays(db);

  const turns = takeTurns();
  const loops = consumers.map((consumer) => startConsumer({ db, consumer, log, turns }));
  // Our own consumers hear the names, so that only those concerned look; a signal of another process carries nothing.
  let ours = false;
  const sequencer = startSequencer({
    db,
    log,
    numbered(fresh) {
      for (const loop of loops) loop.numbered(fresh);
      ours = true;
      signals.announce('events');
      ours = false;
    },
  });
  const ahead = setInterval(() => {
    ensureEventDays(db).catch((error: unknown) => log.warn({ err: error }, 'event partitions: not made yet'));
  }, 3 * 3_600_000);
  ahead.unref();
  const wakeConsumers = () => {
    for (const loop of loops) loop.wake();
  };
  const unsubscribe = [
    onEmitted(() => {
      if (sequencer.holds()) sequencer.wake();
      else signals.announce('event-queue');
    }),
    signals.on('event-queue', sequencer.wake),
    signals.on('events', () => {
      if (!ours) wakeConsumers();
    }),
  ];
  return {
    wake() {
      sequencer.wake();
      wakeConsumers();
    },
    async stop() {
      clearInterval(ahead);
      for (const off of unsubscribe) off();
      await sequencer.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** For a process that writes events and numbers none (an api role alone): wakes whoever does. Returns its end. */
export function announceEvents(signals: Signals): () => void {
  return onEmitted(() => signals.announce('event-queue'));
}

function quote(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
