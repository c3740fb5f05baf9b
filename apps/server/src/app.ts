/**
 * app — the composition root: the only file that knows every module (with api.ts, which holds the routes, and demo.ts,
 * which uses a few). Reads from top to bottom: what is opened, what the door may do, what the worker runs.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createProviders, parse } from '@chaski/providers';
import { z } from 'zod';
import about from '../package.json' with { type: 'json' };
import { type ApiDeps, buildApi } from './api.ts';
import { preparePage } from './build-page.ts';
import type { Config } from './config.ts';
import { consumers } from './consumers.ts';
import { ensureDemo } from './demo.ts';
import { docsRoutes } from './docs-page/index.ts';
import { figuresOf } from './figures.ts';
import { rollCron, rollHandler } from './modules/analytics/index.ts';
import { anchorFile, applyRetention, startSealer } from './modules/audit/index.ts';
import {
  createAuthenticate,
  createOidc,
  forgetSpentSessions,
  installationKeys,
  mailResetHandler,
  tokenKeyOf,
} from './modules/auth/index.ts';
import { planHandler, startCampaigns } from './modules/campaigns/index.ts';
import { createWorkOff, supabaseRows } from './modules/compat/index.ts';
import { importHandler } from './modules/contacts/index.ts';
import { startWaking } from './modules/conversations/index.ts';
import { eraseHandler } from './modules/erasure/index.ts';
import { startRealtime } from './modules/feed/index.ts';
import {
  createAcceptor,
  createDoorKeeper,
  createYcloudKeeper,
  eraseBodies,
  inboundLag,
  maintainInbound,
  replayNumberHandler,
  startProcessor,
} from './modules/inbound/index.ts';
import { deleteBytesHandler, fetchHandler } from './modules/media/index.ts';
import {
  announceSends,
  createBudgets,
  markReadHandler,
  mediaUploads,
  startDelivery,
} from './modules/messages/index.ts';
import {
  type AddNumberDeps,
  dropTokenHandler,
  ensureApp,
  listMockNumbers,
  loadDoor,
  loadSigningAccounts,
  pointMockAccounts,
  setDefaultWorkflow,
  subscribeHandler,
  useKeyRing,
  webhookAddressOf,
} from './modules/numbers/index.ts';
import { forgetDeafSubscriptions, sendNoticeHandler } from './modules/push/index.ts';
import { backfillHandler, enqueueBackfill, eraseSearch } from './modules/search/index.ts';
import { handOverHandlers, syncTemplatesCron, syncTemplatesHandlers } from './modules/templates/index.ts';
import { ensureDefaults } from './modules/workflows/index.ts';
import { auditRetentions, limitsFor, seedPlans } from './modules/workspaces/index.ts';
import { ensureOwnWorkspace } from './own-workspace.ts';
import { pageRoutes } from './page.ts';
import { checkBucket, openBlobs } from './platform/blobs/index.ts';
import { openDatabase } from './platform/db/index.ts';
import { migrate } from './platform/db/migrate.ts';
import { createEgress } from './platform/egress/index.ts';
import { announceEvents, dropSpentEventDays, startEvents } from './platform/events/index.ts';
import { buildHttp, expireAnswersCron, expireAnswersHandler } from './platform/http/index.ts';
import { createAdmission, createBuckets, floodGate, forgetQuietKeys } from './platform/limits/index.ts';
import { type Logger, part } from './platform/log.ts';
import { createMailer } from './platform/mail/index.ts';
import { metricsRoutes } from './platform/metrics-routes.ts';
import { defineJob, handle, installQueue, registerJobs, startJobs } from './platform/queue/index.ts';
import { createPgFanout, createRedisFanout } from './platform/realtime/index.ts';
import { openRedis } from './platform/redis/index.ts';
import { countByKey, keyRing } from './platform/seal.ts';
import { createSignals } from './platform/signals.ts';
import { refuseLostKeys, type Secrets } from './secrets.ts';
import { tokenKeeping } from './secrets-elsewhere.ts';
import { type AttachedSimulator, openSimulator } from './simulator.ts';

export interface AppOptions {
  config: Config;
  secrets: Secrets;
  /** `url` is the runtime login, which owns nothing; `ownerUrl` migrates. */
  database: { url: string; ownerUrl: string };
  embedded: boolean;
  dataDir: string;
  log: Logger;
}

