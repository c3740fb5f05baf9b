import type pg from 'pg';
import type { Database } from './index.ts';

/** A session outside the pool that hears NOTIFY, for as long as the process runs. */
export interface Listening {
  /** To NOTIFY on; null while the connection is lost. */
  session(): pg.Client | null;
  close(): Promise<void>;
}

/** Listens; reconnects by itself, within 5 s of the database. Fails only when the first connection does. */
export async function listen(
  db: Database,
  options: {
    /** As pg_stat_activity shows it. */
    name: string;
    channels: readonly string[];
    hear(channel: string, payload: string): void;
    /** The connection is there again: what was said meanwhile is lost. */
    back(): void;
    /** It could not be made again; the next try follows. */
    failed(error: unknown): void;
  },
): Promise<Listening> {
  let session: pg.Client | null = null;
  let closed = false;
  let rouse: (() => void) | null = null;

  async function connect(): Promise<void> {
    const client = await db.session(options.name);
    client.on('notification', ({ channel, payload }) => options.hear(channel, payload ?? ''));
    const lost = () => {
      if (session !== client) return;
      session = null;
      client.end().catch(() => {});
      if (!closed) void reconnect();
    };
    client.on('error', lost);
    client.on('end', lost);
    try {
      const listens = options.channels.map((channel) => `listen "${channel}"`);
      // A NOTIFY writes to the log; what gets lost with a crash of the server is one of those that may get lost.
      await client.query(['set synchronous_commit = off', ...listens].join('; '));
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
        options.back();
        return;
      } catch (error) {
        options.failed(error);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pause);
          rouse = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }

  await connect();
  return {
    session: () => session,
    async close() {
      closed = true;
      rouse?.();
      const client = session;
      session = null;
      await client?.end();
    },
  };
}
