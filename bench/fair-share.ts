/** One workspace at a hundred times another's load, on the same lane of the same process; the other's p95 with and without. */
import { randomUUID } from 'node:crypto';
import { createApiKey } from '../apps/server/src/modules/auth/index.ts';
import { shardOf } from '../apps/server/src/modules/inbound/shard.ts';
import { addNumber, prepareNumber, useKeyRing } from '../apps/server/src/modules/numbers/index.ts';
import { createWorkspace } from '../apps/server/src/modules/workspaces/index.ts';
import { systemActor } from '../apps/server/src/platform/db/index.ts';
import { keyRing } from '../apps/server/src/platform/seal.ts';
import { sealingKey } from './cluster.ts';
import { toEvent } from './latency.ts';
import { expectOnly, load, phoneOf, post, signed, textWebhook } from './load.ts';
import { expectEqual, type Family, pause, quantile, type Row, ratioRow } from './measure.ts';
import { quiet, startStage } from './server.ts';

const modest = 5;

export const fairShare: Family = async ({ cluster, quick, repeats, progress }) => {
  const database = await cluster.database('bench_fair_share');
  const stage = await startStage(cluster, database, { autoReply: false });
  const { pool, simulator } = stage;
  const { url, appSecret, apiKey } = stage.product.ready;
  const db = cluster.open(database, 2);
  const ring = keyRing([sealingKey]);
  useKeyRing(db, ring);

  // The neighbour's number shares the noisy one's lane: the worst place to be.
  const lane = (id: string) => shardOf(Buffer.from(textWebhook(id, '1').body))! % 2;
  let phoneNumberId = '';
  for (let i = 0; phoneNumberId === ''; i++) {
    if (lane(String(200_000_000_000 + i)) === lane(stage.phoneNumberId))
      phoneNumberId = String(200_000_000_000 + i);
  }
  const neighbour = await db.withSystem('a second workspace', (tx) =>
    createWorkspace(tx, { name: 'Neighbour', plan: 'unlimited', settings: { autoReply: false } }),
  );
  const numberDeps = {
    db,
    ring,
    simulator: {
      baseUrl: simulator.url,
      register: async (number: { phoneNumberId: string; displayPhoneNumber?: string; token?: string }) =>
        simulator.addNumber({ ...number, appId: 'chaski', mps: 10_000 }).displayPhoneNumber,
    },
    approval: 'automatic',
    checkNumber: 'unchecked',
  } as const;
  const prepared = await prepareNumber(numberDeps, neighbour.id, {
    phoneNumberId,
    displayPhoneNumber: '+1 555 079 0000',
    token: `mock_${randomUUID()}`,
    accountRef: '302290129340398',
  });
  const key = await db.withTenant(neighbour.id, systemActor, async (tx) => {
    await addNumber(tx, numberDeps, prepared);
    return (await createApiKey(tx, { name: 'bench' })).key;
  });
  await pool.query('update numbers set mps = 1000');

  const sign = signed(appSecret);
  const longest = quick ? 2 : 4;
  // The first turn warms only.
  let seconds = 1;
  let people = 0;
  const webhooks = (number: string, count: number) =>
    Array.from({ length: count }, () => textWebhook(number, phoneOf(people++, 1_000_000)));
  const asRequests = (said: readonly { body: string }[]) =>
    said.map(({ body }) => post('/webhooks/cloud', body, sign));

  async function receiving(noise: boolean): Promise<number[]> {
    const said = webhooks(phoneNumberId, modest * seconds);
    const loud = noise ? asRequests(webhooks(stage.phoneNumberId, modest * 100 * seconds)) : [];
    const [own, other] = await Promise.all([
      load({ url, requests: asRequests(said), connections: 2, rate: modest, seconds: seconds + 5 }),
      noise ? load({ url, requests: loud, connections: 40, rate: modest * 100, seconds: seconds + 5 }) : null,
    ]);
    expectOnly(own, '200');
    if (other) {
      expectOnly(other, '200');
      expectEqual('webhooks of the noisy one', other.requests, loud.length);
    }
    return toEvent(
      pool,
      said.map(({ id }) => id),
      own.startedAt,
    );
  }

  const orders = (bearer: string, phones: readonly string[]) =>
    phones.map((phone) =>
      post(
        '/v1/messages',
        JSON.stringify({ to: `+${phone}`, type: 'text', text: { body: 'hello' } }),
        () => ({ authorization: `Bearer ${bearer}` }),
      ),
    );

  async function sending(noise: boolean): Promise<number[]> {
    const phones = Array.from({ length: modest * seconds }, () => phoneOf(people++, 1_000_000));
    const loud = noise
      ? orders(
          apiKey,
          Array.from({ length: modest * 100 * seconds }, () => phoneOf(people++, 1_000_000)),
        )
      : [];
    const [own, other] = await Promise.all([
      load({ url, requests: orders(key, phones), connections: 2, rate: modest, seconds: seconds + 5 }),
      noise ? load({ url, requests: loud, connections: 40, rate: modest * 100, seconds: seconds + 5 }) : null,
    ]);
    expectOnly(own, '201');
    if (other) expectOnly(other, '201');
    await quiet(pool);
    const arrived = phones.map((phone) => simulator.messagesTo(phone)[0]?.time);
    expectEqual('messages on the phones', arrived.filter((time) => time !== undefined).length, phones.length);
    return arrived.map((time, i) => time! - own.startedAt[i]!);
  }

  const rows: Row[] = [];
  for (const [what, run] of [
    ['receiving', receiving],
    ['sending', sending],
  ] as const) {
    const alone: number[] = [];
    const beside: number[] = [];
    for (let i = -1; i < repeats; i++) {
      progress(`fair share, ${what}, turn ${i + 1}`);
      seconds = i < 0 ? 1 : longest;
      const quietly = await run(false);
      const noisily = await run(true);
      await pause(300); // statuses of the last ones
      if (i < 0) continue;
      alone.push(quantile(quietly, 0.95));
      beside.push(quantile(noisily, 0.95));
    }
    rows.push(
      ratioRow(
        `fair share: p95 beside a neighbour ${what} 100 times as much / alone`,
        beside,
        alone,
        { max: 2 },
        'ms',
      ),
    );
  }
  await db.close();
  await stage.stop();
  await cluster.drop(database);
  return rows;
};
