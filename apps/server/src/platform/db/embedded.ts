/**
 * embedded — PostgreSQL as a child of ours, for installations without DATABASE_URL.
 *
 * Words: the *cluster* is `<data>/postgres`; its *postmaster* is the process that `postmaster.pid` names; an *orphan*
 * is a postmaster whose app was killed with -9 (PostgreSQL goes on, on purpose: it loses nothing that way); the
 * *app lock* is an advisory lock that an app's own session holds for the app's lifetime.
 *
 * Always true:
 * - One app per folder. Whoever holds the app lock is the app; an orphan is adopted by taking the lock, and a second
 *   start, also a racing one, does not get it and says so. The lock ends with its holder's session, so no file of a
 *   dead process can be in the way.
 * - A cluster is whole or absent: initdb works in a folder beside it which is renamed.
 * - The postmaster leads a process group of its own: Ctrl-C must not stop it before the app has drained.
 * - No TCP. The socket lies in a folder that only the database's user (and root) can enter, which is what lets
 *   pg_hba.conf trust every local connection.
 * - If the postmaster dies while we live (kill -9), it is started again and the lock is taken again.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Binaries, prepareBinaries } from './embedded-binaries.ts';
import {
  databaseIdentity,
  EmbeddedError,
  firstClosedFolder,
  type Identity,
  statOrNull,
} from './embedded-user.ts';

export { defaultDataDir, EmbeddedError } from './embedded-user.ts';

/** 'chaski' and 'app' in ASCII: two-part advisory keys are a space of their own, far from hashed ones. */
const APP_LOCK = [0x63686173, 0x617070] as const;
/** No TCP port is opened; the number only names the socket file. */
const PORT = 5432;
const DATABASE = 'chaski';
const SUPERUSER = 'postgres';
/** The kernel's limit for a socket's path is 104 (macOS) or 108 bytes. */
const SOCKET_PATH_LIMIT = 100;
/** A killed app's session is gone within milliseconds; a racing start decides within one connect. */
const LOCK_PATIENCE_MS = 1_500;
/** Recovery after a crash replays at most max_wal_size. */
const START_PATIENCE_MS = 120_000;
const POLL_MS = 20;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** What the launcher says while it works; pino's Logger fits. */
export interface EmbeddedLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface EmbeddedOptions {
  dataDir: string;
  log: EmbeddedLog;
  /** Called with a sentence while a first start creates the database. */
  onProgress?: (message: string) => void;
  /** PostgreSQL 15 in tests. */
  major?: 15 | 18;
  /** Called when the database is lost for good (it will not start again, or another app took the folder). */
  onLost?: (error: Error) => void;
}

/** Where the database answers. */
export interface EmbeddedAddress {
  socketDir: string;
  port: number;
  /** For pg: the superuser in the app's database. It migrates only; what it makes belongs to the owner role. */
  connection: { host: string; port: number; user: string; database: string };
  superuserUrl: string;
  /** A connection string for another login or database of this cluster; the socket trusts everybody. */
  urlFor(user: string, password?: string, database?: string): string;
}

export interface Embedded extends EmbeddedAddress {
  /** Of the postmaster; changes when it had to be started again. */
  readonly pid: number;
  /** It ran already when we came: an orphan of a killed app. */
  adopted: boolean;
  /** initdb ran in this start. */
  created: boolean;
  /** Ends PostgreSQL: `fast` rolls back what is open and writes everything down, `immediate` leaves it to recovery. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Lets PostgreSQL run on as an orphan and ends our session only. */
  release(): Promise<void>;
}

interface Postmaster {
  pid: number;
  socketDir: string;
  port: number;
}

/**
 * Takes the app lock for as long as `client`'s session lives. Advisory locks count per database, so every caller
 * connects to the same one (`postgres`).
 */
export async function holdAppLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [
    ...APP_LOCK,
  ]);
  return rows[0]?.held === true;
}

