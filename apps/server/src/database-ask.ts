import pg from 'pg';

/** For each step. */
const PATIENCE_MS = 10_000;

/**
 * Asks a server something before the app works with it, over a connection of its own that ends with the answer. Under a
 * name that a DBA finds among the connections, and never waiting long for a server that takes the line, the question or
 * the farewell and says nothing.
 */
export async function askServer<Answer>(
  url: string,
  question: (client: pg.Client) => Promise<Answer>,
): Promise<Answer> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    application_name: 'chaski-check',
  });
  // A line that breaks after its question would end the process: the question has its own rejection.
  client.on('error', () => {});
  try {
    await client.connect();
    return await question(client);
  } finally {
    const cut = setTimeout(() => client.connection.stream.destroy(), PATIENCE_MS);
    await client.end().catch(() => {});
    clearTimeout(cut);
  }
}
