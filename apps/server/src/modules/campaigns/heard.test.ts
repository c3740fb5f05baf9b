import { campaignSchedule } from '@chaski/contracts';
import { describe, expect, it } from 'vitest';
import { type CampaignStage, campaignsOn, listenOn, noBlobs } from '../../../test/campaign-stage.ts';
import { testDatabase, until } from '../../../test/harness.ts';
import { emit } from '../../platform/events/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { stageOn } from '../messages/testing.ts';
import { updateCampaign } from './create.ts';
import { eraseFromCampaigns, erasePastedPhones } from './erase.ts';
import { planCampaign } from './plan.ts';
import { selectOfContact } from './queries-outcomes.ts';

const t = await testDatabase({ poolSize: 16 });
const stage = await stageOn(t);
await listenOn(stage);

async function running(people = 3): Promise<{ on: CampaignStage; id: string }> {
  const on = await campaignsOn(stage, await stage.place({ number: { mps: 80 } }));
  await on.template();
  await on.tier('TIER_100K');
  await on.people(people);
  const id = await on.plan();
  await on.launch(id);
  await on.turn(id);
  return { on, id };
}

const say = (on: CampaignStage, name: string, data: Record<string, unknown>) =>
  stage.db.withSystem('test: something happened', (tx) =>
    emit(tx, [{ workspaceId: on.place.workspaceId, name, data }]),
  );

const pausesFor = (on: CampaignStage, id: string, reason: string) =>
  until(`it pauses for ${reason}`, async () => (await on.campaign(id)).pausedReason === reason, 20_000);

describe('what WhatsApp says', () => {
  it('about the template stops the campaigns that send it, and no others', async () => {
    const { on, id } = await running();
    const template = { name: 'spring', language: 'en', accountId: on.place.accountId };
    await say(on, 'template.paused', { ...template, language: 'pt_BR', before: 'APPROVED', after: 'PAUSED' });
    await say(on, 'template.category_changed', { ...template, before: 'UTILITY', after: 'MARKETING' });
    await pausesFor(on, id, 'template_category');
    expect((await on.campaign(id)).pausedDetail).toContain('It was utility and is marketing.');
  });

  it('about the number stops it for falling quality, and wakes it for a higher limit', async () => {
    const { on, id } = await running();
    await stage.query("update campaigns set waits_for = 'tier', wakes_at = '2030-01-01' where id = $1", [id]);
    await on.tier('TIER_UNLIMITED');
    await say(on, 'number.updated', { numberId: on.place.numberId, changed: ['limit'] });
    await until(
      'it looks at once',
      async () => (await on.campaign(id)).wakesAt!.getTime() <= stage.clock.now().getTime(),
      20_000,
    );
    await stage.query(
      `update numbers set provider_state = provider_state || '{"quality": {"event": "FLAGGED"}}' where id = $1`,
      [on.place.numberId],
    );
    await say(on, 'number.updated', { numberId: on.place.numberId, changed: ['quality'] });
    await pausesFor(on, id, 'quality');
  });
});

it('131049 is heard by every campaign: another leaves that person for a day', async () => {
  const day = 86_400_000;
  const { on, id } = await running(1);
  const delivery = stage.deliver();
  stage.sim.faults.arm('marketing_cap', { count: 1, numberId: on.place.phoneNumberId });
  const waiting = (campaignId: string) =>
    stage.query<{ reason: string; due_at: Date }>(
      "select reason, due_at from campaign_recipients where campaign_id = $1 and state = 'planned'",
      [campaignId],
    );
  await until(
    'one is capped',
    async () => {
      await on.pass(250);
      return (await waiting(id)).length === 1;
    },
    30_000,
  );
  await delivery.stop();
  const other = await on.plan({ name: 'Another' });
  await on.launch(other);
  await on.turn(other);
  const [left, ...rest] = await waiting(other);
  expect([left?.reason, rest.length]).toEqual(['131049', 0]);
  expect(left!.due_at.getTime() - stage.clock.now().getTime()).toBeGreaterThan(day - 600_000);
});