/** Starts the database of `dataDir`, or adopts its orphan, and takes the app lock. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const cluster = await openCluster(options);
  const { postmaster, adopted, created } = await cluster.ensureRunning();
  let current = postmaster;
  let lock: pg.Client;
  try {
    lock = await takeLock(current);
    await createDatabase(lock);
  } catch (error) {
    // Only what we started and nobody else uses: the holder of the lock goes on working with it.
    if (!adopted && !(error instanceof EmbeddedError))
      await signalAndWait(cluster.folder, current.pid, 'SIGINT');
    throw error;
  }
  let ending = false;
  let recovering: Promise<void> = Promise.resolve();

  const watch = (session: pg.Client): void => {
    session.on('error', () => {}); // 'end' follows
    session.once('end', () => {
      if (!ending) recovering = recover();
    });
  };
  const recover = async (): Promise<void> => {
    try {
      options.log.warn({ pid: current.pid }, 'the database ended our session; bringing it back');
      for (;;) {
        current = (await cluster.ensureRunning()).postmaster;
        if (ending) return;
        try {
          lock = await takeLock(current);
          break;
        } catch (error) {
          // It may die again between its start and our session (several kills in a row).
          if (error instanceof EmbeddedError) throw error;
          await pause(POLL_MS);
        }
      }
      watch(lock);
      options.log.info({ pid: current.pid }, 'the database is back');
    } catch (error) {
      if (!ending) options.onLost?.(error instanceof Error ? error : new Error(String(error)));
    }
  };
  watch(lock);

  return {
    ...addressOf(current),
    adopted,
    created,
    get pid() {
      return current.pid;
    },
    async stop(mode = 'fast') {
      ending = true;
      await recovering; // what it started is ours to stop
      await signalAndWait(cluster.folder, current.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await lock.end().catch(() => {});
    },
    async release() {
      ending = true;
      await recovering;
      await lock.end().catch(() => {});
    },
  };
}

/**
 * The database of `dataDir` if it is running, for commands that work beside the app (and need no lock); null when it
 * is not running or the folder holds none.
 */
export async function findRunning(dataDir: string): Promise<EmbeddedAddress | null> {
  const folder = join(resolve(dataDir), 'postgres');
  const postmaster = readPostmaster(folder);
  if (postmaster === null || !isPostmasterOf(folder, postmaster.pid)) return null;
  return (await answers(postmaster)) === 'ready' ? addressOf(postmaster) : null;
}

interface Cluster {
  folder: string;
  ensureRunning(): Promise<{ postmaster: Postmaster; adopted: boolean; created: boolean }>;
}

/** Checks folder, user and binaries; starts nothing. */
/** Makes the folder; parents that we make let PostgreSQL's user through, also under umask 077. */
function makeFolders(wanted: string): void {
  const first = mkdirSync(wanted, { recursive: true, mode: 0o700 });
  for (let made = wanted; first !== undefined && made.length > first.length; ) {
    made = dirname(made);
    chmodSync(made, 0o711);
  }
}

async function openCluster(options: EmbeddedOptions): Promise<Cluster> {
  if (process.platform === 'win32') {
    throw new EmbeddedError(
      'no_embedded_database',
      'The embedded database needs Unix sockets and does not run on Windows. Use WSL, or set DATABASE_URL.',
    );
  }
  const { log, onProgress } = options;
  const wanted = resolve(options.dataDir);
  makeFolders(wanted);
  const dataDir = realpathSync(wanted);
  const folder = join(dataDir, 'postgres');
  const identity = databaseIdentity(dataDir, folder);
  openDataDir(dataDir, identity);
  refuseForeignOwner(dataDir, folder);
  const binaries = prepareBinaries(dataDir, identity, options.major ?? 18);
  const socketDir = prepareSocketDir(dataDir, identity);
  const logFile = join(dataDir, 'postgres.log');

  return {
    folder,
    async ensureRunning() {
      let created = false;
      let told = 0;
      const deadline = Date.now() + START_PATIENCE_MS;
      for (;;) {
        if (Date.now() > deadline) {
          throw new EmbeddedError(
            'database_start',
            `PostgreSQL did not answer within ${START_PATIENCE_MS / 1000} s. Its log is ${logFile}.`,
          );
        }
        if (!existsSync(join(folder, 'PG_VERSION'))) {
          onProgress?.('Creating the database (first start, about a second) …');
          initdb(dataDir, folder, binaries, identity);
          created = true;
        }
        refuseOtherVersion(folder, binaries.major);
        const running = readPostmaster(folder);
        if (running !== null && isPostmasterOf(folder, running.pid)) {
          const state = await answers(running);
          if (state === 'ready') return { postmaster: running, adopted: true, created };
          if (told++ === 100) onProgress?.('Waiting for the database that is already starting or stopping …');
          await pause(POLL_MS);
          continue;
        }
        if (running !== null) removeStalePid(folder, running.pid);
        const started = await launch(folder, socketDir, logFile, binaries, identity, log);
        if (started !== null) return { postmaster: started, adopted: false, created };
        await pause(POLL_MS);
      }
    },
  };
}

