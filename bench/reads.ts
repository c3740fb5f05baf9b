/** The product's own list queries as a tenant, in one round trip, against the same text without row security. */
import { randomUUID } from 'node:crypto';
import { listStatement } from '../apps/server/src/modules/conversations/queries-read.ts';
import { pageStatement } from '../apps/server/src/modules/messages/queries-page.ts';
import type { Statement } from '../apps/server/src/platform/db/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { expectEqual, type Family, ratioRow } from './measure.ts';
import { seedNumbers } from './processing.ts';

const workers = 8;

export const reads: Family = async ({ cluster, quick, repeats, progress }) => {
  const database = await cluster.database('bench_reads');
  const pool = cluster.pool(database, workers);
  const { places } = await seedNumbers(pool, 2, 1);
  const conversations = quick ? 500 : 2_000;
  progress('reads: seeding');
  for (const { workspaceId, numberId } of places.values()) {
    await pool.query(
      `insert into conversations (workspace_id, id, number_id, group_ref, last_message_at, last_preview, created_at, updated_at)
       select $1, gen_random_uuid(), $2, 'g' || i, now() - i * interval '1 minute', 'hello', now(), now() from generate_series(1, $3::int) i`,
      [workspaceId, numberId, conversations],
    );
    await pool.query(
      `insert into messages (workspace_id, id, conversation_id, number_id, direction, type, content, source, status, shown_at, created_at)
       select c.workspace_id, gen_random_uuid(), c.id, c.number_id, 'in', 'text',
         jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('hello ', 20))), 'whatsapp', 'received',
         now() - i * interval '1 minute', now()
       from conversations c, generate_series(1, 60) i where c.workspace_id = $1`,
      [workspaceId],
    );
  }
  await pool.query('vacuum analyze');
  const place = [...places.values()][0]!;
  const thread = (
    await pool.query('select id from conversations where workspace_id = $1 limit 1', [place.workspaceId])
  ).rows[0].id;
  const list = listStatement(place.workspaceId, { view: 'all', userId: null, numberIds: null }, 'newest', {
    limit: 30,
    after: null,
  });
  const queries: { name: string; statement: string | Statement; values: unknown[]; rows: number }[] = [
    { name: 'conversation list, 30', ...list, rows: 30 },
    {
      name: 'message page, 50',
      ...pageStatement(place.workspaceId, { conversationId: thread }, { limit: 50, after: null }),
      rows: 50,
    },
  ];
  const db = cluster.open(database, workers);
  const strange = await db.readTenant(randomUUID() as WorkspaceId, [list]);
  expectEqual('rows that another tenant sees', strange[0]!.length, 0);

  async function rate(read: () => Promise<number>, rows: number): Promise<number> {
    const end = performance.now() + (quick ? 300 : 600);
    const begun = performance.now();
    let count = 0;
    await Promise.all(
      Array.from({ length: workers }, async () => {
        while (performance.now() < end) {
          expectEqual('rows read', await read(), rows);
          count += 1;
        }
      }),
    );
    return (1000 * count) / (performance.now() - begun);
  }

  const result = [];
  for (const { name, statement, values, rows } of queries) {
    const tenant: number[] = [];
    const plain: number[] = [];
    const asTenant = async () =>
      (await db.readTenant(place.workspaceId as WorkspaceId, [{ statement, values }]))[0]!.length;
    const asOwner = async () =>
      (await pool.query({ ...(typeof statement === 'string' ? { text: statement } : statement), values }))
        .rows.length;
    for (let i = -1; i < repeats + 2; i++) {
      progress(`reads: ${name}, turn ${i + 1}`);
      // Who goes first alternates.
      const order = i % 2 === 0 ? [asTenant, asOwner] : [asOwner, asTenant];
      for (const read of order) {
        const perSecond = await rate(read, rows);
        if (i >= 0) (read === asTenant ? tenant : plain).push(perSecond);
      }
    }
    result.push(
      ratioRow(`tenant read in one round trip / without row security (${name})`, tenant, plain, {
        min: 0.85,
      }),
    );
  }
  await db.close();
  await pool.end();
  await cluster.drop(database);
  return result;
};
