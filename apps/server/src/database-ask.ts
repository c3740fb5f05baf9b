import pg from 'pg';

/**
 * Asks a server something before the app works with it, over a connection of its own that ends with the answer. Under a
 * name that a DBA finds among the connections, and never waiting long for a server that takes the line and says nothing.
 */
export async function askServer<Answer>(
  url: string,
  question: (client: pg.Client) => Promise<Answer>,
): Promise<Answer> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'chaski-check',
  });
  // A line that breaks after its question would end the process: the question has its own rejection.
  client.on('error', () => {});
  try {
    await client.connect();
    return await question(client);
  } finally {
    await client.end().catch(() => {});
  }
}
