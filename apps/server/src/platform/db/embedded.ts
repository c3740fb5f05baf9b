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
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { prepareBinaries } from './embedded-binaries.ts';
import { initdb } from './embedded-create.ts';
import {
  makeFolders,
  openDataDir,
  prepareSocketDir,
  refuseForeignOwner,
  refuseOtherVersion,
} from './embedded-folders.ts';
import { takeLock } from './embedded-lock.ts';
import {
  answers,
  type EmbeddedLog,
  isPostmasterOf,
  launch,
  POLL_MS,
  type Postmaster,
  readPostmaster,
  removeStalePid,
  START_PATIENCE_MS,
  SUPERUSER,
  signalAndWait,
} from './embedded-postmaster.ts';
import { databaseIdentity, EmbeddedError } from './embedded-user.ts';

const DATABASE = 'chaski';

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
