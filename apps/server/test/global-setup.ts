/** One PostgreSQL 18 for the whole run, with one migrated template that every test file clones. */
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../src/platform/db/migrate.ts';
import { installQueue } from '../src/platform/queue/install.ts';
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
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
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
  return () => server.stop();
}
