import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { dumpSchema } from './dump.ts';
import { testDatabase } from './harness.ts';

const t = await testDatabase();

test('schema.sql shows what the migrations make; `npm run schema` writes it', async () => {
  const client = new pg.Client({ connectionString: t.ownerUrl });
  await client.connect();
  const dump = await dumpSchema(client);
  await client.end();
  expect(dump).toBe(readFileSync(join(import.meta.dirname, '../schema.sql'), 'utf8'));
});
