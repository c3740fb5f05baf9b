/**
 * The yardsticks of ingest, as a program of its own: bare node:http that does the same HMAC and hash, and
 *   none    answers at once (no database)
 *   group   the same self-clocking group commit, with the same kind of statement into the same shape of table
 *   single  one INSERT per request over a pool of 8
 * What is durable is the same: columns and their nulls, primary key, the three indexes, conflict clause, and per body
 * its hash (of source, app and bytes) and its own time of arrival. A yardstick that kept less would measure less work.
 * It has no roles, no row security, no partitions and no routes: the ceiling, not a product.
 * usage: bare-server.ts <mode> <database url> <secret>; prints its port.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import pg from 'pg';

const [mode, url, secret] = process.argv.slice(2) as ['none' | 'group' | 'single', string, string];
const pool = mode === 'none' ? null : new pg.Pool({ connectionString: url, max: 8 });
const table = `bare_${process.pid}`;
await pool?.query(`create table ${table} (day date not null, hash bytea not null, n bigserial, source text not null,
  app_id uuid not null, body bytea not null, signature text, shard smallint, received_at timestamptz not null,
  processed_at timestamptz, primary key (day, hash));
  create index on ${table} (n) where processed_at is null;
  create index on ${table} (n) where processed_at is null and shard is null;
  create index on ${table} using brin (n) with (autosummarize = on)`);

interface Waiting {
  hash: Buffer;
  body: Buffer;
  signature: string;
  receivedAt: string;
  answer(): void;
}
const waiting: Waiting[] = [];
let flushing = false;
const app = '00000000-0000-7000-8000-000000000000';
const today = new Date().toISOString().slice(0, 10);

async function flush(): Promise<void> {
  if (flushing || !pool) return;
  flushing = true;
  while (waiting.length > 0) {
    const batch = waiting.splice(0, 256);
    const starts: number[] = [];
    let at = 1;
    for (const { body } of batch) {
      starts.push(at);
      at += body.length;
    }
    // Bodies as one binary parameter, as the product does it: an array of bytea travels as hex text.
    await pool.query({
      name: 'bare_group',
      text: `insert into ${table} (day, hash, source, app_id, body, signature, shard, received_at)
        select $1, substring($3::bytea from (i * 32 - 31)::int for 32) as h, 'cloud', $2,
               substring($4::bytea from start for size), signature, 1, received_at
        from unnest($5::integer[], $6::integer[], $7::text[], $8::timestamptz[]) with ordinality
          as t (start, size, signature, received_at, i)
        order by h on conflict (day, hash) do nothing`,
      values: [
        today,
        app,
        Buffer.concat(batch.map((w) => w.hash)),
        Buffer.concat(batch.map((w) => w.body)),
        starts,
        batch.map((w) => w.body.length),
        batch.map((w) => w.signature),
        batch.map((w) => w.receivedAt),
      ],
    });
    for (const one of batch) one.answer();
  }
  flushing = false;
}

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    const signature = String(request.headers['x-hub-signature-256'] ?? '');
    const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const ok =
      signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
    const answer = () => {
      response.writeHead(ok ? 200 : 401, { 'content-length': '0' });
      response.end();
    };
    if (!ok || mode === 'none') return answer();
    const hash = createHash('sha256').update(`cloud\n${app}\n`).update(body).digest();
    const receivedAt = new Date().toISOString();
    if (mode === 'group') {
      waiting.push({ hash, body, signature, receivedAt, answer });
      void flush();
      return;
    }
    void pool!
      .query({
        name: 'bare_single',
        text: `insert into ${table} (day, hash, source, app_id, body, signature, shard, received_at)
          values ($1, $2, 'cloud', $3, $4, $5, 1, $6) on conflict (day, hash) do nothing`,
        values: [today, hash, app, body, signature, receivedAt],
      })
      .then(answer);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
process.on('SIGTERM', async () => {
  server.closeAllConnections();
  server.close();
  await pool?.query(`drop table ${table}`);
  await pool?.end();
});
