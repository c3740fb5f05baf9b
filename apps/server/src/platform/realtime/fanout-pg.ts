import type { Database } from '../db/index.ts';
import { listen } from '../db/listen.ts';
import type { Logger } from '../log.ts';
import { createFanout, type Fanout } from './fanout.ts';

const channel = 'chaski_realtime';

/** By NOTIFY on a session of its own. */
export function createPgFanout(db: Database, log: Logger): Promise<Fanout> {
  return createFanout(async (ear) => {
    let sending: Promise<void> = Promise.resolve();
    const listening = await listen(db, {
      name: 'realtime',
      channels: [channel],
      hear: (_channel, payload) => ear.hear(payload),
      back: () => ear.back(),
      failed: (error) =>
        log.warn(
          { err: error },
          'realtime: not connected; presence and typing stay in this process meanwhile',
        ),
    });
    return {
      // NOTIFY takes less than 8,000 bytes; our own envelope goes off that.
      longest: 7_900,
      carry(payloads) {
        const session = listening.session();
        if (!session) return;
        sending = sending
          .then(() =>
            session.query('select pg_notify($1, payload) from unnest($2::text[]) payload', [
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
        await listening.close();
      },
    };
  });
}
