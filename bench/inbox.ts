/** What an inbox asks of the API at 1 M messages in 50 k conversations: whole requests in the server, row security on. */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { actionsOf } from '@chaski/contracts';
import type pg from 'pg';
import { conversationRoutes } from '../apps/server/src/modules/conversations/routes.ts';
import { messageRoutes } from '../apps/server/src/modules/messages/routes.ts';
import { buildHttp } from '../apps/server/src/platform/http/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { type Family, infoRow, latencyRow, quantile, type Row, round } from './measure.ts';
import { seedNumbers } from './processing.ts';

/** As many requests at once as this program and PostgreSQL have cores: more would measure the queue in front of them. */
const workers = 2;

/** An old installation: most is closed, a third of what is open is somebody's, one label is rare. */
async function seed(pool: pg.Pool, conversations: number, messagesEach: number) {
  const { places } = await seedNumbers(pool, 2, 3);
  const numbers = [...places.values()];
  const workspaceId = numbers[0]!.workspaceId;
  const mine = numbers.filter((place) => place.workspaceId === workspaceId).map((place) => place.numberId);
  const people = Array.from({ length: 20 }, () => randomUUID());
  const labels = Array.from({ length: 10 }, () => randomUUID());
  await pool.query(
    "insert into users (id, email, name, created_at) select u, u || '@example.com', 'Agent ' || n, now() from unnest($1::uuid[]) with ordinality as t (u, n)",
    [people],
  );
  await pool.query(
    "insert into members (workspace_id, user_id, role, created_at) select $1, u, 'agent', now() from unnest($2::uuid[]) u",
    [workspaceId, people],
  );
  await pool.query(
    "insert into labels (workspace_id, id, name, colour, created_at) select $1, l, 'label ' || n, '#2f855a', now() from unnest($2::uuid[]) with ordinality as t (l, n)",
    [workspaceId, labels],
  );
  // Phones and ids by number, so that each statement finds the rows of the one before.
  await pool.query(
    `create temp table place as
     select i, gen_random_uuid() as contact, gen_random_uuid() as id, gen_random_uuid() as message,
       ($1::uuid[])[1 + i % cardinality($1::uuid[])] as number,
       date_trunc('milliseconds', now()) - i * interval '1 minute' as at,
       case when i % 10 < 3 then 'open' when i % 20 = 3 then 'snoozed' else 'closed' end as status,
       case when i % 3 = 0 then ($2::uuid[])[1 + (i / 3) % cardinality($2::uuid[])] end as assignee
     from generate_series(1, $3::int) i`,
    [mine, people, conversations],
  );
  await pool.query(
    `insert into contacts (workspace_id, id, name, phone, created_at, updated_at)
     select $1, contact, 'Person ' || i, (15550000000 + i)::text, at, at from place`,
    [workspaceId],
  );
  await pool.query(
    `insert into conversations (workspace_id, id, number_id, contact_id, status, last_message_at, last_message_id, last_preview,
       last_direction, last_inbound_at, unread_count, inbound_count, waiting_since, due_at, assignee_id, created_at, updated_at)
     select $1, id, number, contact, status, at, message, 'hello', 'in', at,
       case when status = 'open' then i % 4 else 0 end, $2, case when status = 'open' and i % 4 > 0 then at end,
       case when status = 'snoozed' then now() + interval '1 day' end, assignee, at, at from place`,
    [workspaceId, messagesEach],
  );
  await pool.query(
    `insert into messages (workspace_id, id, conversation_id, number_id, contact_id, direction, type, content, source, status, shown_at, created_at)
     select $1, case when k = 0 then message else gen_random_uuid() end, id, number, contact,
       case when k % 2 = 0 then 'in' else 'out' end, 'text',
       jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('hello ', 20))), 'whatsapp',
       case when k % 2 = 0 then 'received' else 'read' end, at - k * interval '1 minute', at - k * interval '1 minute'
     from place, generate_series(0, $2::int - 1) k`,
    [workspaceId, messagesEach],
  );
  await pool.query(
    `insert into conversation_labels (workspace_id, conversation_id, label_id, created_at)
     select $1::uuid, id, ($2::uuid[])[1 + i % 9], now() from place
     union all select $1::uuid, id, ($2::uuid[])[10], now() from place where i % 5000 = 0`,
    [workspaceId, labels],
  );
  await pool.query(
    `insert into participants (workspace_id, user_id, conversation_id, seen, looked_at)
     select $1, $2, id, $3 - (i % 7 = 0)::int, now() from place where i % 2 = 0`,
    [workspaceId, people[0], messagesEach],
  );
  const long = (await pool.query<{ id: string }>('select id from place where i = 100')).rows[0]!.id;
  await pool.query('drop table place');
  await pool.query('vacuum analyze');
  return {
    workspaceId: workspaceId as WorkspaceId,
    userId: people[0]!,
    label: labels,
    numberId: mine[0]!,
    long,
  };
}

