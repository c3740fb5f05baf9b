/** Counters of usage against the rows they count: by kind, by number, by month. */
import { expect, it } from 'vitest';
import { seedConversation, testDatabase } from '../../../test/harness.ts';
import { type NumberId, newId } from '../../platform/ids.ts';
import { usageOf } from '../workspaces/index.ts';
import { sendMany } from './index.ts';
import { type Place, stageOn } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 8 }));
const { db, query, clock } = stage;

/** A second number of the workspace, and a person on it with an open window. */
async function secondNumber(place: Place) {
  const numberId = newId<NumberId>();
  await query(
    `insert into numbers (workspace_id, id, account_id, phone_number_id, display_phone_number, status, created_at)
     select workspace_id, $2::uuid, account_id, phone_number_id || '2', display_phone_number || '2', 'active', created_at
     from numbers where id = $1`,
    [place.numberId, numberId],
  );
  return { numberId, ...(await seedConversation(db, { ...place, numberId })) };
}

async function approve(place: Place, name: string, category: string) {
  await query(
    `insert into templates (workspace_id, id, account_id, name, language, category, status, updated_at, created_at)
     values ($1, gen_random_uuid(), $2, $3, 'en', $4, 'APPROVED', now(), now())`,
    [place.workspaceId, place.accountId, name, category],
  );
}

it('equal the rows that they count, by kind, number and month', async () => {
  const place = await stage.place();
  const second = await secondNumber(place);
  const kinds = { offer: 'MARKETING', receipt: 'UTILITY', code: 'AUTHENTICATION' };
  for (const [name, category] of Object.entries(kinds)) await approve(place, name, category);
  const text = (body: string) => ({ type: 'text' as const, text: { body } });
  const template = (name: string) => ({
    type: 'template' as const,
    template: { name, language: { code: 'en' } },
  });
  const send = async (conversationId: string, contents: readonly (object & { type: string })[]) => {
    const results = await stage.tenant(place, (tx) =>
      sendMany(
        tx,
        contents.map((content) => ({
          workspaceId: place.workspaceId,
          conversationId,
          content: content as never,
        })),
      ),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(contents.map(() => 'queued'));
  };
  const { conversationId } = place;
  await send(conversationId, [text('one'), text('two'), template('offer'), template('receipt')]);
  await send(second.conversationId, [text('three'), template('code'), template('code')]);
  // What is said again under its key is one message, and counted once.
  const again = { workspaceId: place.workspaceId, conversationId, content: text('four'), dedupeKey: 'same' };
  for (let n = 0; n < 3; n++) await stage.tenant(place, (tx) => sendMany(tx, [again]));
  stage.sim.person(place.phone).send('hello', place.phoneNumberId);
  stage.sim.person(place.phone).send('hello again', place.phoneNumberId);
  await stage.pass(1_000);
  clock.advance(40 * 86_400_000);
  stage.sim.person(place.phone).send('a month later', place.phoneNumberId);
  await stage.pass(1_000);

  const months = ['2026-11', '2026-12'];
  for (const month of months) {
    const used = await stage.tenant(place, (tx) => usageOf(tx, place.workspaceId, { month, only: null }));
    const counted = await query<{ number: string; metric: string; n: number }>(
      `with said as (
         select m.number_id, m.direction, coalesce(lower(t.category), 'service') as category from messages m
         left join templates t on t.workspace_id = m.workspace_id and t.name = m.content #>> '{template,name}'
         where m.workspace_id = $1 and to_char(m.created_at at time zone 'UTC', 'YYYY-MM') = $2
       )
       select number_id as number, metric, count(*)::int as n from said cross join lateral (
         select 'messages.received' as metric where direction = 'in'
         union all select 'messages.sent' where direction = 'out'
         union all select 'messages.sent.' || category where direction = 'out') k
       group by 1, 2 order by 1, 2`,
      [place.workspaceId, month],
    );
    const kept = used.numbers.data.flatMap(({ numberId, counts }) =>
      Object.entries(counts).map(([metric, n]) => ({ number: numberId, metric, n })),
    );
    const sorted = (rows: typeof kept) =>
      rows.map(({ number, metric, n }) => `${number} ${metric} ${n}`).sort();
    expect(sorted(kept), month).toEqual(sorted(counted));
    const whole: Record<string, number> = {};
    for (const { metric, n } of counted) whole[metric] = (whole[metric] ?? 0) + n;
    expect(used.months.find((one) => one.month === `${month}-01`)?.counts, month).toEqual(whole);
  }
  const [row] = await query<{ n: number }>(
    'select count(*)::int as n from messages where workspace_id = $1',
    [place.workspaceId],
  );
  expect(row!.n).toBe(11);

  const only = await stage.tenant(place, (tx) =>
    usageOf(tx, place.workspaceId, { month: months[0], only: [second.numberId] }),
  );
  expect(only.numbers.data).toEqual([
    {
      numberId: second.numberId,
      counts: { 'messages.sent': 3, 'messages.sent.authentication': 2, 'messages.sent.service': 1 },
    },
  ]);
});
