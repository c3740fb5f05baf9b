/** Campaigns: how long a plan takes, a look at it, and what an agent notices of a campaign that sends. */
import { createProviders } from '@chaski/providers';
import { createSimulator } from '@chaski/simulator';
import { consumers } from '../apps/server/src/consumers.ts';
import { createCampaign, planNow } from '../apps/server/src/modules/campaigns/create.ts';
import { startCampaigns } from '../apps/server/src/modules/campaigns/index.ts';
import { launchCampaign } from '../apps/server/src/modules/campaigns/launch.ts';
import { planCampaign } from '../apps/server/src/modules/campaigns/plan.ts';
import { preflight } from '../apps/server/src/modules/campaigns/preflight.ts';
import { send, startDelivery } from '../apps/server/src/modules/messages/index.ts';
import { useKeyRing } from '../apps/server/src/modules/numbers/index.ts';
import { systemActor } from '../apps/server/src/platform/db/index.ts';
import { startEvents } from '../apps/server/src/platform/events/index.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { keyRing } from '../apps/server/src/platform/seal.ts';
import { createSignals } from '../apps/server/src/platform/signals.ts';
import { campaignPlace, seedCampaign, springToAll } from './campaign-seed.ts';
import { sealingKey } from './cluster.ts';
import { absoluteRow, type Family, infoRow, median, pause, quantile, until } from './measure.ts';

const noFiles = { get: async () => null } as never;

export const campaign: Family = async ({ cluster, quick, repeats, weakness, progress }) => {
  const people = quick ? 20_000 : 100_000;
  const database = await cluster.database('bench_campaign');
  const pool = cluster.pool(database, 2);
  const db = cluster.open(database, 12);
  useKeyRing(db, keyRing([sealingKey]));
  const log = createLog('silent');
  const sim = await createSimulator({ adminKey: 'key', templates: [], webhooks: { keep: 10 } });
  const place = campaignPlace();
  await seedCampaign(db, pool, place, { people, graphUrl: sim.url });
  const weak = await weakness();
  const tenant = <T>(fn: Parameters<typeof db.withTenant<T>>[2]) =>
    db.withTenant(place.workspace, systemActor, fn);

  // ── planning, and a look at the plan ──
  const planning: number[] = [];
  const looking: number[] = [];
  let id = '';
  let failure = '';
  for (let turn = 0; turn < repeats; turn++) {
    progress(`campaign plan, turn ${turn + 1}`);
    const row = await tenant(async (tx) =>
      planNow(tx, (await createCampaign(tx, springToAll(place.number))).id),
    );
    id = row.id;
    const begun = performance.now();
    await planCampaign({ db, blobs: noFiles }, place.workspace, id, row.planVersion);
    planning.push((performance.now() - begun) / 1_000);
    await pool.query('analyze campaign_recipients');
    const looked = performance.now();
    const found = await tenant((tx) => preflight(tx, id, { monthly: null, links: null, used: 0 }));
    looking.push(performance.now() - looked);
    if (found.willGet !== people) failure = `${found.willGet} of ${people} are planned`;
  }

  // ── an agent beside a campaign ──
  sim.addApp({ id: place.app, secret: 's', webhookUrl: '', verifyToken: 'v' });
  sim.addNumber({
    phoneNumberId: place.phoneNumberId,
    displayPhoneNumber: place.displayPhoneNumber,
    accountId: place.account,
    appId: place.app,
    token: place.token,
    mps: 10_000,
  });
  sim.stopWebhooks();
  sim.addTemplate(place.account, {
    name: 'spring',
    language: 'en',
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Hello {{1}}, everything is 20% off.' }],
  });
  await pool.query(
    `update numbers set provider_state = '{"limit": {"tier": "TIER_UNLIMITED", "at": "2026-01-01T00:00:00Z"}}'`,
  );
  await pool.query('update numbers set has_window = false');
  const signals = await createSignals(db, log);
  const providers = createProviders();
  const events = await startEvents({ db, signals, consumers, log });
  const delivery = startDelivery({ db, signals, log, provider: providers.named });
  const campaigns = startCampaigns({ db, log });
  const seconds = quick ? 5 : 20;
  let said = 0;
  /** Milliseconds from an agent's commit to the call, ten messages a second to different people. */
  const agent = async (): Promise<number[]> => {
    const ids: string[] = [];
    for (let i = 0; i < seconds * 10; i++) {
      const to = `+1650${9_000_000 - said++}`;
      ids.push(
        (await tenant((tx) => send(tx, { to, content: { type: 'text', text: { body: 'Hello' } } }))).id,
      );
      await pause(100);
    }
    await until(
      'the agent’s messages went',
      async () =>
        (
          await pool.query<{ n: number }>(
            'select count(distinct message_id)::int as n from message_attempts where message_id = any($1::uuid[])',
            [ids],
          )
        ).rows[0]!.n === ids.length,
    );
    const { rows } = await pool.query<{ ms: number }>(
      `select extract(epoch from min(a.started_at) - m.created_at)::float * 1000 as ms from messages m
       join message_attempts a on a.workspace_id = m.workspace_id and a.message_id = m.id
       where m.id = any($1::uuid[]) group by m.id, m.created_at`,
      [ids],
    );
    return rows.map((row) => row.ms);
  };
  progress('an agent alone');
  const alone = await agent();
  await tenant((tx) => launchCampaign(tx, id));
  await until('the campaign sends', async () => {
    const { rows } = await pool.query("select 1 from messages where source = 'campaign' limit 1");
    return rows.length > 0;
  });
  progress('an agent beside a campaign');
  const counted = async () =>
    (
      await pool.query<{ n: number }>(
        `select count(*)::int as n from message_attempts a join messages m on m.workspace_id = a.workspace_id and m.id = a.message_id
         where m.source = 'campaign'`,
      )
    ).rows[0]!.n;
  const before = await counted();
  const begun = performance.now();
  const beside = await agent();
  const rate = ((await counted()) - before) / ((performance.now() - begun) / 1_000);
  await campaigns.stop();
  await delivery.stop();
  await events.stop();
  await signals.close();
  await providers.close();
  await sim.close();
  await db.close();
  await pool.end();
  await cluster.drop(database);
  const added = [quantile(beside, 0.99) - median(alone)];
  return [
    absoluteRow(
      `campaign: planning ${people.toLocaleString('en-US')} recipients`,
      planning,
      { max: people / 10_000 },
      's',
      weak,
      'policy, variables, time, price and text of each, frozen',
      failure,
    ),
    absoluteRow('campaign: preflight of that plan', looking, { max: 1_000 }, 'ms', weak),
    absoluteRow(
      'campaign: what it adds to an agent’s message, p99',
      added,
      { max: 200 },
      'ms',
      weak,
      `agent alone ${median(alone).toFixed(1)} ms, beside it p50 ${median(beside).toFixed(1)} ms; the number may 80 a second`,
    ),
    infoRow('campaign: messages a second meanwhile', [rate], '/s', 'of one number at 80 a second'),
  ];
};