export interface Started {
  url: string;
  simulatorUrl: string | null;
  /** The web app; null without the role api. */
  pageUrl: string | null;
  phoneUrl: string | null;
  demo: null | {
    operatorEmail: string;
    operatorPassword: string;
    apiKey: string;
    appSecret: string;
    verifyToken: string;
    workspaceId: string;
    numbers: { id: string; phoneNumberId: string; displayPhoneNumber: string }[];
  };
  warnings: string[];
}

/** Started in this order, closed by `main` phase by phase in that of its methods. */
export interface App {
  migrate(): Promise<void>;
  start(): Promise<Started>;
  stopIntake(): Promise<void>;
  drain(): Promise<void>;
  closeSockets(): Promise<void>;
  closePools(): Promise<void>;
}

/** Partitions ahead, old days, keys and buckets gone. */
const maintain = defineJob({ name: 'maintain', schema: z.object({}) });

/** How long events can be read again, and consumers that slept can catch up. */
const eventDays = 30;

/** The issuer of the configuration; without one people sign in by password and passkey. */
function singleSignOn(config: Config) {
  if (config.oidcIssuer === undefined || config.oidcClientId === undefined) return null;
  return createOidc({
    issuer: config.oidcIssuer,
    clientId: config.oidcClientId,
    clientSecret: config.oidcClientSecret ?? null,
    name: config.oidcName,
    autoCreate: config.oidcAutoCreate,
    redirectUri: `${config.publicUrl ?? `http://localhost:${config.port}`}/v1/auth/oidc/callback`,
  });
}

