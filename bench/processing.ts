/** Processing with its full effect, against what one writes first, against the bare SQL, and over many workspaces. */
import { randomUUID } from 'node:crypto';
import { createCloudProvider } from '@chaski/providers';
import type pg from 'pg';
import { hashOf } from '../apps/server/src/modules/inbound/accept.ts';
import { startProcessor } from '../apps/server/src/modules/inbound/index.ts';
import { storeArrivals } from '../apps/server/src/modules/inbound/queries.ts';
import { shardOf } from '../apps/server/src/modules/inbound/shard.ts';
import type { Database } from '../apps/server/src/platform/db/index.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import type { Cluster } from './cluster.ts';
import { phoneOf, textWebhook } from './load.ts';
import { expectEqual, type Family, ratioRow, until } from './measure.ts';
import { makeBareTables, type Place, perEvent, setWise } from './processing-yardsticks.ts';

const lanes = 2;
const source = 'cloud';

/** Workspaces with numbers, all bound to one app. */
export async function seedNumbers(pool: pg.Pool, workspaces: number, numbersEach: number) {
  const appId = randomUUID();
  const places = new Map<string, Place>();
  await pool.query(
    "insert into apps (id, key, name, verify_token, created_at) values ($1, 'bench', 'Bench', 'bench', now())",
    [appId],
  );
  for (let w = 0; w < workspaces; w++) {
    const [workspaceId, accountId] = [randomUUID(), randomUUID()];
    for (let n = 0; n < numbersEach; n++) {
      const id = String(1_000_000_000_000 + w * 100 + n);
      places.set(id, { workspaceId, accountId, numberId: randomUUID() });
    }
  }
  const list = [...places];
  const owners = [...new Map(list.map(([, place]) => [place.workspaceId, place])).values()];
  await pool.query(
    "insert into workspaces (id, name, plan, created_at) select id, 'Bench', 'unlimited', now() from unnest($1::uuid[]) id",
    [owners.map((o) => o.workspaceId)],
  );
  await pool.query(
    `insert into accounts (workspace_id, id, account_ref, app_id, base_url, graph_version, created_at)
     select w, a, a::text, $3, 'http://127.0.0.1:1', 'v24.0', now() from unnest($1::uuid[], $2::uuid[]) as t (w, a)`,
    [owners.map((o) => o.workspaceId), owners.map((o) => o.accountId), appId],
  );
  await pool.query(
    `insert into numbers (workspace_id, id, account_id, phone_number_id, display_phone_number, status, created_at)
     select w, n, a, p, p, 'active', now() from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as t (w, n, a, p)`,
    [
      list.map(([, p]) => p.workspaceId),
      list.map(([, p]) => p.numberId),
      list.map(([, p]) => p.accountId),
      list.map(([id]) => id),
    ],
  );
  return { appId, places };
}

/** Stores bodies as the door does: `count` messages of a quarter as many people, each of whom keeps to one number. */
export async function preload(
  db: Database,
  appId: string,
  phoneNumberIds: readonly string[],
  count: number,
): Promise<void> {
  const people = Math.ceil(count / 4);
  for (let from = 0; from < count; from += 250) {
    const arrivals = Array.from({ length: Math.min(250, count - from) }, (_, k) => {
      const person = (from + k) % people;
      const body = Buffer.from(
        textWebhook(phoneNumberIds[person % phoneNumberIds.length]!, phoneOf(person, people)).body,
      );
      return {
        hash: hashOf(source, appId, body),
        source,
        appId,
        body,
        signature: null,
        shard: shardOf(body),
        receivedAt: new Date(),
      };
    });
    await storeArrivals(db, arrivals);
  }
}

const counted = ['contacts', 'identities', 'conversations', 'messages', 'events', 'event_queue'];

async function effects(pool: pg.Pool, schema: 'public' | 'bare'): Promise<Record<string, number>> {
  const columns = counted.map((table) => `(select count(*)::int from ${schema}.${table}) as ${table}`);
  const { rows } = await pool.query(
    `select ${columns.join(', ')}, (select sum(unread_count)::int from ${schema}.conversations) as unread,
            (select count(*)::int from ${schema}.raw_events where processed_at is not null) as processed`,
  );
  return rows[0];
}

