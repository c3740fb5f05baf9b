/** The postmaster: started, found, asked whether it answers, ended. */
import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Binaries } from './embedded-binaries.ts';
import { settings } from './embedded-settings.ts';
import { EmbeddedError, type Identity, statOrNull } from './embedded-user.ts';

/** No TCP port is opened; the number only names the socket file. */
export const PORT = 5432;
export const SUPERUSER = 'postgres';
/** Recovery after a crash replays at most max_wal_size. */
export const START_PATIENCE_MS = 120_000;
export const POLL_MS = 20;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** What the launcher says while it works; pino's Logger fits. */
export interface EmbeddedLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface Postmaster {
  pid: number;
  socketDir: string;
  port: number;
}

/** Nothing of our environment but what a program needs: PGDATA or PGOPTIONS of a shell must not reach the child. */
export function childOptions(identity: Identity | null) {
  return {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    ...(identity ?? {}),
  };
}

/** Starts the postmaster; null when it lost a race or a dead one's children are still leaving (try again). */
export async function launch(
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
export function readPostmaster(folder: string): Postmaster | null {
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
export function isPostmasterOf(folder: string, pid: number): boolean {
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
export function removeStalePid(folder: string, pid: number): void {
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

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Does it take a query? `busy`: it is starting, stopping or recovering, or nobody listens (yet). */
export async function answers(postmaster: Postmaster): Promise<'ready' | 'busy'> {
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

export function newSession(postmaster: Postmaster, database: string, name: string): pg.Client {
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

/** Signals the postmaster and waits until it is gone. Its lock file goes last, and where nobody reaps, a zombie stays. */
export async function signalAndWait(
  folder: string,
  pid: number,
  signal: 'SIGINT' | 'SIGQUIT',
): Promise<void> {
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
