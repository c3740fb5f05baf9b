import pg from 'pg';
import { afterAll } from 'vitest';
import { migrate } from '../src/platform/db/migrate.ts';
import { installQueue } from '../src/platform/queue/install.ts';
import { startPostgres, type TestServer } from './postgres.ts';
import { tenancySuite } from './tenancy-suite.ts';

let server: TestServer | undefined;
afterAll(() => server?.stop());

tenancySuite(15, async () => {
  server = await startPostgres(15);
  const admin = new pg.Client({ connectionString: server.urlFor('postgres', 'postgres') });
  await admin.connect();
  await admin.query('create database chaski');
  await admin.end();
  const ownerUrl = server.urlFor('postgres', 'chaski');
  await migrate({
    ownerUrl,
    rolePrefix: 'chaski',
    now: new Date('2026-11-20T00:00:00Z'),
    afterMigrate: (_client, _roles, url) => installQueue(url, 'chaski'),
  });
  return ownerUrl;
});
