/** What one request's gates cost: who it is, whether they may, limits, headers; against the same answer of a bare route. */

import { performance } from 'node:perf_hooks';
import { actionsOf } from '@chaski/contracts';
import fastify from 'fastify';
import { createApiKey, createAuthenticate, tokenKeyOf } from '../apps/server/src/modules/auth/index.ts';
import { limitsFor, seedPlans } from '../apps/server/src/modules/workspaces/index.ts';
import { systemActor } from '../apps/server/src/platform/db/index.ts';
import { buildHttp } from '../apps/server/src/platform/http/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { createAdmission, createBuckets } from '../apps/server/src/platform/limits/index.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { expectEqual, type Family, infoRow, median, quantile, round } from './measure.ts';
import { seedNumbers } from './processing.ts';

const answer = { data: [{ id: '0', name: 'somebody' }], nextCursor: null };

export const gates: Family = async ({ cluster, quick, repeats, progress }) => {
  const database = await cluster.database('bench_gates');
  const pool = cluster.pool(database, 1);
  const { places } = await seedNumbers(pool, 1, 1);
  await pool.end();
  const workspaceId = [...places.values()][0]!.workspaceId as WorkspaceId;
  const db = cluster.open(database, 4);
  const log = createLog('silent');
  await db.withSystem('bench: plans', (tx) => seedPlans(tx));
  const { key } = await db.withTenant(workspaceId, systemActor, (tx) => createApiKey(tx, { name: 'bench' }));

  const bare = fastify();
  bare.get('/v1/things', async () => answer);
  await bare.ready();
  const http = await buildHttp({
    log,
    environment: 'production',
    checks: {},
    db,
    authenticate: createAuthenticate({
      db,
      tokenKey: tokenKeyOf('a secret of the bench, 32 characters'),
      site: { publicUrl: null, corsOrigins: [] },
    }),
    admission: createAdmission({
      buckets: createBuckets({ db, log }),
      planOf: async (id) => ({
        ...(await limitsFor(db, id as WorkspaceId)),
        requestsPerMinute: 1_000_000_000,
      }),
      rules: { anonymous: { max: 100, windowSeconds: 900 } },
    }),
  });
  http.app.get('/v1/things', { onRequest: http.gate(actionsOf('viewer')[0]!) }, async () => answer);
  await http.app.ready();

  const gated = { authorization: `Bearer ${key}` };
  async function time(
    app: { inject: typeof bare.inject },
    headers: Record<string, string>,
  ): Promise<number[]> {
    const times: number[] = [];
    for (let i = 0; i < (quick ? 500 : 3_000); i++) {
      const begun = performance.now();
      const reply = await app.inject({ method: 'GET', url: '/v1/things', headers });
      times.push(performance.now() - begun);
      if (i === 0) expectEqual('what the route answers', reply.json(), answer);
    }
    return times;
  }

  const added: number[] = [];
  const plain: number[] = [];
  const tail: number[] = [];
  for (let turn = -1; turn < repeats; turn++) {
    progress(`gates, turn ${turn + 1}`);
    const [without, within] = [await time(bare, {}), await time(http.app as never, gated)];
    if (turn < 0) continue;
    plain.push(median(without));
    added.push(1_000 * (median(within) - median(without)));
    tail.push(quantile(within, 0.99));
  }
  await http.close();
  await bare.close();
  await db.close();
  await cluster.drop(database);
  return [
    infoRow(
      "what a request's gates add (key, permission, plan's limits, headers)",
      added,
      'µs',
      `bare route ${round(1_000 * median(plain))} µs; with gates p99 ${round(median(tail))} ms`,
    ),
  ];
};
