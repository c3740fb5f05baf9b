import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Tx } from './db/index.ts';
import { listen } from './db/listen.ts';
import type { Logger } from './log.ts';
import type { Redis } from './redis/index.ts';

/**
 * signals — "there is work", between the loops of this process and of all others on the same database.
 *
 * A signal carries nothing and may get lost (the loops look by themselves now and then); it may never be late for no
 * reason. Listeners of the same process are called directly after the commit, without the way through the database.
 *
 * The NOTIFY leaves after the commit on a session of its own, folded: while one is under way, further ones of a
 * channel become one. In the writing transaction it would take PostgreSQL's global notify lock through the commit and
 * so defeat group commit (measured: 10,100 → 3,400 commits/s). A crash in between costs one look of the loops.
 * The first one leaves at once; under load the next waits a few milliseconds and its commit for no disk: one NOTIFY
 * with a flush of the log for each flush of the door cost it 6 % of its time, and the database more.
 */
export type Channel = 'raw-events' | 'late-raw-events' | 'event-queue' | 'events' | 'sends';

/**
 * The first goes at once; of what follows within a few milliseconds one is enough: at 300 messages a second it was as
 * many round trips as everything else. A busy loop looks again by itself, an idle one is woken by the first.
 */
const betweenMs = 10;

const channels: readonly Channel[] = ['raw-events', 'late-raw-events', 'event-queue', 'events', 'sends'];

export interface Signals {
  /** Calls `listener` for signals of this and other processes, and once after a lost connection came back. */
  on(channel: Channel, listener: () => void): () => void;
  /** Signals once the transaction has committed. */
  notify(tx: Tx, channel: Channel): Promise<void>;
  /** Signals now: for work that is committed already. */
  announce(channel: Channel): void;
  /** Calls the listeners of this process only. */
  wakeLocal(channel: Channel): void;
  close(): Promise<void>;
}

/** With Redis signals go through it while it is there; all listen to the database too, so that they need not agree. */
export async function createSignals(db: Database, log: Logger, redis: Redis | null = null): Promise<Signals> {
  // Our own notifications come back to us too; the listeners have long been called then.
  const self = randomUUID();
  const listeners = new Map<Channel, Set<() => void>>(channels.map((channel) => [channel, new Set()]));
  const pending = new Set<Channel>();
  let sending: Promise<void> | null = null;
  let closed = false;

  const wakeLocal = (channel: Channel) => {
    for (const listener of listeners.get(channel) ?? []) listener();
  };

  const wakeAll = () => {
    for (const channel of channels) wakeLocal(channel);
  };

  const offs = redis
    ? [
        redis.subscribe('signals', (message) => {
          const [from, names = ''] = message.split(' ');
          if (from === self) return;
          for (const channel of channels) if (names.split(',').includes(channel)) wakeLocal(channel);
        }),
        redis.onBack(wakeAll),
      ]
    : [];

  async function tell(names: readonly Channel[]): Promise<void> {
    if (redis?.publish('signals', `${self} ${names.join(',')}`)) return;
    // Named: prepared once for the session. It is sent a hundred times a second.
    await listening.session()?.query({
      name: 'chaski_signals',
      text: 'select pg_notify(channel, $2) from unnest($1::text[]) channel',
      values: [names.map(wire), self],
    });
  }

  function flush(): void {
    if (sending || closed || !listening.session() || pending.size === 0) return;
    const names = [...pending];
    pending.clear();
    sending = tell(names)
      .then(
        () => {},
        // The connection is lost; connecting again wakes this process, the others look by themselves.
        (error: unknown) => log.debug({ err: error }, 'signals: a notification was not sent'),
      )
      .then(() => sleep(betweenMs))
      .then(() => {
        sending = null;
        flush();
      });
  }

  const announce = (channel: Channel) => {
    wakeLocal(channel);
    pending.add(channel);
    flush();
  };

  const listening = await listen(db, {
    name: 'signals',
    channels: channels.map(wire),
    hear(heard, from) {
      if (from === self) return;
      const channel = channels.find((name) => wire(name) === heard);
      if (channel) wakeLocal(channel);
    },
    // What was signalled in between is lost: everybody looks once.
    back() {
      wakeAll();
      flush();
    },
    failed: (error) =>
      log.warn({ err: error }, 'signals: not connected; loops look by themselves until the database is back'),
  });
  return {
    on(channel, listener) {
      listeners.get(channel)?.add(listener);
      return () => listeners.get(channel)?.delete(listener);
    },
    async notify(tx, channel) {
      tx.afterCommit(() => announce(channel));
    },
    announce,
    wakeLocal,
    async close() {
      closed = true;
      for (const off of offs) off();
      await sending;
      await listening.close();
    },
  };
}

function wire(channel: Channel): string {
  return `chaski_${channel}`;
}
