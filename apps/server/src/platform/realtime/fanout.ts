import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../db/index.ts';
import type { Logger } from '../log.ts';

/**
 * What one process tells the others: presence and broadcasts. Messages are small, may get lost, and come in order per
 * sender. Events do not travel here: each process reads them from the database by their number.
 */
export interface Fanout {
  readonly self: string;
  send(message: unknown): void;
  on(listener: (from: string, message: unknown) => void): () => void;
  /** Called when a lost connection is back: what was said in between is lost. */
  onBack(listener: () => void): () => void;
  close(): Promise<void>;
}

const channel = 'chaski_realtime';
/** NOTIFY takes less than 8,000 bytes; our own envelope goes off that. */
const longest = 7_900;

/** By NOTIFY on a session of its own, as platform/signals.ts does, gathered: what is said in 5 ms is one statement. */
export async function createPgFanout(db: Database, log: Logger): Promise<Fanout> {
  const self = randomUUID();
  const listeners = new Set<(from: string, message: unknown) => void>();
  const backs = new Set<() => void>();
  let session: pg.Client | null = null;
  let pending: string[] = [];
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> = Promise.resolve();
  let closed = false;
  let rouse: (() => void) | null = null;

  function hear(payload: string): void {
    const from = payload.slice(0, self.length);
    if (from === self) return;
    let messages: unknown;
    try {
      messages = JSON.parse(payload.slice(self.length));
    } catch {
      return;
    }
    if (!Array.isArray(messages)) return;
    for (const message of messages) for (const listener of listeners) listener(from, message);
  }

  async function connect(): Promise<void> {
    const client = await db.session('realtime');
    client.on('notification', (message) => hear(message.payload ?? ''));
    const lost = () => {
      if (session !== client) return;
      session = null;
      client.end().catch(() => {});
      if (!closed) void reconnect();
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.query(`listen ${channel}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    session = client;
    if (closed) await client.end();
  }

  async function reconnect(): Promise<void> {
    for (let pause = 100; !closed; pause = Math.min(pause * 2, 2_000)) {
      try {
        await connect();
        for (const back of backs) back();
        return;
      } catch (error) {
        log.warn(
          { err: error },
          'realtime: not connected; presence and typing stay in this process meanwhile',
        );
        await new Promise<void>((resolve) => {
          const wait = setTimeout(resolve, pause);
          rouse = () => {
            clearTimeout(wait);
            resolve();
          };
        });
      }
    }
  }

  function flush(): void {
    timer = null;
    const payloads = packed(self, pending);
    pending = [];
    if (payloads.length === 0 || !session) return;
    const client = session;
    sending = sending
      .then(() =>
        client.query('select pg_notify($1, payload) from unnest($2::text[]) payload', [channel, payloads]),
      )
      .then(
        () => {},
        (error: unknown) => log.debug({ err: error }, 'realtime: a notification was not sent'),
      );
  }

  await connect();
  return {
    self,
    send(message) {
      pending.push(JSON.stringify(message));
      timer ??= setTimeout(flush, 5);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onBack(listener) {
      backs.add(listener);
      return () => backs.delete(listener);
    },
    async close() {
      if (timer) clearTimeout(timer);
      flush();
      await sending;
      closed = true;
      rouse?.();
      const client = session;
      session = null;
      await client?.end();
    },
  };
}

/** As many messages in one payload as fit; one that does not fit alone is left out. */
export function packed(self: string, messages: readonly string[]): string[] {
  const payloads: string[] = [];
  let items: string[] = [];
  let size = 0;
  const put = () => {
    if (items.length > 0) payloads.push(`${self}[${items.join(',')}]`);
    items = [];
    size = self.length + 2;
  };
  put();
  for (const message of messages) {
    const bytes = Buffer.byteLength(message) + 1;
    if (self.length + 2 + bytes > longest) continue;
    if (size + bytes > longest) put();
    items.push(message);
    size += bytes;
  }
  put();
  return payloads;
}

/** Tells nobody: for a program that is alone. */
export function createLocalFanout(): Fanout {
  return {
    self: randomUUID(),
    send: () => {},
    on: () => () => {},
    onBack: () => () => {},
    close: async () => {},
  };
}
