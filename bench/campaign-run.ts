/**
 * A campaign under everything that can go wrong, on a clock of its own: WhatsApp (the simulator) enforces throughput,
 * tier and marketing cap, answers some calls with nothing that says what became of them, and the worker gets SIGKILL at
 * random points. Then it is counted: on WhatsApp's side what came, on ours what was said about it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from '@chaski/providers';
import { createSimulator, VirtualClock } from '@chaski/simulator';
import { createCampaign, planNow } from '../apps/server/src/modules/campaigns/create.ts';
import { launchCampaign } from '../apps/server/src/modules/campaigns/launch.ts';
import { createAcceptor } from '../apps/server/src/modules/inbound/index.ts';
import { ManualClock } from '../apps/server/src/platform/clock.ts';
import { openDatabase, systemActor } from '../apps/server/src/platform/db/index.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { createSignals } from '../apps/server/src/platform/signals.ts';
import { campaignPlace, seedCampaign, springToAll } from './campaign-seed.ts';
import { rolePrefix, startCluster } from './cluster.ts';

export interface CampaignChaosOptions {
  recipients: number;
  kills: number;
  /** The portfolio's limit at the start. */
  tier: 'TIER_50' | 'TIER_250' | 'TIER_2K' | 'TIER_10K';
  seed: number;
  progress(line: string): void;
}

export interface CampaignRun {
  table: string;
  violations: string[];
  facts: Record<string, number>;
}

