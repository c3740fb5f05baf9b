import pg from 'pg';

/** One statement as the superuser of a test's database: for what no role of the program may see. */
export async function asOwner<Row>(ownerUrl: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
