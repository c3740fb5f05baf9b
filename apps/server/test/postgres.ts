/** PostgreSQL for tests: fresh, on a socket in a folder of its own, without fsync (nothing here survives the run). */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { prepareBinaries } from '../src/platform/db/embedded-binaries.ts';
import { databaseIdentity } from '../src/platform/db/embedded-user.ts';

export interface TestServer {
  major: number;
  /** A connection string of the cluster; the socket trusts everybody. */
  urlFor(user: string, database: string): string;
  stop(): Promise<void>;
}

/** Not `startEmbedded`: that one writes everything to disk, keeps 80 connections and outlives its parent. */
export async function startPostgres(major: 15 | 18): Promise<TestServer> {
  // A short path: a socket's may have 104 bytes.
  const home = mkdtempSync(join(tmpdir().length > 40 ? '/tmp' : tmpdir(), 'chaski-test-'));
  const data = join(home, 'pg');
  const identity = databaseIdentity(home, data);
  if (identity !== null) chownSync(home, identity.uid, identity.gid);
  chmodSync(home, 0o711);
  const { folder } = prepareBinaries(home, identity, major);
  const options = {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    ...(identity ?? {}),
  };
  const made = spawnSync(
    join(folder, 'bin/initdb'),
    [
      ...['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-instructions', '--no-sync'],
      ...(major >= 17 ? ['--locale-provider=builtin', '--locale=C.UTF-8'] : ['--locale=C.UTF-8']),
    ],
    { ...options, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? ''}${made.stdout}${made.stderr}`);
  const logFile = join(home, 'log');
  const log = openSync(logFile, 'a');
  const settings = {
    listen_addresses: '',
    unix_socket_directories: home,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
    shared_buffers: '128MB',
    autovacuum: 'on',
    jit: 'off',
    max_wal_size: '512MB', // may lie in memory
    // What leaks under a parallel plan must show; what is slow must not.
    max_parallel_workers_per_gather: '0',
    timezone: 'UTC',
    // A template's clone copies files instead of writing every block to the log.
    ...(major >= 18 ? { io_method: 'sync' } : {}),
  };
  const child = spawn(
    join(folder, 'bin/postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    { ...options, detached: false, stdio: ['ignore', log, log] },
  );
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  const urlFor = (user: string, database: string) =>
    `postgres://${user}@${encodeURIComponent(home)}:5432/${database}`;
  // A failing run must not leave a server behind.
  const end = () => child.kill('SIGQUIT');
  process.once('exit', end);
  for (let tries = 0; ; tries++) {
    if (ended || tries > 1_500) throw new Error(`PostgreSQL ${major}: ${readFileSync(logFile, 'utf8')}`);
    const client = new pg.Client({ connectionString: urlFor('postgres', 'postgres') });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      break;
    } catch {
      await pause(20);
    }
  }
  return {
    major,
    urlFor,
    async stop() {
      process.removeListener('exit', end);
      if (!ended) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGINT');
        await gone;
      }
      if (existsSync(home)) rmSync(home, { recursive: true, force: true });
    },
  };
}