/** Events per second of the product's own processor over everything that waits. */
export async function processAll(db: Database, pool: pg.Pool, count: number): Promise<number> {
  const provider = createCloudProvider();
  // Asking the database all the time would cost a tenth of it: only what is claimed last is asked for.
  let claimed = 0;
  const watched: Database = {
    ...db,
    async runSystem(reason, steps) {
      const results = await db.runSystem(reason, steps);
      if (reason === 'claim raw events') for (const { rows } of results) claimed += rows.length;
      return results;
    },
  };
  const begun = performance.now();
  const processor = startProcessor({
    db: watched,
    signals: { on: () => () => {} },
    log: createLog('warn'),
    parse: provider.parse,
    lanes,
  });
  await until(
    'everything is processed',
    async () => {
      if (claimed < count) return false;
      const left = 'select exists (select 1 from raw_events where processed_at is null) as left';
      return !(await pool.query({ name: 'left', text: left })).rows[0].left;
    },
    120_000,
    5,
  );
  const rate = (1000 * count) / (performance.now() - begun);
  await processor.stop();
  await provider.close();
  return rate;
}

async function prepare(
  cluster: Cluster,
  name: string,
  workspaces: number,
  numbersEach: number,
  count: number,
  bare: boolean,
) {
  const template = await cluster.database(name);
  const pool = cluster.pool(template, 2);
  const db = cluster.open(template, 2);
  const { appId, places } = await seedNumbers(pool, workspaces, numbersEach);
  await preload(db, appId, [...places.keys()], count);
  if (bare) await makeBareTables(pool);
  // What nobody has written to was never counted either: a new installation is what is measured.
  await pool.query(
    `vacuum analyze workspaces, accounts, numbers, raw_events${bare ? ', bare.raw_events' : ''}`,
  );
  await db.close();
  await pool.end();
  return { template, places };
}

export const processing: Family = async ({ cluster, quick, repeats, progress }) => {
  const count = quick ? 4_000 : 10_000;
  const few = quick ? 1_000 : 3_000;
  progress('processing: preparing');
  const one = await prepare(cluster, 'bench_one_workspace', 1, 8, count, true);
  const many = await prepare(cluster, 'bench_many_workspaces', 1_000, 1, count, false);
  const expected = {
    contacts: count / 4,
    identities: count / 2,
    conversations: count / 4,
    messages: count,
    events: count + count / 2,
    event_queue: count + count / 2,
    unread: count,
    processed: count,
  };

  async function turn(
    template: string,
    work: (pool: pg.Pool, database: string) => Promise<number>,
  ): Promise<number> {
    const database = await cluster.database('bench_turn', template);
    const pool = cluster.pool(database, 8);
    try {
      return await work(pool, database);
    } finally {
      await pool.end();
      await cluster.drop(database);
    }
  }
  const product = (template: string) =>
    turn(template, async (pool, database) => {
      const db = cluster.open(database);
      try {
        const rate = await processAll(db, pool, count);
        expectEqual('effects of the product', await effects(pool, 'public'), expected);
        return rate;
      } finally {
        await db.close();
      }
    });

  const ours: number[] = [];
  const spread: number[] = [];
  const each: number[] = [];
  const sets: number[] = [];
  // One turn more than counts: the first warms the code of all of them.
  for (let i = -1; i < repeats; i++) {
    progress(`processing, turn ${i + 1}`);
    const rates = [
      await product(one.template),
      await turn(one.template, async (pool) => {
        const rate = await setWise(pool, one.places, lanes);
        expectEqual('effects of the bare SQL', await effects(pool, 'bare'), expected);
        return rate;
      }),
      await turn(one.template, async (pool) => {
        const rate = await perEvent(pool, one.places, few);
        const { contacts, messages, events, unread, processed } = await effects(pool, 'bare');
        expectEqual(
          'effects one by one',
          { contacts, messages, events, unread, processed },
          {
            contacts: Math.min(few, count / 4),
            messages: few,
            events: few + 2 * Math.min(few, count / 4),
            unread: few,
            processed: few,
          },
        );
        return rate;
      }),
      await product(many.template),
    ] as const;
    if (i < 0) continue;
    ours.push(rates[0]);
    sets.push(rates[1]);
    each.push(rates[2]);
    spread.push(rates[3]);
  }
  await cluster.drop(one.template);
  await cluster.drop(many.template);
  return [
    ratioRow('processing / five statements per event, eight workers', ours, each, { min: 5 }),
    ratioRow('processing / the bare set-wise SQL', ours, sets, { min: 0.6 }),
    ratioRow('processing over 1,000 workspaces / all in one', spread, ours, { min: 0.7 }),
  ];
};
