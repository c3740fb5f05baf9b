/**
 * serve — app.ts's half that listens: WhatsApp's door, the API with its gates and limits, pages, realtime and figures.
 * The routes themselves are api.ts's.
 */
import about from '../package.json' with { type: 'json' };
import { type ApiDeps, buildApi } from './api.ts';
import type { Config } from './config.ts';
import { docsRoutes } from './docs-page/index.ts';
import type { Ends } from './ends.ts';
import { type FigureSources, figuresOf } from './figures.ts';
import type { Ground } from './ground.ts';
import { createAuthenticate, createOidc, installationKeys } from './modules/auth/index.ts';
import { createWorkOff, supabaseRows } from './modules/compat/index.ts';
import { startRealtime } from './modules/feed/index.ts';
import { createAcceptor, createDoorKeeper, createYcloudKeeper, inboundLag } from './modules/inbound/index.ts';
import { loadDoor, loadSigningAccounts } from './modules/numbers/index.ts';
import { limitsFor } from './modules/workspaces/index.ts';
import { pageRoutes } from './page.ts';
import { buildHttp, type HttpApp } from './platform/http/index.ts';
import { createAdmission, createHandshakes, floodGate, type Rules } from './platform/limits/index.ts';
import { part } from './platform/log.ts';
import { metricsRoutes } from './platform/metrics-routes.ts';
import { createPgFanout, createRedisFanout } from './platform/realtime/index.ts';

export interface ServeDeps {
  ground: Ground;
  auth: ApiDeps['auth'];
  numbers: ApiDeps['numbers'];
  addressOf: ApiDeps['accounts']['addressOf'];
  /** Begins a worker for the length of a call; null where this process is one anyway. */
  borrowWorker: (() => Promise<() => Promise<void>>) | null;
  phoneUrl: ApiDeps['phoneUrl'];
  /** The web app is built when this is. */
  page: Promise<void>;
  warnings: string[];
}

/** Each phase gets what ends its part. */
export interface ServeEnds {
  intake: Ends;
  sockets: Ends;
  pools: Ends;
}

/** Answers where it listens. */
export async function serve(deps: ServeDeps, { intake, sockets, pools }: ServeEnds): Promise<string> {
  const { ground, auth, numbers, warnings } = deps;
  const { config, secrets, db, ring, signals, log, blobs, buckets, redis, providers: provider } = ground;
  const keeper = createDoorKeeper({ load: () => loadDoor(db, ring), log: part(log, 'inbound') });
  const ycloud = createYcloudKeeper({
    load: () => loadSigningAccounts(db, ring),
    log: part(log, 'inbound'),
    clock: db.clock,
  });
  const acceptor = createAcceptor({
    db,
    signals,
    log: part(log, 'inbound'),
    maxBytes: config.ingestMaxBufferBytes,
  });
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
    startWorker: deps.borrowWorker,
    inboundWaiting: async () => (await inboundLag(db)).waiting,
  });
  intake.push(() => workOff.stop());
  const http = await buildApi(
    {
      log: part(log, 'http'),
      environment: config.nodeEnv,
      showsStacks: config.showsStacks,
      authenticate,
      admission: createAdmission({
        buckets,
        planOf: (workspaceId) => limitsFor(db, workspaceId),
        rules: ratesOf(config),
      }),
      trustedProxies: config.trustProxy,
      corsOrigins: config.corsOrigins,
      version: about.version,
      secure: config.publicUrl?.startsWith('https://') ?? false,
      checks: {
        ...databaseCheck(ground),
        webhooks: () => keeper.problem(),
        intake: async () => acceptor.problem(),
      },
    },
    {
      db,
      signals,
      auth,
      oidc: singleSignOn(config),
      numbers,
      accounts: { ...numbers, calls: provider, addressOf: deps.addressOf },
      inbound: { keeper, ycloud, acceptor, flood: floodOf(ground) },
      blobs,
      provider,
      urlKey: secrets.jwtSecret,
      retention: { mostMonths: config.retentionMaxMonths ?? null, rawDays: config.rawEventDays },
      phoneUrl: deps.phoneUrl ?? null,
      compat: {
        openTenants: numbers.simulator !== null && config.compatTenants !== 'credentials',
        queue: config.queueSecret === undefined ? null : { secret: config.queueSecret, workOff },
        keys,
      },
    },
  );
  let openSockets = () => 0;
  addMetrics(http.app, ground, { intake: acceptor.stats, sockets: () => openSockets() });
  await deps.page;
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
    handshakes: createHandshakes({
      buckets,
      rule: config.rateLimitSockets,
      trustedProxies: config.trustProxy,
    }),
    rows: supabaseRows,
  });
  openSockets = () => realtime.count();
  intake.push(() => realtime.stopIntake());
  // Before the server: it waits for every connection.
  sockets.push(() => realtime.close());
  const listening = await http.listen({ host: config.host, port: config.port });
  return listening.replace('[::]', 'localhost').replace('0.0.0.0', 'localhost');
}

/** /metrics, /livez and /readyz alone, for a process that serves nothing else. */
export async function serveMetrics(ground: Ground, port: number, sockets: Ends): Promise<void> {
  const { config } = ground;
  const bare = await buildHttp({
    log: part(ground.log, 'http'),
    environment: config.nodeEnv,
    authenticate: async () => null,
    checks: databaseCheck(ground),
  });
  addMetrics(bare.app, ground, { intake: { stored: 0, refused: 0 }, sockets: () => 0 });
  sockets.push(() => bare.close());
  await bare.listen({ host: config.host, port });
}

function addMetrics(
  app: HttpApp,
  { db, config }: Ground,
  ofProcess: Pick<FigureSources, 'intake' | 'sockets'>,
): void {
  metricsRoutes(app, {
    token: config.metricsToken ?? null,
    figures: figuresOf({ db, inboundLag: () => inboundLag(db), ...ofProcess }),
  });
}

const databaseCheck = ({ db }: Ground) => ({
  database: async () => {
    await db.runSystem('ready', [{ statement: 'select 1' }]);
    return null;
  },
});

const ratesOf = (config: Config): Rules => ({
  anonymous: config.rateLimitAnonymous,
  api: config.rateLimitAnonymous,
  auth: config.rateLimitAuth,
  mails: config.rateLimitMails,
  addressMails: config.rateLimitAddressMails && { ...config.rateLimitAddressMails, per: 'account' },
  invitations: config.rateLimitInvitations && { ...config.rateLimitInvitations, per: 'workspace' },
  workspaces: config.rateLimitWorkspaces,
  messages: config.rateLimitMessages,
  uploads: config.rateLimitUploads,
  queue: { max: config.queueRateLimitMax, windowSeconds: config.queueRateLimitWindowSec },
});

/** Unset, an authentic webhook is never refused. */
function floodOf({ config, buckets }: Ground) {
  if (config.webhookRateLimitMax === undefined) return undefined;
  return floodGate(buckets, {
    name: 'webhook',
    max: config.webhookRateLimitMax,
    windowSeconds: config.webhookRateLimitWindowSec,
  });
}

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