/** The data folder belongs to us; the database's user must be able to walk through it, not to list it. */
function openDataDir(dataDir: string, identity: Identity | null): void {
  if (identity === null) return;
  const own = statSync(dataDir);
  if (own.uid === 0 && (own.mode & 0o001) === 0) chmodSync(dataDir, (own.mode & 0o777) | 0o011);
  const closed = firstClosedFolder(dataDir, identity);
  if (closed !== null) {
    throw new EmbeddedError(
      'data_dir_unreachable',
      `PostgreSQL cannot run as root; it runs here as uid ${identity.uid}, which cannot enter ${closed}. ` +
        `Choose a data folder elsewhere (--data-dir /var/lib/chaski), or open the way: chmod o+x ${closed}`,
      { closed },
    );
  }
}

function refuseForeignOwner(dataDir: string, folder: string): void {
  const uid = process.getuid?.() ?? 0;
  const found = statOrNull(folder);
  if (found === null || uid === 0 || found.uid === uid) return;
  throw new EmbeddedError(
    'data_dir_foreign',
    `${folder} belongs to uid ${found.uid} and we are uid ${uid} (was chaski started with sudo before?). Start it ` +
      `as that user, or give it to us: sudo chown -R ${uid} ${dataDir}`,
  );
}

function refuseOtherVersion(folder: string, major: number): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (found === String(major)) return;
  throw new EmbeddedError(
    'database_version',
    `${folder} holds a database of PostgreSQL ${found}; this version of chaski brings PostgreSQL ${major}. Start the ` +
      'chaski version that made it, or choose another folder with --data-dir. Nothing was changed.',
    { found, major },
  );
}

/** Makes the socket's folder: in the data folder, or a private one under the temp folder where the path is too long. */
function prepareSocketDir(dataDir: string, identity: Identity | null): string {
  let folder = join(dataDir, 'run');
  if (Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}.lock`)) >= SOCKET_PATH_LIMIT) {
    const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
    folder = join(tmpdir(), `chaski-${name}`);
    if (Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}.lock`)) >= SOCKET_PATH_LIMIT)
      folder = `/tmp/chaski-${name}`;
  }
  const owner = identity?.uid ?? process.getuid?.() ?? 0;
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (identity !== null) chownSync(folder, identity.uid, identity.gid);
    chmodSync(folder, 0o700);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
  // In a shared temp folder somebody may have put one there first to sit between us and the database.
  const found = lstatSync(folder);
  if (!found.isDirectory() || (found.uid !== owner && found.uid !== 0)) {
    throw new EmbeddedError(
      'socket_dir',
      `${folder} is not a folder of uid ${owner}. Remove it and start again.`,
    );
  }
  if (found.uid !== owner && identity !== null) chownSync(folder, identity.uid, identity.gid);
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return folder;
}

/** Nothing of our environment but what a program needs: PGDATA or PGOPTIONS of a shell must not reach the child. */
function childOptions(identity: Identity | null) {
  return {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    ...(identity ?? {}),
  };
}

/** Creates the cluster beside its place and renames it, so that a killed initdb leaves no half database. */
function initdb(dataDir: string, folder: string, binaries: Binaries, identity: Identity | null): void {
  removeDrafts(dataDir);
  const draft = `${folder}.draft-${process.pid}`;
  const fresh = (): void => {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    if (identity !== null) chownSync(draft, identity.uid, identity.gid);
  };
  const base = ['-D', draft, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', '--no-instructions'];
  // In a C locale lower('É') changes nothing. From 17 on the built-in provider knows Unicode on every machine; where
  // the C library lacks C.UTF-8 (old distributions, macOS) that provider does it alone.
  const locales =
    binaries.major >= 17
      ? [
          ['--locale-provider=builtin', '--locale=C.UTF-8'],
          ['--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'],
        ]
      : [['--locale=C.UTF-8'], ['--locale=en_US.UTF-8']];
  let output = '';
  for (const locale of locales) {
    fresh();
    const run = spawnSync(join(binaries.folder, 'bin/initdb'), [...base, ...locale], {
      ...childOptions(identity),
      encoding: 'utf8',
    });
    if (run.status === 0) {
      appendFileSync(
        join(draft, 'postgresql.conf'),
        "\n# Written by chaski at every start; put your own settings below.\ninclude 'chaski.conf'\n",
      );
      writeFileSync(join(draft, 'chaski.conf'), '', { mode: 0o600 });
      if (identity !== null) chownSync(join(draft, 'chaski.conf'), identity.uid, identity.gid);
      try {
        renameSync(draft, folder);
      } catch (error) {
        rmSync(draft, { recursive: true, force: true });
        if (!existsSync(join(folder, 'PG_VERSION'))) throw error; // else a racing start was quicker
      }
      return;
    }
    output = `${run.error?.message ?? ''}\n${run.stdout}\n${run.stderr}`.trim();
  }
  rmSync(draft, { recursive: true, force: true });
  throw new EmbeddedError(
    'database_create',
    `PostgreSQL could not create its database in ${dataDir}:\n${output}`,
  );
}

/** Leftovers of an initdb that was killed; the process in the name is gone. */
function removeDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = /\.draft-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}

