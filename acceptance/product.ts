/**
 * The product as its user has it: a child process started by the documented command, known only by what it prints
 * and writes. Imports nothing of ours.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ready {
  url: string;
  simulatorUrl: string | null;
  phoneUrl: string | null;
  apiKey: string;
  operatorEmail: string;
  operatorPassword: string;
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
  /** To the launcher and everything below it, as the terminal does at Ctrl-C. PostgreSQL has a group of its own. */
  signalGroup(signal: NodeJS.Signals): void;
  /** A webhook as WhatsApp sends it, signed with the printed secret or another one. */
  webhook(path: string, body: string, secret?: string): Promise<Response>;
  /** The simulator's admin API. */
  simulator(path: string, body?: unknown): Promise<unknown>;
  exited: Promise<number | null>;
}

const root = new URL('..', import.meta.url).pathname;

export interface Folder {
  path: string;
  /** With all that was started on it, which is killed: to stop it first would be a second more in each file. */
  remove(): Promise<void>;
}

export async function dataFolder(): Promise<Folder> {
  const parent = await mkdtemp(join(tmpdir(), 'chaski-acceptance-'));
  // PostgreSQL runs as another user when we are root: it has to get through.
  await chmod(parent, 0o711);
  folders.add(parent);
  const path = join(parent, 'data');
  return {
    path,
    async remove() {
      endAll(parent);
      folders.delete(parent);
      await rm(parent, { recursive: true, force: true, maxRetries: 40, retryDelay: 50 });
    },
  };
}

const folders = new Set<string>();
/** What was started and still lives, by the data folder's parent. */
const children = new Map<ChildProcess, string>();

/** Kills what a test left in `parent`: the programs with all below them, then the database that outlives them. */
function endAll(parent: string): void {
  for (const [child, dataDir] of children) {
    if (dataDir.startsWith(parent)) killGroup(child, 'SIGKILL');
  }
  for (const pid of databasePids(parent)) quietly(() => process.kill(pid, 'SIGQUIT'));
}

function databasePids(parent: string): number[] {
  const pid = postgresPid(join(parent, 'data'));
  return pid === null ? [] : [pid];
}

/** The database's main process by the file it keeps itself; null when there is none. */
export function postgresPid(dataDir: string): number | null {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    return pid > 1 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) quietly(() => process.kill(-(child.pid ?? 0), signal));
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // gone already
  }
}

// A run that is broken off leaves nothing behind either.
process.once('exit', () => {
  for (const parent of folders) {
    endAll(parent);
    quietly(() => rmSync(parent, { recursive: true, force: true }));
  }
});

/**
 * A port that nobody listens on now. For addresses that must stay the same over a restart. Below those that systems give
 * to whoever asks for any: one of these is gone as soon as another program, or a mere connection, is given it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export function sign(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export interface StartOptions {
  dataDir: string;
  args?: string[];
  env?: Record<string, string>;
  /** 200 s; a stale page is built first, which takes a busy machine two minutes. */
  readyWithinMs?: number;
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
      detached: true, // leads a process group, as under a shell
    },
  );
  children.set(child, dataDir);
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    printed += chunk;
  });
  const exited = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      children.delete(child);
      resolve(code);
    }),
  );
  return { child, readyFile, output: () => printed, exited };
}

export interface Said {
  code: number | null;
  out: string;
  err: string;
  /** Each line of standard output read as JSON. */
  rows(): Record<string, unknown>[];
}

/** `chaski …` as typed in another terminal. */
export async function chaski(
  args: string[],
  options: { dataDir: string; env?: Record<string, string>; input?: string },
): Promise<Said> {
  const child = spawn(process.execPath, [join(root, 'apps/server/bin/chaski.js'), ...args], {
    cwd: tmpdir(),
    env: { ...cleanEnvironment(), DATA_DIR: options.dataDir, LOG_LEVEL: 'error', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  children.set(child, options.dataDir);
  child.stdin.on('error', () => {}); // a command that reads nothing may end first
  child.stdin.end(options.input ?? '');
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  children.delete(child);
  return {
    code,
    out,
    err,
    rows: () =>
      out
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
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
    // Both, as what is printed comes through a pipe of its own.
    async () => gone || (existsSync(readyFile) && output().includes('Ctrl-C stops it.')),
    options.readyWithinMs ?? 200_000,
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
    signalGroup: (signal) => killGroup(child, signal),
    webhook: (path, body, secret = ready.appSecret) =>
      fetch(`${ready.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body, secret) },
        body,
      }),
    async simulator(path, body) {
      const key = new URL(ready.phoneUrl ?? '').searchParams.get('key') ?? '';
      const response = await fetch(`${ready.simulatorUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json();
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

/** The rows of a list, all of them (tests have few). */
export async function list<Row>(product: Product, path: string): Promise<Row[]> {
  const { status, body } = await product.api(`${path}${path.includes('?') ? '&' : '?'}limit=100`);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return (body as { data: Row[] }).data;
}

/** What tests look at in a message. */
export interface Message {
  id: string;
  direction: 'in' | 'out';
  type: string;
  content: { type: string; text?: { body: string } };
  status: string;
  numberId: string;
  contactId: string | null;
  conversationId: string;
  dedupeKey: string | null;
  providerMessageId: string | null;
  purpose: string;
  error: { code: string; message: string } | null;
}

export interface Contact {
  id: string;
  displayName: string;
  phone: string | null;
  lastSeenAt: string | null;
  optOut: { status: boolean; at: string | null; source: string | null; keyword: string | null };
}
