import type pg from 'pg';
import type { Database } from '../../platform/db/index.ts';
import { joinWork, partnersOf, shareOf } from '../../platform/fair-share.ts';
import type { Logger } from '../../platform/log.ts';

/** A lane is worked by whoever holds its advisory lock: events of one conversation leave in the order they came. */
export interface LaneLocks {
  hold(lane: number): Promise<boolean>;
  /** Gives a lane to others. Nothing of it may be under way. */
  release(lane: number): Promise<void>;
  /** How many of these lanes one process may hold. */
  share(total: number): Promise<number>;
  close(): Promise<void>;
}

// 'chas'. The second key tells installations' lane counts apart: 2 of 2 is not 2 of 4.
const lockClass = 0x63686173;

/** Locks on one session of this process; when it breaks, all are lost at once and taken again by whoever is first. */
export function createLaneLocks(
  db: Database,
  lanes: number,
  log: Logger,
  onLost: () => void = () => {},
): LaneLocks {
  const held = new Set<number>();
  const work = `inbound lanes ${lanes}`;
  let session: Promise<pg.Client> | null = null;
  let closed = false;

  function connect(): Promise<pg.Client> {
    session ??= db.session('inbound lanes').then(
      async (client) => {
        const lost = () => {
          const all = held.size > 0;
          held.clear();
          session = null;
          if (all && !closed) onLost();
        };
        client.on('end', lost);
        client.on('error', (error: unknown) => {
          log.warn({ err: error }, 'the session that holds the lanes broke');
          lost();
          client.end().catch(() => {});
        });
        try {
          await joinWork(client, work);
        } catch (error) {
          lost();
          await client.end().catch(() => {});
          throw error;
        }
        return client;
      },
      (error: unknown) => {
        session = null;
        throw error;
      },
    );
    return session;
  }

  // A session speaks one statement at a time.
  let asking: Promise<unknown> = Promise.resolve();
  function inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const answer = asking.then(ask);
    asking = answer.catch(() => {});
    return answer;
  }
  const keyOf = (lane: number) => lanes * 4096 + lane + 1;

  return {
    hold(lane) {
      if (closed) return Promise.resolve(false);
      if (held.has(lane)) return Promise.resolve(true);
      return inTurn(() => ask(lane));
    },
    async release(lane) {
      if (closed || !held.delete(lane)) return;
      await inTurn(async () =>
        (await connect()).query('select pg_advisory_unlock($1, $2)', [lockClass, keyOf(lane)]),
      );
    },
    share(total) {
      if (closed) return Promise.resolve(total);
      return inTurn(async () => shareOf(total, await partnersOf(await connect(), work)));
    },
    async close() {
      closed = true;
      held.clear();
      await asking;
      const client = await session?.catch(() => null);
      await client?.end();
    },
  };

  async function ask(lane: number): Promise<boolean> {
    const client = await connect();
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [
      lockClass,
      keyOf(lane),
    ]);
    if (rows[0]?.got) held.add(lane);
    return held.has(lane);
  }
}
