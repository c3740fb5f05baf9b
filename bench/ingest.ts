/** Durable ingest against bare servers that do the same, and two doors against one. */
import { expectOnly, type LoadResult, load, phoneOf, post, signed, textWebhook } from './load.ts';
import { expectEqual, type Family, type Row, ratioRow } from './measure.ts';
import { appSecret, startBare, startDoor } from './server.ts';

const seconds = 1;
/** More than the fastest of them answers in a turn; it ends early if they run out. */
const perTurn = 24_000;

export const ingest: Family = async ({ cluster, quick, repeats, progress }) => {
  const database = await cluster.database('bench_ingest');
  const door = await startDoor(cluster, database);
  const second = await startDoor(cluster, database);
  const none = await startBare(cluster, database, 'none');
  const group = await startBare(cluster, database, 'group');
  const single = await startBare(cluster, database, 'single');
  const pool = cluster.pool(database, 1);
  const count = async (table: string) =>
    Number((await pool.query(`select count(*)::int as count from ${table}`)).rows[0].count);

  const sign = signed(appSecret);
  const bodies = () =>
    Array.from({ length: perTurn }, (_, i) =>
      post('/webhooks/cloud', textWebhook('106540352242922', phoneOf(i, 500)).body, sign),
    );
  /** Each body once per server: a known one would cost less. Every 200 must be a row. */
  async function turn(
    url: string,
    requests: Buffer[],
    connections: number,
    table: string | null,
  ): Promise<number> {
    const before = table ? await count(table) : 0;
    const result = await load({ url, requests, connections, seconds });
    expectOnly(result, '200');
    if (table) expectEqual(`rows in ${table}`, (await count(table)) - before, result.requests);
    return result.perSecond;
  }

  const rows: Row[] = [];
  // Warm code and connections of all of them.
  const warm = bodies();
  for (const { url } of [door.ready, second.ready, none, group, single]) {
    await load({ url, requests: warm, connections: 50, seconds: quick ? 0.3 : 0.7 });
  }
  const durable: number[] = [];
  const bareNone: number[] = [];
  const bareSingle: number[] = [];
  for (const connections of [50, 200]) {
    const ours: number[] = [];
    const bareGroup: number[] = [];
    for (let i = 0; i < repeats; i++) {
      progress(`ingest at ${connections} connections, turn ${i + 1}`);
      const requests = bodies();
      ours.push(await turn(door.ready.url, requests, connections, 'raw_events'));
      bareGroup.push(await turn(group.url, requests, connections, group.table));
      if (connections === 50) {
        durable.push(ours.at(-1)!);
        bareNone.push(await turn(none.url, requests, connections, null));
        bareSingle.push(await turn(single.url, requests, connections, single.table));
      }
    }
    rows.push(
      ratioRow(
        `durable ingest, ${connections} connections / bare node:http with group commit`,
        ours,
        bareGroup,
        {
          min: 0.8,
        },
      ),
    );
  }
  rows.push(ratioRow('durable ingest / bare server without a database', durable, bareNone, { min: 0.45 }));
  rows.push(ratioRow('durable ingest / one INSERT per request', durable, bareSingle, { min: 2.5 }));

  const one: number[] = [];
  const two: number[] = [];
  for (let i = 0; i < repeats; i++) {
    progress(`two doors, turn ${i + 1}`);
    one.push(await turn(door.ready.url, bodies(), 100, 'raw_events'));
    const requests = bodies();
    const before = await count('raw_events');
    const halves: LoadResult[] = await Promise.all(
      [door.ready.url, second.ready.url].map((url, half) =>
        load({ url, requests: requests.filter((_, at) => at % 2 === half), connections: 50, seconds }),
      ),
    );
    for (const half of halves) expectOnly(half, '200');
    const stored = halves.reduce((sum, half) => sum + half.requests, 0);
    expectEqual('rows of two doors', (await count('raw_events')) - before, stored);
    two.push(stored / Math.max(...halves.map((half) => half.seconds)));
  }
  rows.push(ratioRow('ingest with two api processes / one', two, one, { min: 1 }));

  await pool.end();
  await Promise.all([door.stop(), second.stop(), none.stop(), group.stop(), single.stop()]);
  await cluster.drop(database);
  return rows;
};
