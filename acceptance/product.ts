/**
 * The product as its user has it: a child process started by the documented command, known only by what it prints
 * and writes. Imports nothing of ours.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ready {
  url: string;
  simulatorUrl: string | null;
  apiKey: string;
  appSecret: string;
  verifyToken: string;
  numbers: { id: string; phoneNumberId: string; displayPhoneNumber: string }[];
  pids: { app: number; postgres: number | null };
}

export interface Product {
  ready: Ready;
  dataDir: string;
  /** Everything printed so far, both streams. */
  output(): string;
  api(
    path: string,
    init?: { method?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; body: unknown; headers: Headers }>;
  /** The signal goes to the app's own process. Resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  exited: Promise<number | null>;
}

const root = new URL('..', import.meta.url).pathname;

export async function dataFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const parent = await mkdtemp(join(tmpdir(), 'chaski-acceptance-'));
  // PostgreSQL runs as another user when we are root: it has to get through.
  await chmod(parent, 0o711);
  return { path: join(parent, 'data'), remove: () => rm(parent, { recursive: true, force: true }) };
}

export interface StartOptions {
  dataDir: string;
  args?: string[];
  env?: Record<string, string>;
}

export function launch({ dataDir, args = [], env = {} }: StartOptions): {
  child: ChildProcess;
  readyFile: string;
  output(): string;
  exited: Promise<number | null>;
} {
  const readyFile = `${dataDir}-ready-${process.pid}-${Math.random().toString(36).slice(2)}.json`;
  const child = spawn(
    process.execPath,
    [
      join(root, 'apps/server/bin/chaski.js'),
      'start',
      '--data-dir',
      dataDir,
      '--port',
      '0',
      '--ready-file',
      readyFile,
      ...args,
    ],
    {
      cwd: root,
      env: { ...cleanEnvironment(), SIMULATOR_PORT: '0', LOG_LEVEL: 'info', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    printed += chunk;
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, readyFile, output: () => printed, exited };
}

/** Nothing of the machine's settings reaches the product: a PORT or DATABASE_URL set there must not matter. */
function cleanEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'USER', 'SystemRoot'];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

export async function startProduct(options: StartOptions): Promise<Product> {
  const { child, readyFile, output, exited } = launch(options);
  let gone = false;
  void exited.then(() => {
    gone = true;
  });
  await until(
    async () => gone || existsSync(readyFile),
    60_000,
    () => `the product did not get ready:\n${output()}`,
  );
  if (gone) throw new Error(`the product ended before it was ready:\n${output()}`);
  const ready = JSON.parse(await readFile(readyFile, 'utf8')) as Ready;
  await rm(readyFile, { force: true });
  return {
    ready,
    dataDir: options.dataDir,
    output,
    exited,
    async api(path, init = {}) {
      const response = await fetch(`${ready.url}${path}`, {
        method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
        headers: {
          authorization: `Bearer ${ready.apiKey}`,
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...init.headers,
        },
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
      };
    },
    async stop(signal = 'SIGTERM') {
      if (!gone) child.kill(signal);
      return await exited;
    },
  };
}

/** Looks every 25 ms until it is so. Not a sleep: it ends as soon as the condition holds. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  limitMs: number,
  explain: () => string,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(explain());
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
