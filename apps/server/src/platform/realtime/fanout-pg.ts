import type pg from 'pg';
import type { Database } from '../db/index.ts';
import type { Logger } from '../log.ts';
import { createFanout, type Fanout } from './fanout.ts';

const channel = 'chaski_realtime';

/** By NOTIFY on a session of its own, as platform/signals.ts does. */
export function createPgFanout(db: Database, log: Logger): Promise<Fanout> {
  return createFanout(async (ear) => {
    let session: pg.Client | null = null;
    let sending: Promise<void> = Promise.resolve();
    let closed = false;
    let rouse: (() => void) | null = null;

    async function connect(): Promise<void> {
      const client = await db.session('realtime');
      client.on('notification', (message) => ear.hear(message.payload ?? ''));
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
          ear.back();
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

    await connect();
    return {
      // NOTIFY takes less than 8,000 bytes; our own envelope goes off that.
      longest: 7_900,
      carry(payloads) {
        const client = session;
        if (!client) return;
        sending = sending
          .then(() =>
            client.query('select pg_notify($1, payload) from unnest($2::text[]) payload', [
              channel,
              payloads,
            ]),
          )
          .then(
            () => {},
            (error: unknown) => log.debug({ err: error }, 'realtime: a notification was not sent'),
          );
      },
      async close() {
        await sending;
        closed = true;
        rouse?.();
        const client = session;
        session = null;
        await client?.end();
      },
    };
  });
}
