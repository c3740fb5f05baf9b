/** Writes apps/server/schema.sql: a fresh PostgreSQL 18, all migrations, a dump of its catalogue. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../apps/server/src/platform/db/migrate.ts';
import { installQueue } from '../apps/server/src/platform/queue/install.ts';
import { dumpSchema } from '../apps/server/test/dump.ts';
import { startPostgres } from '../apps/server/test/postgres.ts';

const server = await startPostgres(18);
try {
  const ownerUrl = server.urlFor('postgres', 'postgres');
  await migrate({
    ownerUrl,
    rolePrefix: 'chaski',
    afterMigrate: (_client, _roles, url) => installQueue(url, 'chaski'),
  });
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  writeFileSync(join(import.meta.dirname, '../apps/server/schema.sql'), await dumpSchema(client));
  await client.end();
} finally {
  await server.stop();
}