export async function createApp(options: AppOptions): Promise<App> {
  const { config, secrets, log } = options;
  const ring = keyRing(secrets.sealingKeys);
  const isApi = config.roles.includes('api');
  const isWorker = config.roles.includes('worker');

  // What is undone at the end, by phase; within a phase the last started ends first.
  const intake: (() => Promise<void> | void)[] = [];
  const work: (() => Promise<void> | void)[] = [];
  const sockets: (() => Promise<void> | void)[] = [];
  const pools: (() => Promise<void> | void)[] = [];
  const undo = async (steps: (() => Promise<void> | void)[]) => {
    for (const step of steps.splice(0).reverse()) await step();
  };

  async function start(): Promise<Started> {
    const warnings: string[] = [];
    // Beside everything else: it takes a few seconds, once.
    const page = isApi ? preparePage(part(log, 'page')) : Promise.resolve();
    // Awaited below; until then its failure is nobody's.
    page.catch(() => {});

    // ── what everything stands on ──
    const db = openDatabase({
      url: options.database.url,
      rolePrefix: config.dbRolePrefix,
      poolSize: config.dbPoolSize,
      onError: (error) => part(log, 'database').warn({ err: error }, 'a database connection was lost'),
    });
    pools.push(() => db.close());
    refuseLostKeys(
      ring.map((key) => key.kid),
      Object.keys(await countByKey(db)),
      options.dataDir,
    );
    const sources = { db, inboundLag: () => inboundLag(db) };
    const database = async () => {
      await db.runSystem('ready', [{ statement: 'select 1' }]);
      return null;
    };
    const redis = config.redisUrl === undefined ? null : await openRedis(config.redisUrl, part(log, 'redis'));
    pools.push(() => redis?.close());
    const signals = await createSignals(db, part(log, 'signals'), redis);
    pools.push(() => signals.close());
    const providers = createProviders();
    pools.push(() => providers.close());
    const mediaFolder = join(options.dataDir, 'media');
    if (config.blobs === 'fs') mkdirSync(mediaFolder, { recursive: true, mode: 0o700 });
    const bucket =
      config.blobs === 'fs'
        ? null
        : {
            endpoint: `${config.s3Endpoint}/${config.s3Bucket}`,
            region: config.s3Region,
            accessKeyId: config.s3AccessKeyId!,
            secretAccessKey: config.s3SecretAccessKey!,
          };
    const blobs = openBlobs(bucket ? { kind: 's3', ...bucket } : { kind: 'fs', directory: mediaFolder });
    const bucketProblem = bucket && (await checkBucket(bucket));
    if (bucketProblem !== null) warnings.push(bucketProblem);
    await registerJobs(db);

    // ── the installation's own rows ──
    const simulator = config.demo ? await attachedSimulator() : null;
    const [appSecret, ...olderSecrets] = config.appSecrets;
    await db.withSystem('plans and apps of the installation', async (tx) => {
      await seedPlans(tx);
      if (appSecret !== undefined && secrets.verifyToken !== null) {
        await ensureApp(
          tx,
          { ring },
          {
            key: 'default',
            name: 'Meta app of this installation',
            secrets: [appSecret, ...olderSecrets],
            verifyToken: secrets.verifyToken,
            isDefault: true,
          },
        );
      }
      if (simulator && secrets.appSecret !== null && secrets.verifyToken !== null) {
        await ensureApp(
          tx,
          { ring },
          {
            key: 'simulator',
            name: 'Simulator',
            secrets: [secrets.appSecret],
            verifyToken: secrets.verifyToken,
            isDefault: true,
            isSimulator: true,
          },
        );
        await pointMockAccounts(tx, simulator.baseUrl);
      }
    });
    const numberDeps: AddNumberDeps = {
      db,
      ring,
      simulator,
      approval: config.numberApproval ?? (config.demo ? 'automatic' : 'manual'),
      graph: { baseUrl: config.graphBaseUrl, version: config.graphApiVersion },
      ycloud: { baseUrl: config.ycloudBaseUrl },
      checkNumber: (call) => providers.numberInfo(call),
      async onNumberAdded(tx, number) {
        const workflow = await ensureDefaults(tx, tx.workspaceId, number.id);
        await setDefaultWorkflow(tx, number.id, workflow.id);
      },
    };

    const seal = () =>
      startSealer({ db, ring, log: part(log, 'audit'), anchorFile: join(options.dataDir, anchorFile) });
    if (isWorker) {
      const sealer = seal();
      // Last of its phase: it seals and anchors what the last requests wrote.
      sockets.push(() => sealer.stop());
    }

    // ── the API ──
    const keeper = createDoorKeeper({ load: () => loadDoor(db, ring), log: part(log, 'inbound') });
    const ycloud = createYcloudKeeper({
      load: () => loadSigningAccounts(db, ring),
      log: part(log, 'inbound'),
      clock: db.clock,
    });
    useKeyRing(db, ring, tokenKeeping(config));
    let url = config.publicUrl ?? '';
    // The simulator's phones live on this machine, whatever the public address is.
    let local = url;
    const webhookAddress = webhookAddressOf((isSimulated) => (isSimulated ? local : url));
    const mailer = createMailer({
      smtpUrl: config.smtpUrl ?? null,
      from: config.mailFrom,
      ring,
      outbox: config.production ? null : join(options.dataDir, 'outbox'),
      log: part(log, 'mail'),
    });
    pools.push(() => mailer.close());
    const auth: ApiDeps['auth'] = {
      tokenKey: tokenKeyOf(secrets.jwtSecret),
      site: { publicUrl: config.publicUrl ?? null, corsOrigins: config.corsOrigins },
      mailer,
      links: { publicUrl: () => url || `http://localhost:${config.port}` },
      registration: config.registration ?? (config.nodeEnv === 'development' ? 'open' : 'invite'),
      workspaceHooks: {
        onWorkspaceCreated: async (tx, workspace) => void (await ensureDefaults(tx, workspace.id)),
      },
    };
    if (config.production && config.smtpUrl === undefined) {
      warnings.push(
        'No mail server is configured: invitations and password resets are not sent. Set SMTP_URL.',
      );
    }
    const buckets = createBuckets({ db, log: part(log, 'limits'), redis });
    if (isApi) {
      const acceptor = createAcceptor({
        db,
        signals,
        log: part(log, 'inbound'),
        maxBytes: config.ingestMaxBufferBytes,
      });
      const flood =
        config.webhookRateLimitMax === undefined
          ? null
          : {
              name: 'webhook',
              max: config.webhookRateLimitMax,
              windowSeconds: config.webhookRateLimitWindowSec,
            };
      const keys = installationKeys({
        jwtSecret: secrets.jwtSecret,
        serviceRoleKey: config.serviceRoleKey ?? null,
      });
      for (const [name, key] of Object.entries({
        ANON_KEY: config.anonKey,
        SERVICE_ROLE_KEY: config.serviceRoleKey,
      })) {
        if (key !== undefined && (await keys.read(key, db.clock.now())) === null) {
          warnings.push(
            `${name} is not signed with JWT_SECRET: whoever brings it gets 401. \`chaski keys\` makes one.`,
          );
        }
      }
      const authenticate = createAuthenticate({ db, tokenKey: auth.tokenKey, site: auth.site });
      const workOff = createWorkOff({
        db,
        log: part(log, 'queue'),
        startWorker: isWorker ? null : borrowWorker,
        inboundWaiting: async () => (await inboundLag(db)).waiting,
      });
      intake.push(() => workOff.stop());
      const http = await buildApi(
        {
          log: part(log, 'http'),
          environment: config.nodeEnv,
          authenticate,
          admission: createAdmission({
            buckets,
            planOf: (workspaceId) => limitsFor(db, workspaceId),
            rules: {
              anonymous: config.rateLimitAnonymous,
              api: config.rateLimitAnonymous,
              auth: config.rateLimitAuth,
              mails: config.rateLimitMails,
              messages: config.rateLimitMessages,
              uploads: config.rateLimitUploads,
              queue: { max: config.queueRateLimitMax, windowSeconds: config.queueRateLimitWindowSec },
            },
          }),
          trustedProxies: config.trustProxy,
          corsOrigins: config.corsOrigins,
          version: about.version,
          secure: config.publicUrl?.startsWith('https://') ?? false,
          checks: {
            database,
            webhooks: () => keeper.problem(),
            intake: async () => acceptor.problem(),
          },
        },
        {
          db,
          signals,
          auth,
          oidc: singleSignOn(config),
          numbers: numberDeps,
          accounts: { ...numberDeps, calls: providers, addressOf: webhookAddress },
          inbound: { keeper, ycloud, acceptor, flood: flood ? floodGate(buckets, flood) : undefined },
          blobs,
          provider: providers,
          urlKey: secrets.jwtSecret,
          compat: {
            openTenants: simulator !== null && config.compatTenants !== 'credentials',
            queue: config.queueSecret === undefined ? null : { secret: config.queueSecret, workOff },
            keys,
          },
        },
      );
      let openSockets = () => 0;
      metricsRoutes(http.app, {
        token: config.metricsToken ?? null,
        figures: figuresOf({ ...sources, intake: acceptor.stats, sockets: () => openSockets() }),
      });
      await page;
      await pageRoutes(http.app);
      await docsRoutes(http.app);
      intake.push(() => http.stopIntake());
      sockets.push(
        () => acceptor.close(),
        () => http.close(),
      );
      const fanout = redis ? await createRedisFanout(redis) : await createPgFanout(db, part(log, 'realtime'));
      pools.push(() => fanout.close());
      const realtime = await startRealtime({
        db,
        signals,
        fanout,
        log: part(log, 'realtime'),
        server: http.app.server,
        authenticate,
        origins: [...config.corsOrigins, ...(config.publicUrl === undefined ? [] : [config.publicUrl])],
        isKey: async (apikey) => (await keys.read(apikey, db.clock.now())) !== null,
        rows: supabaseRows,
      });
      openSockets = () => realtime.count();
      intake.push(() => realtime.stopIntake());
      // Before the server: it waits for every connection.
      sockets.push(() => realtime.close());
      const listening = await http.listen({ host: config.host, port: config.port });
      local = listening.replace('[::]', 'localhost').replace('0.0.0.0', 'localhost');
      url ||= local;
      if (appSecret === undefined && !simulator) {
        warnings.push('No app secret is configured: every webhook is refused with 401. Set META_APP_SECRET.');
      }
    }

    // ── the worker ──
    if (!isApi && config.metricsPort !== undefined) {
      const bare = await buildHttp({
        log: part(log, 'http'),
        environment: config.nodeEnv,
        authenticate: async () => null,
        checks: { database },
      });
      metricsRoutes(bare.app, {
        token: config.metricsToken ?? null,
        figures: figuresOf({ ...sources, intake: { stored: 0, refused: 0 }, sockets: () => 0 }),
      });
      sockets.push(() => bare.close());
      await bare.listen({ host: config.host, port: config.metricsPort });
    }
    if (isWorker) {
      await startWorker(work);
      await enqueueBackfill(db);
    } else {
      const quiet = [announceEvents(signals), announceSends(signals)];
      work.push(() => quiet.forEach((stop) => void stop()));
    }

    if (isApi) await ensureOwnWorkspace(db, config.basicAuthUsers, auth.workspaceHooks);

    // ── the demo ──
    const demo =
      simulator &&
      isApi &&
      secrets.demoApiKey !== null &&
      secrets.operatorPassword !== null &&
      secrets.appSecret !== null &&
      secrets.verifyToken !== null
        ? await showDemo(simulator, {
            operatorPassword: secrets.operatorPassword,
            apiKey: secrets.demoApiKey,
            appSecret: secrets.appSecret,
            verifyToken: secrets.verifyToken,
          })
        : null;

    /** Begins all that a worker does; `ends` gets what ends it. `catchUpMs`: cron entries missed for so long are made up for. */
    async function startWorker(ends: typeof work, catchUpMs = 0): Promise<void> {
      const events = await startEvents({
        db,
        signals,
        consumers,
        log: part(log, 'events'),
      });
      ends.push(() => events.stop());
      const delivery = startDelivery({
        db,
        signals,
        log: part(log, 'deliver'),
        provider: providers.named,
        uploads: mediaUploads({ db, blobs, provider: providers }),
        budgets: createBudgets(buckets, { app: config.sendBudgetApp, portfolio: config.sendBudgetPortfolio }),
      });
      ends.push(() => delivery.stop());
      const processor = startProcessor({
        db,
        signals,
        log: part(log, 'inbound'),
        parse,
        ...(config.processShards > 0 ? { lanes: config.processShards } : {}),
      });
      ends.push(() => processor.stop());
      const waking = startWaking({ db, log: part(log, 'conversations') });
      ends.push(() => waking.stop());
      const campaigns = startCampaigns({ db, log: part(log, 'campaigns') });
      ends.push(() => campaigns.stop());
      const jobs = await startJobs({
        databaseUrl: options.database.url,
        rolePrefix: config.dbRolePrefix,
        db,
        log: part(log, 'jobs'),
        handlers: [
          fetchHandler({ db, blobs, provider: providers }),
          deleteBytesHandler({ db, blobs }),
          planHandler({ db, blobs }),
          ...syncTemplatesHandlers({ db, provider: providers }),
          ...handOverHandlers({ db, blobs, provider: providers }),
          subscribeHandler({ db, ring, calls: providers, addressOf: webhookAddress }),
          dropTokenHandler(db),
          replayNumberHandler({ db, parse, log: part(log, 'inbound') }),
          markReadHandler({ db, provider: providers.named, delivery }),
          auth.mailer.handler,
          mailResetHandler({ db, ...auth }),
          expireAnswersHandler(db),
          backfillHandler(db),
          rollHandler(db),
          sendNoticeHandler({
            db,
            ring,
            egress: createEgress({ allowed: config.egressAllow }),
            contact: config.publicUrl?.startsWith('https:')
              ? config.publicUrl
              : `mailto:${/<([^>]+)>/.exec(config.mailFrom)?.[1] ?? config.mailFrom}`,
          }),
          importHandler({ db, blobs }),
          eraseHandler({ db, blobs, eraseBodies, eraseSearch }),
          handle(maintain, async () => {
            await maintainInbound(db);
            await forgetSpentSessions(db);
            await forgetDeafSubscriptions(db);
            for (const { workspaceId, days } of await auditRetentions(db)) {
              await applyRetention({ db, ring }, workspaceId, days);
            }
            await dropSpentEventDays(db, eventDays, part(log, 'events'));
            await forgetQuietKeys(db);
          }),
        ],
        cron: [expireAnswersCron, syncTemplatesCron, rollCron, { job: maintain, match: '17 * * * *' }],
        catchUpMs,
      });
      ends.push(() => jobs.stop());
    }

    /** A worker for the length of a call (S1's cron): a day of missed cron entries is made up for. */
    async function borrowWorker(): Promise<() => Promise<void>> {
      const ends: typeof work = [];
      const sealer = seal();
      ends.push(() => sealer.stop());
      try {
        await startWorker(ends, 86_400_000);
      } catch (error) {
        await undo(ends);
        throw error;
      }
      return () => undo(ends);
    }

    async function attachedSimulator(): Promise<AttachedSimulator> {
      const opened = await openSimulator({
        url: config.simulatorUrl,
        adminKey:
          config.simulatorUrl === undefined ? secrets.simulatorAdminKey : (config.simulatorKey ?? null),
        port: config.simulatorPort,
        journal: join(options.dataDir, 'simulator.jsonl'),
      });
      // Last to go: statuses of what is still being sent come through it.
      pools.push(() => opened.close());
      return opened;
    }

    async function showDemo(
      phones: AttachedSimulator,
      credentials: { operatorPassword: string; apiKey: string; appSecret: string; verifyToken: string },
    ): Promise<NonNullable<Started['demo']>> {
      await phones.attach({
        secret: credentials.appSecret,
        verifyToken: credentials.verifyToken,
        webhookUrl: `${config.simulatorUrl === undefined ? local : url}/webhooks/cloud/simulator`,
      });
      for (const number of await db.withSystem('numbers of the simulator', (tx) =>
        listMockNumbers(tx, { ring }),
      )) {
        await phones.register(number);
      }
      const made = await ensureDemo({
        db,
        simulator: phones,
        apiKey: credentials.apiKey,
        operatorPassword: credentials.operatorPassword,
        unknownSends: config.unknownSends,
        numberDeps,
        workspaceHooks: auth.workspaceHooks,
      });
      return { ...made, ...credentials };
    }

    return {
      url,
      simulatorUrl: simulator?.baseUrl ?? null,
      pageUrl: isApi ? `${url}/app/inbox` : null,
      phoneUrl: simulator?.phoneUrl ?? null,
      demo,
      warnings,
    };
  }

  return {
    async migrate() {
      await migrate({
        ownerUrl: options.database.ownerUrl,
        rolePrefix: config.dbRolePrefix,
        loginPassword: secrets.databasePassword,
        log: part(log, 'database'),
        // As the owner role: what the queue makes must not belong to whoever happens to migrate.
        afterMigrate: (_client, _roles, ownerUrl) => installQueue(ownerUrl, config.dbRolePrefix),
      });
    },
    start,
    stopIntake: () => undo(intake),
    // Side by side: none waits for another, and each has calls and batches of its own to finish.
    drain: async () => {
      await Promise.all(work.splice(0).map((stop) => stop()));
    },
    closeSockets: () => undo(sockets),
    closePools: () => undo(pools),
  };
}
