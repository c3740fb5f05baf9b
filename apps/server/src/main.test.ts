import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const here = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
let folder: string;
let programs: Program[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chaski-main-'));
  chmodSync(folder, 0o711); // as root the database's user must get through
  programs = [];
});
afterEach(() => {
  for (const { child } of programs) child.kill('SIGKILL');
  for (const pid of [postgresPid()]) if (pid !== null) kill(pid, 'SIGQUIT');
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

interface Program {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

/** The program with a small app in place of the product: it listens, and says which phases it went through. */
function startProgram(
  env: Record<string, string> = {},
  drain = '',
  at = readyFile(),
  dataDir = join(folder, 'data'),
): Program {
  const script = `
    import { createServer } from 'node:http';
    import { parseConfig } from ${here('./config.ts')};
    import { run } from ${here('./main.ts')};
    const result = parseConfig(${JSON.stringify({ LOG_LEVEL: 'silent', PORT: '0', ...env })});
    if (!result.ok) throw new Error(result.problems.join());
    const say = (word) => console.log('phase ' + word);
    const createApp = async ({ config, database, secrets }) => {
      const server = createServer((_, response) => response.end('ok'));
      return {
        migrate: async () => say('migrate'),
        start: async () => {
          await new Promise((done, fail) => server.once('error', fail).listen(config.port, '127.0.0.1', done));
          return {
            url: 'http://127.0.0.1:' + server.address().port, simulatorUrl: null, pageUrl: null, phoneUrl: null,
            demo: { apiKey: secrets.demoApiKey, appSecret: secrets.appSecret, verifyToken: secrets.verifyToken, workspaceId: 'w', numbers: [] },
            warnings: [],
          };
        },
        stopIntake: async () => say('intake'),
        drain: async () => { say('drain'); ${drain} },
        closeSockets: async () => { say('sockets'); server.close(); },
        closePools: async () => say('pools'),
      };
    };
    try {
      await run(result.config, { dataDir: ${JSON.stringify(dataDir)}, readyFile: ${JSON.stringify(at)}, loadApp: async () => createApp });
      process.exit(0);
    } catch (error) {
      console.log(error.message);
      process.exit(1);
    }`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  // Its end is when all that it said has come: `exit` may be heard before the last of it.
  const program = { child, output: () => output, ended: once(child, 'close').then(([code]) => code) };
  programs.push(program);
  return program;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    const dead = programs.find(
      ({ child }) => child.exitCode !== null && child.exitCode > 0 && child.exitCode < 100,
    );
    if (dead !== undefined) throw new Error(dead.output());
    await new Promise((done) => setTimeout(done, 10));
  }
}

function postgresPid(): number | null {
  const file = join(folder, 'data/postgres/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone
  }
}

const readyFile = () => join(folder, 'ready.json');
const ready = () => until(() => existsSync(readyFile()));

test('starts, says where it is, and stops in phases with the database last', async () => {
  const program = startProgram();
  await ready();
  const said = JSON.parse(readFileSync(readyFile(), 'utf8'));
  expect(said.pids).toEqual({ app: program.child.pid, postgres: postgresPid() });
  expect(said.apiKey).toMatch(/^ck_/);
  expect(statSync(readyFile()).mode & 0o777).toBe(0o600);
  expect(await (await fetch(said.url)).text()).toBe('ok');

  // Another start on the folder ends and leaves everything as it is, this file too.
  const second = startProgram();
  expect(await second.ended).toBe(1);
  programs.pop(); // its end is no failure of what follows
  expect(second.output()).toContain(
    `Another chaski (pid ${program.child.pid}) is already running on this data folder, at ${said.url}: open that.`,
  );
  expect(second.output()).toContain(`(kill ${program.child.pid}, or Ctrl-C where it runs)`);
  expect(JSON.parse(readFileSync(readyFile(), 'utf8'))).toEqual(said);

  // As a terminal, npm and the launcher do together: several at once are one.
  for (const _ of [1, 2, 3]) program.child.kill('SIGINT');
  expect(await program.ended).toBe(0);
  expect(program.output().match(/phase \w+/g)).toEqual(
    ['migrate', 'intake', 'drain', 'sockets', 'pools'].map((word) => `phase ${word}`),
  );
  expect(postgresPid()).toBeNull();
  expect(existsSync(readyFile())).toBe(false);

  const again = startProgram();
  await ready();
  expect(JSON.parse(readFileSync(readyFile(), 'utf8')).apiKey).toBe(said.apiKey);
  again.child.kill('SIGTERM');
  expect(await again.ended).toBe(0);
});

test('a second signal ends at once; the next start takes the database over', async () => {
  const program = startProgram({}, 'await new Promise(() => {});');
  await ready();
  program.child.kill('SIGTERM');
  await until(() => program.output().includes('phase drain'));
  const again = setInterval(() => program.child.kill('SIGTERM'), 50); // until it counts as another one
  expect(await program.ended).toBe(143);
  clearInterval(again);
  const orphan = postgresPid();
  expect(orphan).not.toBeNull();

  rmSync(readyFile(), { force: true });
  const next = startProgram();
  await ready();
  expect(JSON.parse(readFileSync(readyFile(), 'utf8')).pids.postgres).toBe(orphan);
  next.child.kill('SIGTERM');
  expect(await next.ended).toBe(0);
});

test('a taken port is said and nothing is left running', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const program = startProgram({ PORT: String(port) });
  expect(await program.ended).toBe(1);
  expect(program.output()).toContain(`Port ${port} is taken`);
  expect(postgresPid()).toBeNull();
  expect(existsSync(readyFile())).toBe(false);
  // A worker listens for figures alone: --port would change nothing.
  const worker = startProgram({ PORT: String(port), METRICS_PORT: String(port), ROLES: 'worker' });
  expect(await worker.ended).toBe(1);
  expect(worker.output()).toContain(`Port ${port} is taken by another program.`);
  expect(worker.output()).toContain('set METRICS_PORT');
  holder.close();
});

test('a place that takes no ready file, or no data, is told before anything starts', async () => {
  const program = startProgram({}, '', join(folder, 'not/made/ready.json'));
  expect(await program.ended).toBe(1);
  expect(program.output()).toContain(`the folder of ${join(folder, 'not/made/ready.json')} does not exist`);
  expect(existsSync(join(folder, 'data'))).toBe(false);

  writeFileSync(join(folder, 'data'), '');
  const onFile = startProgram();
  expect(await onFile.ended).toBe(1);
  expect(onFile.output()).toContain(`The data folder ${join(folder, 'data')} is a file`);

  const nowhere = join(folder, 'unmounted');
  symlinkSync(nowhere, join(folder, 'link'));
  const onLink = startProgram({}, '', readyFile(), join(folder, 'link', 'data'));
  expect(await onLink.ended).toBe(1);
  expect(onLink.output()).toContain(`${join(folder, 'link')} is a link to ${nowhere}, which is not there`);

  // Node's own making of folders never ends there.
  if (!existsSync('/proc/self')) return;
  const inProc = startProgram({}, '', readyFile(), '/proc/x/y');
  expect(await inProc.ended).toBe(1);
  expect(inProc.output()).toContain('The data folder /proc/x/y cannot be made');
  expect(inProc.output()).toContain('--data-dir or DATA_DIR');
  const logs = startProgram({ LOG_DIR: '/proc/x' });
  expect(await logs.ended).toBe(1);
  expect(logs.output()).toContain('LOG_DIR: /proc/x cannot be written');
});

test('a signal during the start ends it in order', async () => {
  const program = startProgram();
  await until(() => program.output().includes('Creating the database'));
  program.child.kill('SIGINT');
  expect(await program.ended).toBe(0);
  expect(postgresPid()).toBeNull();
});

test('an own server that does not answer is named', async () => {
  // A folder that takes nothing: this worker has all it needs elsewhere.
  writeFileSync(join(folder, 'data'), '');
  const ready = JSON.stringify({ pids: { app: process.pid } });
  writeFileSync(readyFile(), ready);
  const program = startProgram({
    DATABASE_URL: 'postgres://nobody:x@127.0.0.1.invalid.:1/x',
    NODE_ENV: 'production',
    ROLES: 'worker',
    SEALING_KEYS: '5e'.repeat(32),
    JWT_SECRET: 'x'.repeat(32),
    BLOBS: 's3',
    S3_ENDPOINT: 'http://127.0.0.1:1',
    S3_BUCKET: 'media',
    S3_ACCESS_KEY_ID: 'x',
    S3_SECRET_ACCESS_KEY: 'x',
  });
  await until(() => program.output().includes('Waiting for the database'));
  // Nothing locks the folder here: the file of an app that lives is its own.
  expect(readFileSync(readyFile(), 'utf8')).toBe(ready);
  program.child.kill('SIGKILL');
});
