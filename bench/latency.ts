/** How long the door takes to answer, and how long a webhook takes to become a committed event, in the whole program. */
import type pg from 'pg';
import {
  expectOnly,
  load,
  messageOf,
  newWamid,
  phoneOf,
  post,
  signed,
  textWebhook,
  webhook,
} from './load.ts';
import { expectEqual, type Family, latencyRow, type Row } from './measure.ts';
import { quiet, startStage } from './server.ts';

/** When the event of each message was committed, in milliseconds of the wall clock, by WhatsApp's id. */
export async function committedAt(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; at: number }>(
    `select data->>'providerMessageId' as id, extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000 as at
     from events where name = 'message.received' and data->>'providerMessageId' = any($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, Number(row.at)]));
}

/** From when each webhook was due to its event's commit; every one of them must have one. */
export async function toEvent(
  pool: pg.Pool,
  ids: readonly string[],
  startedAt: readonly (number | undefined)[],
): Promise<number[]> {
  await quiet(pool);
  const sent = ids.flatMap((id, i) => (startedAt[i] === undefined ? [] : [{ id, at: startedAt[i] }]));
  const committed = await committedAt(
    pool,
    sent.map(({ id }) => id),
  );
  expectEqual('events of the webhooks sent', committed.size, sent.length);
  return sent.map(({ id, at }) => committed.get(id)! - at);
}

export const latency: Family = async ({ cluster, quick, repeats, weakness, progress }) => {
  const database = await cluster.database('bench_latency');
  const stage = await startStage(cluster, database, { autoReply: false });
  const { url } = stage.product.ready;
  const sign = signed(stage.product.ready.appSecret);
  const make = (count: number) => {
    const said = Array.from({ length: count }, (_, i) => textWebhook(stage.phoneNumberId, phoneOf(i, 300)));
    return {
      ids: said.map(({ id }) => id),
      requests: said.map(({ body }) => post('/webhooks/cloud', body, sign)),
    };
  };
  const seconds = quick ? 1 : 3;
  const rows: Row[] = [];
  progress('latency: warming');
  const warm = make(6_000);
  expectOnly(
    await load({ url, requests: warm.requests, connections: 20, rate: 600, seconds: quick ? 1 : 3 }),
    '200',
  );
  await quiet(stage.pool);

  const acks: number[][] = [];
  const idle: number[][] = [];
  const busy: number[][] = [];
  const others: number[][] = [];
  const weak = await weakness();
  for (let i = 0; i < repeats; i++) {
    progress(`latency: acknowledgement at 500/s, turn ${i + 1}`);
    const steady = await load({
      url,
      requests: make(seconds * 500).requests,
      connections: 50,
      rate: 500,
      seconds,
    });
    expectOnly(steady, '200');
    acks.push(steady.latencies);
    await quiet(stage.pool);

    progress(`latency: webhook to event, turn ${i + 1}`);
    const slow = make(seconds * 15);
    const single = await load({ url, requests: slow.requests, connections: 1, rate: 15, seconds });
    idle.push(await toEvent(stage.pool, slow.ids, single.startedAt));
    const quick200 = make(seconds * 200);
    const at200 = await load({ url, requests: quick200.requests, connections: 20, rate: 200, seconds });
    expectOnly(at200, '200');
    busy.push(await toEvent(stage.pool, quick200.ids, at200.startedAt));

    progress(`latency: beside a body of 3 MB, turn ${i + 1}`);
    const large = Array.from({ length: seconds }, () => {
      const people = Array.from({ length: 1_000 }, (_, k) => phoneOf(k, 1_000));
      const messages = people.map((from) => messageOf(from, newWamid(), 'large '.repeat(460)));
      return post('/webhooks/cloud', webhook(stage.phoneNumberId, people, messages), sign);
    });
    const [beside, big] = await Promise.all([
      load({ url, requests: make(seconds * 200).requests, connections: 20, rate: 200, seconds }),
      load({ url, requests: large, connections: 1, rate: 1, seconds }),
    ]);
    expectOnly(beside, '200');
    expectOnly(big, '200');
    expectEqual('large bodies taken', big.requests, seconds);
    others.push(beside.latencies);
    await quiet(stage.pool);
  }
  rows.push(
    latencyRow('acknowledgement at a steady 500/s', acks, { p50: 5, p99: 50 }, weak),
    latencyRow('webhook to committed event, idle', idle, { p50: 10, p99: 40 }, weak),
    latencyRow('webhook to committed event, 200/s', busy, { p50: 10, p99: 40 }, weak),
    latencyRow(
      'others’ acknowledgement while 3 MB with 1,000 updates arrive each second',
      others,
      { p99: 100 },
      weak,
    ),
  );
  await stage.stop();
  await cluster.drop(database);
  return rows;
};
