/** How many messages a second one number hands over while their statuses come back, all on the same two cores. */
import { randomUUID } from 'node:crypto';
import { sendMany } from '../apps/server/src/modules/messages/index.ts';
import { absoluteRow, type Family, infoRow, until } from './measure.ts';
import { startStage } from './server.ts';

export const sends: Family = async ({ cluster, quick, repeats, weakness, progress }) => {
  const database = await cluster.database('bench_sends');
  const stage = await startStage(cluster, database, { autoReply: false });
  const { pool, workspaceId, numberId } = stage;
  const db = cluster.open(database, 4);
  const count = quick ? 2_000 : 4_000;
  // One conversation each: what is measured is the number, not the pair limit.
  const people = Array.from({ length: count }, (_, i) => ({
    contact: randomUUID(),
    conversation: randomUUID(),
    phone: `1556${1_000_000 + i}`,
  }));
  await pool.query(
    `with c as (
       insert into contacts (workspace_id, id, phone, created_at, updated_at)
       select $1, id, phone, now(), now() from unnest($2::uuid[], $3::text[]) as t (id, phone)
     ), i as (
       insert into identities (workspace_id, kind, value, contact_id, created_at)
       select $1, 'phone', phone, id, now() from unnest($2::uuid[], $3::text[]) as t (id, phone)
     )
     insert into conversations (workspace_id, id, number_id, contact_id, created_at, updated_at)
     select $1, v, $4, c, now(), now() from unnest($5::uuid[], $2::uuid[]) as t (v, c)`,
    [
      workspaceId,
      people.map((p) => p.contact),
      people.map((p) => p.phone),
      numberId,
      people.map((p) => p.conversation),
    ],
  );
  const rates: number[] = [];
  const lags: number[] = [];
  const weak = await weakness();
  let failure = '';
  for (let i = -1; i < repeats; i++) {
    progress(`sends, turn ${i + 1}`);
    const wanted = i < 0 ? Math.min(1_000, count) : count;
    await pool.query("update accounts set paused_reason = 'bench'");
    // The number's lease is held from the turn before: its holder looks at the pause when it renews.
    if (i >= 0)
      await until(
        'the pause is seen',
        async () =>
          (
            await pool.query(
              "select count(*)::int as n from number_leases where expires_at > now() + interval '14 seconds'",
            )
          ).rows[0].n > 0,
        10_000,
      );
    const begun = new Date();
    for (let from = 0; from < wanted; from += 250) {
      await db.withSystem('queue messages of the bench', (tx) =>
        sendMany(
          tx,
          people.slice(from, Math.min(wanted, from + 250)).map(({ conversation }) => ({
            workspaceId,
            conversationId: conversation,
            content: { type: 'text', text: { body: 'an offer of the bench' } },
            source: 'api',
          })),
        ),
      );
    }
    await pool.query('update accounts set paused_reason = null');
    const figures = async () =>
      (
        await pool.query<{ sent: number; read: number; rate: number; lag: number }>(
          `with a as (
             select started_at, percent_rank() over (order by started_at) as place from message_attempts where started_at >= $1 and outcome = 'accepted'
           ), statuses as (
             select count(*)::int as count, max(pg_xact_commit_timestamp(xmin)) as last from message_statuses where received_at >= $1
           )
           select (select count(*)::int from a) as sent,
             (select count::int from statuses) as read,
             (select count(*) / greatest(extract(epoch from max(started_at) - min(started_at)), 0.001) from a where place between 0.1 and 0.9)::float as rate,
             (extract(epoch from (select last from statuses) - (select max(started_at) from a)))::float as lag`,
          [begun],
        )
      ).rows[0]!;
    await until(
      'all sent, three statuses each',
      async () => {
        const { sent, read } = await figures();
        return sent === wanted && read === 3 * wanted;
      },
      60_000,
      250,
    ).catch(async () => {
      failure = `not exactly all: ${JSON.stringify(await figures())}`;
    });
    const { rate, lag } = await figures();
    if (i < 0) continue;
    rates.push(rate);
    lags.push(lag * 1000);
  }
  await db.close();
  await stage.stop();
  await cluster.drop(database);
  return [
    absoluteRow(
      'sends held for one number, statuses coming back',
      rates,
      { min: 1_000 },
      '/s',
      weak,
      'between the first and the last tenth',
      failure,
    ),
    infoRow(
      'sends: last of 3 statuses each applied after the last send',
      lags,
      'ms',
      'they come 20, 40 and 80 ms after it',
    ),
  ];
};