describe('what people say', () => {
  it('counts as a reply, once, and as an opt-out for the campaign that reached them last', async () => {
    const { on, id } = await running();
    const delivery = stage.deliver();
    await until(
      'all have it',
      async () => {
        await on.pass(250);
        return (await on.states(id)).delivered === 4;
      },
      30_000,
    );
    await stage.pass(1_000);
    stage.clock.advance(60_000);
    const [someone] = await stage.query<{ phone: string; id: string }>(
      "select phone, id from contacts where workspace_id = $1 and phone like '1650%' order by phone limit 1",
      [on.place.workspaceId],
    );
    const thread = async () =>
      (
        await stage.query<{ id: string; status: string; unread: number; assignee: string | null }>(
          `select id, status, unread_count as unread, assignee_id as assignee from conversations
           where workspace_id = $1 and contact_id = $2`,
          [on.place.workspaceId, someone!.id],
        )
      )[0]!;
    // Nobody has to look after what nobody answered; the answer puts it before everybody.
    expect(await thread()).toMatchObject({ status: 'closed', unread: 0, assignee: null });
    stage.sim.person(someone!.phone).send('Is it true?', on.place.phoneNumberId);
    await on.pass(1_000);
    await until(
      'the reply is counted',
      async () =>
        (
          await stage.query(
            'select 1 from campaign_recipients where campaign_id = $1 and replied_at is not null',
            [id],
          )
        ).length === 1,
      20_000,
    );
    const [note] = await until(
      'the contact remembers it',
      async () => {
        const rows = await stage.query<{ outcome: string }>(
          "select outcome from contact_campaigns where campaign_id = $1 and contact_id = $2 and outcome = 'replied'",
          [id, someone!.id],
        );
        return rows.length > 0 && rows;
      },
      20_000,
    );
    expect(note!.outcome).toBe('replied');
    expect(await thread()).toMatchObject({ status: 'open', unread: 1, assignee: null });
    expect(
      await stage.query(
        `select data ->> 'again' as again from events
         where workspace_id = $1 and name = 'conversation.opened' and data ->> 'contactId' = $2`,
        [on.place.workspaceId, someone!.id],
      ),
    ).toEqual([{ again: 'true' }]);
    const named = await stage.tenant(on.place, (tx) => selectOfContact(tx, someone!.id));
    expect(named).toMatchObject([{ campaignId: id, repliedAt: expect.any(Date) }]);
    stage.sim.person(someone!.phone).send('STOP', on.place.phoneNumberId);
    await on.pass(1_000);
    await until(
      'the opt-out is counted',
      async () =>
        (
          await stage.query(
            'select 1 from campaign_recipients where campaign_id = $1 and opted_out_at is not null and replied_at is not null',
            [id],
          )
        ).length === 1,
      20_000,
    );
    await delivery.stop();
  });
});

