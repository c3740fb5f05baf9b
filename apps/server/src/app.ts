/**
 * app — the composition root: what stands on what, in the order in which it starts. With its halves api.ts (routes),
 * serve.ts (what listens), work.ts (what a worker runs) and consumers.ts it is all that knows every module.
 */
import { join } from 'node:path';
import type { ApiDeps } from './api.ts';
import { preparePage } from './build-page.ts';
import { type Demo, showDemo } from './demo.ts';
import { type Ends, undo } from './ends.ts';
import { type AppOptions, openGround } from './ground.ts';
import { hasPeople, tokenKeyOf } from './modules/auth/index.ts';
import { type AddNumberDeps, setDefaultWorkflow, webhookAddressOf } from './modules/numbers/index.ts';
import { enqueueBackfill } from './modules/search/index.ts';
import { ensureDefaults } from './modules/workflows/index.ts';
import { ensureOwnApps } from './own-apps.ts';
import { ensureOwnWorkspace } from './own-workspace.ts';
import { migrate } from './platform/db/migrate.ts';
import { part } from './platform/log.ts';
import { installQueue } from './platform/queue/index.ts';
import { serve, serveMetrics } from './serve.ts';
import { openSimulator } from './simulator.ts';
import { announceWork, borrowWorker, startSealing, startWorker } from './work.ts';

export interface Started {
  url: string;
  simulatorUrl: string | null;
  /** The web app; null without the role api. */
  pageUrl: string | null;
  phoneUrl: string | null;
  demo: Demo | null;
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

export async function createApp(options: AppOptions): Promise<App> {
  const { config, secrets, log } = options;
  const isApi = config.roles.includes('api');
  const isWorker = config.roles.includes('worker');

  // What is undone at the end, by phase.
  const intake: Ends = [];
  const work: Ends = [];
  const sockets: Ends = [];
  const pools: Ends = [];

  async function start(): Promise<Started> {
    const warnings: string[] = [];
    // Beside everything else: it takes a few seconds, once.
    const page = isApi ? preparePage(part(log, 'page'), options.print) : Promise.resolve();
    // Awaited by serve; until then its failure is nobody's.
    page.catch(() => {});

    const ground = await openGround(options, pools, warnings);
    const { db, ring, mailer, providers } = ground;
    const simulator = config.demo ? await openSimulator(simulatorOptions()) : null;
    // Last to go: statuses of what is still being sent come through it.
    if (simulator) pools.push(() => simulator.close());
    await ensureOwnApps(ground, simulator?.baseUrl ?? null);

    // ── what several halves are made with ──
    let url = config.publicUrl ?? '';
    // The simulator's phones live on this machine, whatever the public address is.
    let local = url;
    const addressOf = webhookAddressOf((isSimulated) => (isSimulated ? local : url));
    const numbers: AddNumberDeps = {
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
    const auth: ApiDeps['auth'] = {
      tokenKey: tokenKeyOf(secrets.jwtSecret),
      site: { publicUrl: config.publicUrl ?? null, corsOrigins: config.corsOrigins },
      mailer,
      links: { publicUrl: () => url || `http://localhost:${config.port}` },
      registration: config.registration ?? (config.nodeEnv === 'development' ? 'open' : 'invite'),
      workspacesPerUser: config.workspacesPerUser,
      workspaceHooks: {
        onWorkspaceCreated: async (tx, workspace) => void (await ensureDefaults(tx, workspace.id)),
      },
    };
    const working = { ground, auth, addressOf };

    // ── the roles ──
    if (isWorker) {
      const sealer = startSealing(ground);
      // Last of its phase: it seals and anchors what the last requests wrote.
      sockets.push(() => sealer.stop());
    }
    if (isApi) {
      local = await serve(
        {
          ground,
          auth,
          numbers,
          addressOf,
          phoneUrl: simulator?.phoneUrl ?? null,
          borrowWorker: isWorker ? null : () => borrowWorker(working),
          page,
          warnings,
        },
        { intake, sockets, pools },
      );
      url ||= local;
      if (config.appSecrets.length === 0 && !simulator) {
        warnings.push('No app secret is configured: every webhook is refused with 401. Set APP_SECRETS.');
      }
    } else if (config.metricsPort !== undefined) await serveMetrics(ground, config.metricsPort, sockets);
    if (isWorker) {
      await startWorker(working, work);
      await enqueueBackfill(db);
    } else announceWork(ground, work);

    // ── who is there from the start ──
    if (isApi) await ensureOwnWorkspace(db, config.basicAuthUsers, auth.workspaceHooks);
    const demo =
      simulator && isApi
        ? await showDemo({
            ground,
            simulator,
            webhookUrl: `${config.simulatorUrl === undefined ? local : url}/webhooks/cloud/simulator`,
            numberDeps: numbers,
            workspaceHooks: auth.workspaceHooks,
          })
        : null;
    if (isApi && !(await db.withSystem('can anybody sign in', hasPeople))) {
      warnings.push('Nobody can sign in yet: `chaski admin create --email <you>` makes the first person.');
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

  const simulatorOptions = () => ({
    url: config.simulatorUrl,
    adminKey: config.simulatorUrl === undefined ? secrets.simulatorAdminKey : (config.simulatorKey ?? null),
    port: config.simulatorPort,
    journal: join(options.dataDir, 'simulator.jsonl'),
  });

  return {
    async migrate() {
      await migrate({
        ownerUrl: options.database.ownerUrl,
        rolePrefix: config.dbRolePrefix,
        loginPassword: options.database.loginPassword,
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
