/** Search over 1 M messages of one workspace, beside as many of another: whole requests in the server, reach applied. */
import { performance } from 'node:perf_hooks';
import { actionsOf } from '@chaski/contracts';
import { contactRoutes } from '../apps/server/src/modules/contacts/routes.ts';
import { backfillHandler, searchRoutes } from '../apps/server/src/modules/search/index.ts';
import { buildHttp } from '../apps/server/src/platform/http/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { expectEqual, type Family, latencyRow, type Row } from './measure.ts';
import { seedNumbers } from './processing.ts';

/** As many as agents who search at the same moment. */
const workers = 2;

export const search: Family = async ({ cluster, quick, repeats, weakness, progress }) => {
  const database = await cluster.database('bench_search');
  const pool = cluster.pool(database, 1);
  const messages = quick ? 50_000 : 1_000_000;
  progress('search: seeding');
  const { places } = await seedNumbers(pool, 2, 1);
  const [own, other] = [...places.values()];
  // Words as people use them: few are in every message, most are rare. One in 50,000 has the needle.
  for (const [place, count] of [
    [own!, messages],
    [other!, messages / 10],
  ] as const) {
    await pool.query(
      `insert into contacts (workspace_id, id, name, phone, created_at, updated_at)
       select $1, gen_random_uuid(), 'Person ' || i, (15550000000 + i)::text, now(), now()
       from generate_series(1, $2::int) i`,
      [place.workspaceId, count / 20],
    );
    await pool.query(
      `insert into conversations (workspace_id, id, number_id, contact_id, last_message_at, created_at, updated_at)
       select workspace_id, gen_random_uuid(), $2, id, now(), now(), now() from contacts where workspace_id = $1`,
      [place.workspaceId, place.numberId],
    );
    await pool.query(
      `with thread as (select id, contact_id, row_number() over () as k from conversations where workspace_id = $1)
       insert into messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, source,
         status, shown_at, created_at)
       select $1, gen_random_uuid(), t.id, $2, t.contact_id, 'in', 'text',
         jsonb_build_object('type', 'text', 'text', jsonb_build_object('body',
           (select string_agg('w' || floor(random() ^ 4 * 50000), ' ') from generate_series(1, 12 + n % 2))
           || case when n % 50000 = 7 then ' needle' else '' end)),
         'whatsapp', 'received', now() - n * interval '1 second', now()
       from generate_series(1, $3::int) n join thread t on t.k = 1 + n % ($3::int / 20)`,
      [place.workspaceId, place.numberId, count],
    );
  }
  const db = cluster.open(database, workers);
  // Filling an index that is there takes minutes at this size; how fast it is to fill is not the question here.
  await pool.query('drop index message_search_document');
  progress('search: writing the words');
  await backfillHandler(db, 5_000).run(
    {},
    { workspaceId: null, attempt: 1, log: createLog('silent'), signal: new AbortController().signal },
  );
  await pool.query('create index message_search_document on message_search using gin (document)');
  const rows: Row[] = [];
  await pool.query('vacuum analyze');
  await pool.end();

  const workspaceId = own!.workspaceId as WorkspaceId;
  const http = await buildHttp({
    log: createLog('silent'),
    environment: 'production',
    checks: {},
    authenticate: async () => ({
      person: null,
      principal: {
        workspaceId,
        actor: { kind: 'user', id: workspaceId, role: 'agent', reach: { numberIds: null, ownOnly: true } },
        scopes: actionsOf('agent'),
        numberIds: null,
        plan: 'unlimited',
      },
    }),
  });
  await http.app.register(contactRoutes({ db, gate: http.gate }));
  await http.app.register(searchRoutes({ db, gate: http.gate }));
  await http.app.ready();
  const ask = async (q: string) => {
    const query = new URLSearchParams({ q, type: 'messages' });
    const answer = await http.app.inject({
      method: 'GET',
      url: `/v1/search?${query}`,
      headers: { authorization: 'Bearer bench' },
    });
    if (answer.statusCode !== 200) throw new Error(`${q}: ${answer.statusCode} ${answer.body}`);
    return (answer.json() as { messages: unknown[] }).messages.length;
  };
  expectEqual('needles found', await ask('needle '), Math.min(20, messages / 50_000));
  const asked = [
    { name: 'a word in most messages', q: 'w0 ' },
    { name: 'a word in every thousandth', q: 'w12000 ' },
    { name: 'a rare word', q: 'needle ' },
    { name: 'no such word', q: 'haystack ' },
    { name: 'a beginning', q: 'w4999' },
    { name: 'two words', q: 'w1 w30000 ' },
    { name: 'a phrase', q: '"w1 w2"' },
    { name: 'a word and is:open', q: 'is:open w20000 ' },
  ];
  for (const { name, q } of asked) {
    const turns: number[][] = [];
    for (let turn = -1; turn < repeats; turn++) {
      progress(`search: ${name}, turn ${turn + 1}`);
      const times: number[] = [];
      await Promise.all(
        Array.from({ length: workers }, async () => {
          for (let i = 0; i < (quick ? 20 : 50); i++) {
            const started = performance.now();
            await ask(q);
            times.push(performance.now() - started);
          }
        }),
      );
      if (turn >= 0) turns.push(times);
    }
    rows.push(latencyRow(`search, ${name}`, turns, { p99: 150 }, await weakness()));
  }
  await http.close();
  await db.close();
  await cluster.drop(database);
  return rows;
};
