/**
 * One PostgreSQL 18 for the whole run, with one migrated template that every test file clones; and a folder for what files
 * of one worker share.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../src/platform/db/migrate.ts';
import { installQueue } from '../src/platform/queue/install.ts';
import { workInMemory } from './in-memory.ts';
import { startPostgres } from './postgres.ts';

export interface TestCluster {
  /** Superuser, database `postgres`. */
  adminUrl: string;
  template: string;
  major: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    cluster: TestCluster;
    scratch: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  workInMemory();
  const server = await startPostgres(18);
  const adminUrl = server.urlFor('postgres', 'postgres');
  const template = 'chaski_template';
  try {
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    await admin.query(`create database ${template}`);
    const ownerUrl = server.urlFor('postgres', template);
    // The manual clock starts on this day.
    await migrate({
      ownerUrl,
      rolePrefix: 'chaski',
      now: new Date('2026-11-20T00:00:00Z'),
      afterMigrate: (_client, _roles, url) => installQueue(url, 'chaski'),
    });
    await admin.query(`alter database ${template} with is_template true allow_connections false`);
    await admin.end();
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('cluster', { adminUrl, template, major: 18 });
  const scratch = mkdtempSync(join(tmpdir(), 'chaski-run-'));
  // A database's own user has to get through.
  chmodSync(scratch, 0o711);
  project.provide('scratch', scratch);
  return async () => {
    rmSync(scratch, { recursive: true, force: true });
    await server.stop();
  };
}