/** Settings for a small machine (2 cores, the whole at rest under 250 MB) that do not hold back a larger one. */
function settings(major: number): string {
  const megabytes = totalmem() / 1024 / 1024;
  // A sixteenth of the memory: pages count only once touched. 128 MB is PostgreSQL's own default.
  const buffers = Math.round(Math.min(512, Math.max(64, megabytes / 16)));
  const lines = [
    `shared_buffers = ${buffers}MB`,
    `effective_cache_size = ${Math.round(Math.max(256, megabytes / 3))}MB`,
    'huge_pages = off', // would claim all of shared_buffers at once
    'max_connections = 80',
    'work_mem = 8MB',
    'maintenance_work_mem = 64MB',
    'max_wal_size = 2GB', // fewer checkpoints while a burst is ingested
    'min_wal_size = 64MB',
    'checkpoint_timeout = 15min',
    'synchronous_commit = on', // an acknowledged webhook survives a power cut
    'random_page_cost = 1.1', // SSD
    'jit = off', // every statement is short; compiling costs more than it saves
    'max_parallel_workers_per_gather = 0', // two cores are busy with many short statements
    'max_worker_processes = 4',
    'max_prepared_transactions = 0',
    'autovacuum_naptime = 10s', // queues of rows turn over fast
    'autovacuum_vacuum_scale_factor = 0.05',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "log_line_prefix = '%m [%p] '",
    'log_checkpoints = off',
    'log_lock_waits = on',
    "idle_session_timeout = '0'",
  ];
  // Three I/O worker processes gain nothing on pages that lie in the system's cache.
  if (major >= 18) lines.push('io_method = sync');
  return `# Written by chaski at every start. Your own settings belong into postgresql.conf, below the include.\n${lines.join('\n')}\n`;
}

/** Starts the postmaster; null when it lost a race or a dead one's children are still leaving (try again). */
async function launch(
  folder: string,
  socketDir: string,
  logFile: string,
  binaries: Binaries,
  identity: Identity | null,
  log: EmbeddedLog,
): Promise<Postmaster | null> {
  const conf = join(folder, 'chaski.conf');
  writeFileSync(conf, settings(binaries.major), { mode: 0o600 });
  if (identity !== null) chownSync(conf, identity.uid, identity.gid);
  const size = statOrNull(logFile)?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
  const before = statOrNull(logFile)?.size ?? 0;
  const output = openSync(logFile, 'a', 0o600);
  const child = spawn(
    join(binaries.folder, 'bin/postgres'),
    [
      ...['-D', folder, '-p', String(PORT)],
      ...['-c', 'listen_addresses=', '-c', `unix_socket_directories=${socketDir}`],
      ...['-c', 'unix_socket_permissions=0700'],
    ],
    { ...childOptions(identity), detached: true, stdio: ['ignore', output, output] },
  );
  closeSync(output);
  child.unref();
  const end: { reason: string | null } = { reason: null };
  child.once('error', (error) => {
    end.reason = error.message;
  });
  child.once('exit', (code, signal) => {
    end.reason ??= `exit ${code ?? signal}`;
  });
  const postmaster = { pid: child.pid ?? 0, socketDir, port: PORT };
  const deadline = Date.now() + START_PATIENCE_MS;
  while (end.reason === null && Date.now() < deadline) {
    if (readPostmaster(folder)?.pid === postmaster.pid && (await answers(postmaster)) === 'ready') {
      return postmaster;
    }
    await pause(POLL_MS);
  }
  const said = readTail(logFile, before);
  // The first: another start was quicker. The other two: a killed postmaster's children need about 100 ms to leave.
  if (/lock file ".*" already exists|pre-existing shared memory block|is still in use/.test(said))
    return null;
  if (end.reason?.startsWith('exit SIG')) {
    log.warn({ reason: end.reason }, 'PostgreSQL was killed while it started; trying again');
    return null;
  }
  throw new EmbeddedError(
    'database_start',
    `PostgreSQL did not start (${end.reason ?? 'no answer'}). Its log ${logFile} says:\n${said.trim()}`,
  );
}

function readTail(file: string, from: number): string {
  try {
    return readFileSync(file).subarray(from).subarray(-4_000).toString('utf8');
  } catch {
    return '';
  }
}