describe('a plan', () => {
  it('that nobody finished is finished behind its last page, each person once', async () => {
    const on = await campaignsOn(stage, await stage.place());
    await on.template();
    const phones = await on.people(1_500);
    const id = await on.plan({ audience: { kind: 'phones', phones: phones.map((phone) => `+${phone}`) } });
    // As a killed planner leaves it: the first page is there, the rest is not.
    await stage.query('delete from campaign_recipients where campaign_id = $1 and n > 1000', [id]);
    await stage.query("update campaigns set plan_state = 'waiting', plan_rows = 1000 where id = $1", [id]);
    const { planVersion, workspaceId } = await on.campaign(id);
    await planCampaign({ db: stage.db, blobs: noBlobs }, workspaceId as WorkspaceId, id, planVersion);
    expect(await on.states(id)).toEqual({ planned: 1_500 });
    // Another planner of the same version, or of an older one, changes nothing.
    await planCampaign({ db: stage.db, blobs: noBlobs }, workspaceId as WorkspaceId, id, planVersion - 1);
    expect(await on.states(id)).toEqual({ planned: 1_500 });
  });

  it('of what has not gone is filled anew when the words change', async () => {
    const { on, id } = await running(120);
    await stage.query("update campaigns set state = 'paused', paused_reason = 'by_hand' where id = $1", [id]);
    const before = await on.states(id);
    const row = await stage.tenant(on.place, (tx) =>
      updateCampaign(tx, id, {
        message: {
          template: { name: 'spring', language: 'en' },
          variables: [{ place: 'body', name: '1', source: { from: 'text', text: 'friend' } }],
        },
      }),
    );
    expect(row).toMatchObject({ state: 'paused', planState: 'waiting' });
    await planCampaign({ db: stage.db, blobs: noBlobs }, on.place.workspaceId, id, row.planVersion);
    expect(await on.states(id)).toEqual(before);
    const said = await stage.query<{ state: string; said: string; count: number }>(
      "select state, filled ->> 'body:1' as said, count(*)::int as count from campaign_recipients where campaign_id = $1 and contact_id is not null group by 1, 2",
      [id],
    );
    expect(said.find((one) => one.state === 'planned')).toMatchObject({
      said: 'friend',
      count: before.planned,
    });
    expect(said.filter((one) => one.state === 'queued').every((one) => one.said !== 'friend')).toBe(true);
  });

  it('keeps nothing of whoever is erased', async () => {
    const { on, id } = await running(2);
    const [row] = await stage.query<{ contact_id: string }>(
      'select contact_id from campaign_recipients where campaign_id = $1 order by n limit 1',
      [id],
    );
    await stage.db.withSystem('test: erase', (tx) =>
      eraseFromCampaigns(tx, on.place.workspaceId, [row!.contact_id], []),
    );
    const [left] = await stage.query(
      'select address, cells, filled, text_hash from campaign_recipients where campaign_id = $1 and contact_id = $2',
      [id, row!.contact_id],
    );
    expect(left).toEqual({ address: null, cells: null, filled: {}, text_hash: null });
    // Pasted numbers too, however they were written.
    await stage.query('update campaigns set audience = $2 where id = $1', [
      id,
      {
        kind: 'phones',
        country: 'US',
        phones: [
          '+1 (650) 100-0000',
          '016501000001',
          '0650 100 0000',
          '٠٠١٦٥٠١٠٠٠٠٠٠',
          '٠٠١٦٥٠١٠٠٠٠٠١',
          '६५० १०० ००००',
          '650 100 0000 ext. 12',
          '5',
          '',
        ],
      },
    ]);
    await stage.db.withSystem('test: erase', (tx) =>
      erasePastedPhones(tx, on.place.workspaceId, ['16501000000', 'US.1']),
    );
    expect((await on.campaign(id)).audience).toEqual({
      kind: 'phones',
      country: 'US',
      phones: ['016501000001', '٠٠١٦٥٠١٠٠٠٠٠١', '5', ''],
    });
    expect(
      await stage.query('select 1 from messaging_openings where contact_id = $1', [row!.contact_id]),
    ).toEqual([]);
  });
});

it('a recurring one makes a campaign of each turn, and ends', async () => {
  const on = await campaignsOn(stage, await stage.place());
  await on.template();
  await on.people(1);
  // At noon in UTC it is 17:45 in Kathmandu, and 00:30 there is the day before in UTC.
  const day = 86_400_000;
  const midnight = Math.ceil(stage.clock.now().getTime() / day) * day;
  stage.clock.set(new Date(midnight + day / 2));
  const [first, last] = [1, 2].map((ahead) => new Date(midnight + ahead * day).toISOString().slice(0, 10));
  const id = await on.plan({
    schedule: campaignSchedule.parse({
      kind: 'recurring',
      every: 'day',
      time: '00:30',
      until: last,
      timeZone: 'Asia/Kathmandu',
    }),
  });
  await on.launch(id);
  for (let turn = 0; turn < 4; turn++) {
    const { wakesAt, state } = await on.campaign(id);
    if (state === 'finished') break;
    stage.clock.set(wakesAt!);
    await on.turn(id);
  }
  expect(await on.campaign(id)).toMatchObject({ state: 'finished' });
  const turns = await stage.query<{ id: string; name: string; state: string; plan_state: string }>(
    'select id, name, state, plan_state from campaigns where parent_id = $1 order by id',
    [id],
  );
  expect(turns.map(({ name }) => name)).toEqual([`Spring · ${first}`, `Spring · ${last}`]);
  expect(new Set(turns.map((turn) => `${turn.state} ${turn.plan_state}`))).toEqual(
    new Set(['scheduled waiting']),
  );
  await planCampaign({ db: stage.db, blobs: noBlobs }, on.place.workspaceId, turns[0]!.id, 1);
  await on.turn(turns[0]!.id);
  expect(await on.campaign(turns[0]!.id)).toMatchObject({ state: 'running' });
});
