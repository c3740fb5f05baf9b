/** A PostgreSQL of the bench's own: the embedded one with its durable settings, in a temporary folder. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Embedded, startEmbedded } from '../apps/server/src/platform/db/embedded.ts';
import { type Database, openDatabase } from '../apps/server/src/platform/db/index.ts';
import { migrate } from '../apps/server/src/platform/db/migrate.ts';
import { installQueue } from '../apps/server/src/platform/queue/index.ts';

export const rolePrefix = 'chaski';
/** Seals and derives the same in the bench and in the programs it starts. */
export const sealingKey = 'be'.repeat(32);

export interface Cluster {
  /** For the superuser, who sees past row security and may look from outside. */
  url(database: string): string;
  /** The program's login. */
  loginUrl(database: string): string;
  pool(database: string, size: number): pg.Pool;
  /** A migrated database, or a copy of `template`. */
  database(name: string, template?: string): Promise<string>;
  drop(name: string): Promise<void>;
  open(database: string, poolSize?: number): Database;
  /** A folder for a program's data. */
  folder(): Promise<string>;
  stop(): Promise<void>;
}

const silent = { info() {}, warn() {}, error() {} };

export async function startCluster(): Promise<Cluster> {
  const root = await mkdtemp(join(tmpdir(), 'chaski-bench-'));
  // PostgreSQL runs as another user when we are root: it has to get through.
  await chmod(root, 0o711);
  const dataDir = join(root, 'cluster');
  let embedded: Embedded = await startEmbedded({ dataDir, log: silent });
  // When something was committed, by the database's own clock: how latencies up to a commit are measured.
  await once(embedded.superuserUrl, 'alter system set track_commit_timestamp = on');
  await embedded.stop();
  embedded = await startEmbedded({ dataDir, log: silent });

  const url = (database: string) => embedded.urlFor('postgres', '', database);
  const admin = (sql: string) => once(url('postgres'), sql);
  const migrated = 'bench_migrated';
  await admin(`create database ${migrated}`);
  await migrate({
    ownerUrl: url(migrated),
    rolePrefix,
    loginPassword: 'bench',
    afterMigrate: () => installQueue(url(migrated), rolePrefix),
  });

  return {
    url,
    loginUrl: (database) => embedded.urlFor(`${rolePrefix}_login`, 'bench', database),
    pool(database, size) {
      const pool = new pg.Pool({ connectionString: url(database), max: size, min: 0 });
      pool.on('error', () => {});
      return pool;
    },
    async database(name, template = migrated) {
      await admin(`create database ${name} template ${template}`);
      return name;
    },
    drop: (name) => admin(`drop database if exists ${name} with (force)`),
    open: (database, poolSize = 10) =>
      openDatabase({ url: embedded.urlFor(`${rolePrefix}_login`, 'bench', database), rolePrefix, poolSize }),
    async folder() {
      const parent = await mkdtemp(join(root, 'data-'));
      await chmod(parent, 0o711);
      return join(parent, 'data');
    },
    async stop() {
      await embedded.stop('immediate');
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