const tickMs = 50;
/** Ticks that the worker may lie behind: its calls are at most so much older than WhatsApp's clock. */
const ahead = 3;
const share = { capped: 0.08, unknown: 0.01 };
const day = 86_400_000;

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export async function runCampaignChaos(options: CampaignChaosOptions): Promise<CampaignRun> {
  const begun = performance.now();
  const chance = random(options.seed);
  const start = Date.UTC(2026, 10, 21, 12);
  const simClock = new VirtualClock(start);
  const clock = new ManualClock(new Date(start));
  const cluster = await startCluster();
  const database = await cluster.database('campaign_chaos');
  const url = cluster.loginUrl(database);
  const db = openDatabase({ url, rolePrefix, poolSize: 4, clock });
  const log = createLog('error');
  const signals = await createSignals(db, log);
  const pool = cluster.pool(database, 2);

  // ── WhatsApp, and the door that takes its webhooks ──
  const place = campaignPlace();
  const acceptor = createAcceptor({ db, signals, log });
  /** Phone → messages that lie on it, by WhatsApp's own words. */
  const arrived = new Map<string, Set<string>>();
  const door = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const body = Buffer.concat(parts);
      for (const item of parse(body, 'cloud')) {
        if (item.kind !== 'status' || item.status !== 'delivered' || item.recipient.phone === null) continue;
        const known = arrived.get(item.recipient.phone) ?? new Set();
        arrived.set(item.recipient.phone, known.add(item.providerMessageId));
      }
      acceptor.accept({ source: 'cloud', appId: place.app, body, signature: null }).then(
        () => res.end('OK'),
        () => res.writeHead(503).end(),
      );
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const sim = await createSimulator({
    adminKey: 'key',
    seed: options.seed,
    clock: simClock,
    statusDelaysMs: { sent: 100, delivered: 300, read: null },
    webhooks: { batch: 500, batchWaitMs: 100, keep: 10 },
    templates: [],
  });
  sim.addApp({
    id: place.app,
    secret: 'secret',
    webhookUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/`,
    verifyToken: 'v',
  });
  sim.addNumber({
    phoneNumberId: place.phoneNumberId,
    displayPhoneNumber: place.displayPhoneNumber,
    accountId: place.account,
    appId: place.app,
    token: place.token,
    mps: 80,
  });
  sim.addTemplate(place.account, {
    name: 'spring',
    language: 'en',
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Hello {{1}}, everything is 20% off.' }],
  });

  // ── a workspace and its people ──
  await seedCampaign(db, pool, place, { people: options.recipients, graphUrl: sim.url });

  // ── the worker ──
  let tick = 0;
  let answered = 0;
  let planned = false;
  let child: ChildProcess | null = null;
  const startWorker = async () => {
    answered = tick;
    const made = fork(
      new URL('campaign-worker.ts', import.meta.url).pathname,
      [url, String(clock.now().getTime())],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    child = made;
    await new Promise<void>((resolve, reject) => {
      made.on('message', (said: { ready?: boolean; done?: number; planned?: boolean }) => {
        if (said.ready) resolve();
        if (said.done !== undefined) answered = Math.max(answered, said.done);
        if (said.planned) planned = true;
      });
      made.once('exit', () => reject(new Error('the worker ended by itself')));
    });
    made.removeAllListeners('exit');
  };
  const kill = async () => {
    const victim = child!;
    const gone = new Promise((resolve) => victim.once('exit', resolve));
    victim.kill('SIGKILL');
    await gone;
    child = null;
  };
  const tell = (said: object) => {
    if (child?.connected) child.send(said as never);
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  /** WhatsApp's clock first: the worker is never ahead of it. */
  const step = async (ms: number) => {
    await sim.advance(ms);
    clock.advance(ms);
    tick += 1;
    tell({ tick, now: clock.now().getTime() });
    for (let waited = 0; tick - answered > ahead && child?.connected; waited += 1) {
      await pause(1);
      if (waited > 60_000) throw new Error('the worker answers no tick');
    }
  };

  let kills = 0;
  // One of the kills hits the planner.
  await startWorker();
  const row = await db.withTenant(place.workspace, systemActor, async (tx) => {
    const made = await createCampaign(tx, springToAll(place.number));
    return planNow(tx, made.id);
  });
  const plan = { plan: row.id, workspaceId: place.workspace, version: row.planVersion };
  tell(plan);
  if (options.kills > 0) {
    await pause(30 + chance() * 200);
    await kill();
    kills += 1;
    await startWorker();
    tell(plan);
  }
  for (let i = 0; !planned; i++) {
    if (i > 120_000) throw new Error('the plan is never ready');
    await pause(1);
  }
  sim.limits.setTier(place.account, options.tier);
  sim.limits.capMarketing(share.capped);
  await sim.advance(1_000);
  clock.advance(1_000);
  sim.faults.arm('accept_then_hang_up', { probability: share.unknown / 2 });
  sim.faults.arm('server_error_bare', { probability: share.unknown / 2 });
  const tierKnown = async () =>
    (
      await pool.query("select 1 from numbers where provider_state -> 'limit' ->> 'tier' = $1", [
        options.tier,
      ])
    ).rowCount;
  for (let i = 0; (await tierKnown()) === 0; i++) {
    if (i > 2_000) throw new Error('the tier was never heard');
    await step(tickMs);
    await pause(10);
  }
  await db.withTenant(place.workspace, systemActor, (tx) => launchCampaign(tx, row.id));

  // ── until everybody is accounted for ──
  const killEvery = Math.max(1, Math.floor(options.recipients / 4 / (options.kills || 1)));
  let nextKill = killEvery * (0.3 + chance());
  let state = 'scheduled';
  const look = async () =>
    (
      await pool.query<{
        state: string;
        waits_for: string | null;
        wakes_at: Date;
        busy: boolean;
        open: number;
        done: number;
      }>(
        `select c.state, c.waits_for, c.wakes_at,
           exists (select 1 from send_queue where state in ('due', 'claimed'))
             or exists (select 1 from raw_events where processed_at is null)
             or exists (select 1 from event_queue) as busy,
           (select count(*) from campaign_recipients r where r.campaign_id = c.id and r.state in ('planned', 'queued'))::int as open,
           (select count(*) from messages where source = 'campaign')::int as done
         from campaigns c where c.id = $1`,
        [row.id],
      )
    ).rows[0]!;
  for (let turn = 0; ; turn++) {
    await step(tickMs);
    if (turn % 20 !== 0) continue;
    const seen = await look();
    state = seen.state;
    if (state === 'finished' || state === 'paused') break;
    if (performance.now() - begun > 3 * 3_600_000) throw new Error('it takes too long');
    if (kills < options.kills && seen.done >= nextKill) {
      nextKill = seen.done + killEvery * (0.5 + chance());
      await pause(chance() * 60);
      await kill();
      kills += 1;
      await startWorker();
      continue;
    }
    if (turn % 2_000 === 0)
      options.progress(
        `${new Date(clock.now()).toISOString()} ${seen.done} messages, ${seen.open} people open, ${kills} kills, waits for ${seen.waits_for ?? 'nothing'}`,
      );
    // Everybody has had their turn: ten quiet minutes end the campaign, and nothing happens in them.
    if (!seen.busy && seen.open === 0) await step(30_000);
    // Nothing to do until later: WhatsApp's time goes by in larger steps, up to when somebody's turn comes.
    else if (!seen.busy && seen.wakes_at.getTime() > clock.now().getTime() + 2_000) {
      const until = Math.min(seen.wakes_at.getTime(), clock.now().getTime() + 6 * 3_600_000);
      while (clock.now().getTime() < until - 1_000) {
        await step(Math.min(900_000, until - 1_000 - clock.now().getTime()));
        if ((await look()).busy) break;
      }
    }
  }

  // ── count ──
  // The last statuses are heard.
  for (let i = 0; i < 200; i++) {
    await step(tickMs);
    if (!(await look()).busy && i > 20) break;
    await pause(5);
  }
  const { rows: states } = await pool.query<{ state: string; reason: string | null; count: number }>(
    `select state, reason, count(*)::int as count from campaign_recipients where campaign_id = $1 group by 1, 2 order by 1, 2`,
    [row.id],
  );
  const { rows: people } = await pool.query<{ phone: string; state: string; attempt: number }>(
    'select address as phone, state, attempt from campaign_recipients where campaign_id = $1',
    [row.id],
  );
  const { rows: figures } = await pool.query<{
    messages: number;
    attempts: number;
    early: number;
    capped: number;
    cappedPeople: number;
  }>(
    `with m as (select id, contact_id, created_at, error, lag(created_at) over (partition by contact_id order by created_at) as before
         from messages where source = 'campaign')
     select count(*)::int as messages, (select sum(attempt)::int from campaign_recipients where campaign_id = $1) as attempts,
       count(*) filter (where created_at - before < interval '24 hours')::int as early,
       count(*) filter (where error ->> 'code' = '131049')::int as capped,
       count(distinct contact_id) filter (where error ->> 'code' = '131049')::int as "cappedPeople" from m`,
    [row.id],
  );
  const over = sim.limits.over();
  const unknown = sim.faults
    .list()
    .filter(({ id }) => id === 'accept_then_hang_up' || id === 'server_error_bare')
    .reduce((sum, { struck }) => sum + struck, 0);
  const figure = figures[0]!;
  const count = (wanted: string) =>
    states.filter((one) => one.state === wanted).reduce((sum, one) => sum + one.count, 0);
  const doubled = [...arrived.values()].filter((messages) => messages.size > 1).length;
  const onPhone = (phone: string) => arrived.get(phone)?.size ?? 0;
  const wrong = people.filter(
    ({ phone, state: where }) =>
      (where === 'delivered' || where === 'read') !== onPhone(phone) > 0 &&
      where !== 'unconfirmed' &&
      where !== 'sent',
  );
  const silent = states.filter(
    (one) => one.reason === null && !['sent', 'delivered', 'read'].includes(one.state),
  );
  const unheard = people.filter(
    ({ phone, state: where }) => where === 'unconfirmed' && onPhone(phone) > 0,
  ).length;
  const violations: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) violations.push(what);
  };
  must(state === 'finished', `the campaign is ${state}`);
  must(people.length === options.recipients, `${people.length} lines for ${options.recipients} people`);
  must(
    over.throughput + over.pair + over.tier + over.cap === 0,
    `calls over a limit: ${JSON.stringify(over)}`,
  );
  must(doubled === 0, `${doubled} people got it twice`);
  must(
    count('planned') + count('queued') === 0,
    `${count('planned') + count('queued')} people were forgotten`,
  );
  must(silent.length === 0, `no reason: ${JSON.stringify(silent)}`);
  must(
    wrong.length === 0,
    `${wrong.length} people stand where their phone says otherwise, first ${JSON.stringify(wrong[0])}`,
  );
  must(unheard === 0, `${unheard} unconfirmed although their status came`);
  must(figure.messages === figure.attempts, `${figure.messages} messages for ${figure.attempts} attempts`);
  // Of a few people nothing may have struck; of many each did, or the table would praise a calm day.
  const many = options.recipients >= 1_000;
  must(!many || figure.cappedPeople > 0.04 * people.length, `131049 for ${figure.cappedPeople} people only`);
  must(!many || unknown > 0.003 * people.length, `only ${unknown} outcomes were unknown`);
  must(figure.early === 0, `${figure.early} people tried again within a day`);

  // ── end ──
  await kill();
  await sim.close();
  door.closeAllConnections();
  await new Promise((resolve) => door.close(resolve));
  await acceptor.close();
  await signals.close();
  await db.close();
  await pool.end();
  await cluster.stop();

  const facts = {
    recipients: people.length,
    kills,
    messages: figure.messages,
    reached: arrived.size,
    doubled,
    unconfirmed: count('unconfirmed'),
    failed: count('failed'),
    overLimit: over.throughput + over.pair + over.tier + over.cap,
    virtualHours: Math.round((clock.now().getTime() - start) / 3_600_000),
  };
  const lines: [string, string | number][] = [
    ['seed', options.seed],
    ['people', options.recipients],
    ['kill -9 of the worker', kills],
    ['time that passed for the campaign', `${((clock.now().getTime() - start) / day).toFixed(1)} days`],
    ['time that passed here', `${((performance.now() - begun) / 1_000).toFixed(0)} s`],
    ['messages queued, attempts counted', `${figure.messages}, ${figure.attempts}`],
    [
      'calls over throughput / pair / tier / cap',
      `${over.throughput} / ${over.pair} / ${over.tier} / ${over.cap}`,
    ],
    ['calls answered with 131049, people', `${figure.capped}, ${figure.cappedPeople}`],
    ['calls whose outcome nobody could know', unknown],
    ['people who have it on their phone', arrived.size],
    ['  twice', doubled],
    ...states.map((one): [string, number] => [
      `  ${one.state}${one.reason === null ? '' : `: ${one.reason}`}`,
      one.count,
    ]),
    ['people without an account of what became of them', count('planned') + count('queued')],
    ['tried again within a day of 131049', figure.early],
    ['violations', violations.length === 0 ? 'none' : violations.join('; ')],
  ];
  const width = Math.max(...lines.map(([what]) => what.length));
  const table = lines.map(([what, value]) => `${what.padEnd(width)}  ${value}`).join('\n');
  return { table, violations, facts };
}