/** What `postmaster.pid` says: pid, data folder, start time, port, socket folder, address, shared memory, state. */
function readPostmaster(folder: string): Postmaster | null {
  let text: string;
  try {
    text = readFileSync(join(folder, 'postmaster.pid'), 'utf8');
  } catch {
    return null;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0
    ? { pid, port: Number(lines[3]) || PORT, socketDir: lines[4]?.trim() ?? '' }
    : null;
}

/** Is that process alive and really this folder's postmaster? Pids are reused, in containers all the time. */
function isPostmasterOf(folder: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true; // PostgreSQL's own check decides
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false; // gone, a zombie (no cwd), or another user's
  }
}

/**
 * PostgreSQL believes any living process with the pid of its lock file, so after a reboot an unrelated one can keep it
 * from starting. Removed only if no process works in the folder: a dead postmaster's children still may.
 */
function removeStalePid(folder: string, pid: number): void {
  if (process.platform !== 'linux' || !isAlive(pid)) return; // a dead one PostgreSQL handles itself
  const real = realpathSync(folder);
  const used = readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === real;
    } catch {
      return false;
    }
  });
  if (!used) rmSync(join(folder, 'postmaster.pid'), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Does it take a query? `busy`: it is starting, stopping or recovering, or nobody listens (yet). */
async function answers(postmaster: Postmaster): Promise<'ready' | 'busy'> {
  const client = newSession(postmaster, 'postgres', 'chaski-probe');
  try {
    await client.connect();
    await client.query('select 1');
    return 'ready';
  } catch {
    return 'busy';
  } finally {
    await client.end().catch(() => {});
  }
}

function newSession(postmaster: Postmaster, database: string, name: string): pg.Client {
  const client = new pg.Client({
    host: postmaster.socketDir,
    port: postmaster.port,
    user: SUPERUSER,
    database,
    application_name: name,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {}); // the caller sees it in its query, or at 'end'
  return client;
}

/** A session that holds the app lock, or the refusal that names who has it. */
async function takeLock(postmaster: Postmaster): Promise<pg.Client> {
  const session = newSession(postmaster, 'postgres', `chaski-app:${process.pid}`);
  await session.connect();
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  try {
    for (;;) {
      if (await holdAppLock(session)) return session;
      if (Date.now() > deadline) break;
      await pause(POLL_MS);
    }
    const { rows } = await session.query<{ name: string }>(
      `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2`,
      [...APP_LOCK],
    );
    const holder = /:(\d+)$/.exec(rows[0]?.name ?? '')?.[1];
    throw new EmbeddedError(
      'already_running',
      `Another chaski${holder === undefined ? '' : ` (pid ${holder})`} is already running on this data folder. ` +
        'Stop it first, or start with another --data-dir.',
      { holder },
    );
  } catch (error) {
    await session.end().catch(() => {});
    throw error;
  }
}

/** The app's own database, so that `postgres` stays free for locks and maintenance. */
async function createDatabase(session: pg.Client): Promise<void> {
  const { rowCount } = await session.query('select 1 from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await session.query(`create database ${DATABASE}`);
}

function addressOf(postmaster: Postmaster): EmbeddedAddress {
  const { socketDir, port } = postmaster;
  // The folder as the URL's host, percent-encoded: the form that both pg and `new URL` read.
  const urlFor = (user: string, password = '', database = DATABASE): string =>
    `postgres://${encodeURIComponent(user)}${password === '' ? '' : `:${encodeURIComponent(password)}`}` +
    `@${encodeURIComponent(socketDir)}:${port}/${encodeURIComponent(database)}`;
  return {
    socketDir,
    port,
    connection: { host: socketDir, port, user: SUPERUSER, database: DATABASE },
    superuserUrl: urlFor(SUPERUSER),
    urlFor,
  };
}

/** Signals the postmaster and waits until it is gone. Its lock file goes last, and where nobody reaps, a zombie stays. */
async function signalAndWait(folder: string, pid: number, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  const gone = (): boolean => !isPostmasterOf(folder, pid) || readPostmaster(folder)?.pid !== pid;
  const send = (name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name);
    } catch {
      // already gone
    }
  };
  if (!isPostmasterOf(folder, pid)) return;
  send(signal);
  // A fast stop writes all dirty pages; 30 s covers 512 MB on a slow disk, then recovery does the rest.
  for (const [patience, next] of [
    [30_000, 'SIGQUIT'],
    [10_000, 'SIGKILL'],
  ] as const) {
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (gone()) return;
      await pause(POLL_MS / 2);
    }
    send(next);
  }
}