export const inbox: Family = async ({ cluster, quick, repeats, weakness, progress }) => {
  const database = await cluster.database('bench_inbox');
  const pool = cluster.pool(database, 1);
  const conversations = quick ? 5_000 : 50_000;
  progress('inbox: seeding');
  const place = await seed(pool, conversations, 20);
  await pool.end();
  const db = cluster.open(database, workers);
  const http = await buildHttp({
    log: createLog('silent'),
    environment: 'production',
    checks: {},
    authenticate: async () => ({
      person: null,
      principal: {
        workspaceId: place.workspaceId,
        actor: { kind: 'user', id: place.userId, role: 'agent' },
        scopes: actionsOf('agent'),
        numberIds: null,
        plan: 'unlimited',
      },
    }),
  });
  await http.app.register(conversationRoutes({ db, gate: http.gate }));
  await http.app.register(messageRoutes({ db, gate: http.gate }));
  await http.app.ready();
  const read = async (url: string) => {
    const answer = await http.app.inject({ method: 'GET', url, headers: { authorization: 'Bearer bench' } });
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
    return answer.json() as { data?: unknown[]; nextCursor?: string };
  };
  const half = await read(`/v1/conversations?limit=1&offset=${Math.min(10_000, conversations / 2)}`).then(
    (page) => page.nextCursor ?? '',
  );
  const list = (query: string) => `/v1/conversations?limit=50&${query}`;
  const asked: { name: string; url: string; judged: boolean }[] = [
    { name: 'conversation list', url: list('view=all'), judged: true },
    { name: 'conversation list, page 200', url: list(`view=all&cursor=${half}`), judged: true },
    { name: 'conversation list, mine', url: list('view=mine'), judged: true },
    { name: 'conversation list, unassigned', url: list('view=unassigned'), judged: true },
    { name: 'conversation list, open', url: list('view=open'), judged: true },
    { name: 'conversation list, snoozed', url: list('view=snoozed'), judged: true },
    { name: 'conversation list, one number', url: list(`numberId=${place.numberId}`), judged: true },
    { name: 'conversation list, a common label', url: list(`labelId=${place.label[0]}`), judged: true },
    { name: 'conversation list, a rare label', url: list(`labelId=${place.label[9]}`), judged: true },
    { name: 'conversation list, unread', url: list('view=open&unread=true'), judged: true },
    { name: 'conversation list, longest waiting', url: list('order=waiting'), judged: true },
    { name: 'message page', url: `/v1/messages?conversationId=${place.long}&limit=50`, judged: true },
    { name: 'conversation list, mentions (none)', url: list('view=mentions'), judged: false },
    { name: 'conversation list, nobody called so', url: list('q=zzz'), judged: false },
    { name: 'conversation counts', url: '/v1/conversations/counts', judged: false },
  ];
  const rows: Row[] = [];
  for (const { name, url, judged } of asked) {
    const turns: number[][] = [];
    for (let turn = -1; turn < repeats; turn++) {
      progress(`inbox: ${name}, turn ${turn + 1}`);
      const times: number[] = [];
      const each = (quick ? 100 : judged ? 400 : 80) / workers;
      await Promise.all(
        Array.from({ length: workers }, async () => {
          for (let i = 0; i < each; i++) {
            const begun = performance.now();
            await read(url);
            times.push(performance.now() - begun);
          }
        }),
      );
      if (turn >= 0) turns.push(times);
    }
    if (judged) rows.push(latencyRow(name, turns, { p99: 20 }, await weakness()));
    else {
      rows.push(
        infoRow(
          name,
          turns.map((times) => quantile(times, 0.5)),
          'ms',
          `p99 ${round(quantile(turns.flat(), 0.99))} ms`,
        ),
      );
    }
  }
  await http.close();
  await db.close();
  await cluster.drop(database);
  return rows;
};
