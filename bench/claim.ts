/**
 * Claims of the running processor while an old snapshot is held, so that a million processed rows stay in the index as
 * dead entries. What counts is that the snapshot is older than the rows' processing, not how old it is.
 */

import { createCloudProvider } from '@chaski/providers';
import { startProcessor } from '../apps/server/src/modules/inbound/index.ts';
import type { Database } from '../apps/server/src/platform/db/index.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { type Family, infoRow, median, pause, ratioRow, until } from './measure.ts';
import { preload, seedNumbers } from './processing.ts';

interface Half {
  /** Median milliseconds of the claims that found work, and the share of time that claims and sweeps took. */
  look(): Promise<{ claim: number; share: number }>;
  stop(): Promise<void>;
}

export const claim: Family = async ({ cluster, quick, repeats, progress }) => {
  const dead = quick ? 100_000 : 1_000_000;

  async function half(database: string, withDead: boolean): Promise<Half> {
    const pool = cluster.pool(database, 4);
    const { appId, places } = await seedNumbers(pool, 1, 8);
    const holder = await pool.connect();
    if (withDead) {
      progress(`claim: ${dead.toLocaleString('en-US')} rows, processed under an old snapshot`);
      await pool.query('alter table raw_events set (autovacuum_enabled = off)').catch(() => {}); // a partitioned parent has no such setting
      await pool.query(
        `insert into raw_events (day, hash, source, app_id, body, shard, received_at)
         select (now() at time zone 'UTC')::date, sha256(i::text::bytea), 'cloud', $1, '\\x7b7d', i % 1024, now() from generate_series(1, $2::int) i`,
        [appId, dead],
      );
      await holder.query('begin isolation level repeatable read; select count(*) from numbers');
      await pool.query('update raw_events set processed_at = now()');
    }
    const db = cluster.open(database);
    let spent = 0;
    let times: number[] = [];
    const timed: Database = {
      ...db,
      async runSystem(reason, steps) {
        const begun = performance.now();
        const results = await db.runSystem(reason, steps);
        const took = performance.now() - begun;
        if (reason === 'look for missed raw events') spent += took;
        if (reason === 'claim raw events') {
          spent += took;
          if (results.some(({ rows }) => rows.length > 0)) times.push(took);
        }
        return results;
      },
    };
    const provider = createCloudProvider();
    const processor = startProcessor({
      db: timed,
      signals: { on: () => () => {} },
      log: createLog('warn'),
      parse: provider.parse,
      lanes: 2,
    });
    const idle = () =>
      until(
        'all processed',
        async () =>
          !(await pool.query('select exists (select 1 from raw_events where processed_at is null) as left'))
            .rows[0].left,
        60_000,
        50,
      );
    // Its first look goes over everything; from then on it claims above what it has seen, and sweeps now and then.
    await preload(db, appId, [...places.keys()], 400);
    processor.wake();
    await idle();
    await pause(1_500);
    return {
      async look() {
        spent = 0;
        times = [];
        const begun = performance.now();
        for (let k = 0; k < 30; k++) {
          await preload(db, appId, [...places.keys()], 40);
          processor.wake();
          await pause(quick ? 20 : 60);
        }
        return { claim: median(times), share: (100 * spent) / (performance.now() - begun) };
      },
      async stop() {
        await processor.stop();
        await provider.close();
        await db.close();
        if (withDead) await holder.query('rollback');
        holder.release();
        await pool.end();
      },
    };
  }

  const old = await half(await cluster.database('bench_claim_old'), true);
  const fresh = await half(await cluster.database('bench_claim_fresh'), false);
  const oldLooks: Awaited<ReturnType<Half['look']>>[] = [];
  const freshLooks: typeof oldLooks = [];
  // In turns: what disturbs the machine disturbs both.
  for (let i = 0; i < repeats; i++) {
    progress(`claim, turn ${i + 1}`);
    freshLooks.push(await fresh.look());
    oldLooks.push(await old.look());
  }
  await old.stop();
  await fresh.stop();
  await cluster.drop('bench_claim_fresh');
  await cluster.drop('bench_claim_old');
  return [
    ratioRow(
      `claim with an old snapshot held and ${dead.toLocaleString('en-US')} processed rows / fresh`,
      oldLooks.map((look) => look.claim),
      freshLooks.map((look) => look.claim),
      { max: 3 },
      'ms',
    ),
    infoRow(
      'claims and sweeps together, of one core at most',
      oldLooks.map((look) => look.share),
      '%',
      `fresh ${median(freshLooks.map((look) => look.share)).toFixed(1)} %`,
    ),
  ];
};
