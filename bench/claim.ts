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

export const claim: Family = async ({ cluster, quick, repeats, progress }) => {
  const dead = quick ? 100_000 : 1_000_000;

  /** Milliseconds of every claim that found work, and the share of time that claims and sweeps took, over `repeats` looks. */
  async function measure(
    database: string,
    withDead: boolean,
  ): Promise<{ claims: number[]; share: number[] }> {
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
    const claims: number[] = [];
    const share: number[] = [];
    let spent = 0;
    let times: number[] = [];
    const timed: Database = {
      ...db,
      async runSystem(reason, steps) {
        const begun = performance.now();
        const results = await db.runSystem(reason, steps);
        if (reason === 'claim raw events') {
          const took = performance.now() - begun;
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
    for (let i = 0; i < repeats; i++) {
      spent = 0;
      times = [];
      const begun = performance.now();
      for (let k = 0; k < 30; k++) {
        await preload(db, appId, [...places.keys()], 40);
        processor.wake();
        await pause(quick ? 20 : 60);
      }
      share.push((100 * spent) / (performance.now() - begun));
      claims.push(median(times));
    }
    await processor.stop();
    await provider.close();
    await db.close();
    if (withDead) await holder.query('rollback');
    holder.release();
    await pool.end();
    return { claims, share };
  }

  const fresh = await measure(await cluster.database('bench_claim_fresh'), false);
  const old = await measure(await cluster.database('bench_claim_old'), true);
  await cluster.drop('bench_claim_fresh');
  await cluster.drop('bench_claim_old');
  return [
    ratioRow(
      `claim with an old snapshot held and ${dead.toLocaleString('en-US')} processed rows / fresh`,
      old.claims,
      fresh.claims,
      { max: 3 },
      'ms',
    ),
    infoRow(
      'claims and sweeps together, of one core at most',
      old.share,
      '%',
      `fresh ${median(fresh.share).toFixed(1)} %`,
    ),
  ];
};
