/** The programs that are measured: the product as its user starts it, and the bare server beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createSimulator, type Simulator } from '@chaski/simulator';
import type pg from 'pg';
import { type Product, type StartOptions, startProduct } from '../acceptance/product.ts';
import { type Cluster, sealingKey } from './cluster.ts';
import { until } from './measure.ts';

export const appSecret = 'a-secret-of-the-bench-of-40-characters-';

/** What was started and not stopped: a family that fails must not leave its programs behind. */
const running = new Set<() => Promise<unknown>>();

export async function stopEverything(): Promise<void> {
  await Promise.allSettled([...running].map((stop) => stop()));
  running.clear();
}

function remember<T extends { stop(): Promise<unknown> }>(started: T): T {
  const stop = started.stop.bind(started);
  const once = () => {
    running.delete(once);
    return stop();
  };
  running.add(once);
  return { ...started, stop: once };
}

/** The product as its user starts it. */
export async function launch(options: StartOptions): Promise<Product> {
  return remember(await startProduct(options));
}

/** Roles api only, no demo: what a front door in production is. */
export async function startDoor(cluster: Cluster, database: string): Promise<Product> {
  return launch({
    dataDir: await cluster.folder(),
    args: ['--no-demo', '--roles', 'api'],
    env: { ...environment(cluster, database), APP_SECRETS: appSecret, VERIFY_TOKEN: 'bench' },
  });
}

const environment = (cluster: Cluster, database: string) => ({
  DATABASE_URL: cluster.url(database),
  SEALING_KEYS: sealingKey,
  HOST: '127.0.0.1',
  LOG_LEVEL: 'warn',
});

export interface Stage {
  product: Product;
  simulator: Simulator;
  pool: pg.Pool;
  workspaceId: string;
  numberId: string;
  phoneNumberId: string;
  stop(): Promise<void>;
}

/** Everything in one process, the demo workspace on it, WhatsApp in ours; its number may send 1,000 a second. */
export async function startStage(
  cluster: Cluster,
  database: string,
  options: { autoReply: boolean },
): Promise<Stage> {
  const adminKey = randomUUID();
  const simulator = await createSimulator({
    adminKey,
    apps: [],
    // Statuses come as the real ones do: after the answer, one after the other.
    statusDelaysMs: { sent: 20, delivered: 40, read: 80 },
    webhooks: { connections: 64, keep: 100 },
  });
  // Of its own: a product that does not start must not leave it running.
  const whatsapp = remember({ stop: () => simulator.close() });
  const product = await launch({
    dataDir: await cluster.folder(),
    env: { ...environment(cluster, database), SIMULATOR_URL: simulator.url, SIMULATOR_KEY: adminKey },
  });
  const pool = cluster.pool(database, 4);
  const number = product.ready.numbers[0]!;
  const { rows } = await pool.query<{ workspace_id: string }>(
    'update numbers set mps = 1000 returning workspace_id',
  );
  await pool.query('update workspaces set settings = $1', [JSON.stringify({ autoReply: options.autoReply })]);
  // The product paces itself; the simulator's own limit must not be what is measured.
  simulator.addNumber({ phoneNumberId: number.phoneNumberId, mps: 10_000 });
  return remember({
    product,
    simulator,
    pool,
    workspaceId: rows[0]!.workspace_id,
    numberId: number.id,
    phoneNumberId: number.phoneNumberId,
    async stop() {
      simulator.stopWebhooks();
      await product.stop();
      await whatsapp.stop();
      await pool.end();
    },
  });
}

/** Ends when nothing waits to be processed and nothing to be sent. */
export async function quiet(pool: pg.Pool): Promise<void> {
  await until(
    'all webhooks processed and all messages sent',
    async () => {
      const { rows } = await pool.query<{ busy: boolean }>(
        `select exists (select 1 from raw_events where processed_at is null)
             or exists (select 1 from send_queue where state in ('due', 'claimed')) as busy`,
      );
      return !rows[0]!.busy;
    },
    60_000,
    50,
  );
}

export interface BareServer {
  url: string;
  table: string;
  stop(): Promise<void>;
}

export async function startBare(
  cluster: Cluster,
  database: string,
  mode: 'none' | 'group' | 'single',
): Promise<BareServer> {
  const child: ChildProcess = spawn(
    process.execPath,
    [new URL('bare-server.ts', import.meta.url).pathname, mode, cluster.url(database), appSecret],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('exit', (code) => reject(new Error(`the bare server (${mode}) ended with ${code}`)));
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return remember({
    url: `http://127.0.0.1:${port}`,
    table: `bare_${child.pid}`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  });
}
