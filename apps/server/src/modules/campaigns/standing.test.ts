import { campaignSchedule } from '@chaski/contracts';
import { describe, expect, it } from 'vitest';
import { type CampaignStage, campaignsOn, listenOn, noBlobs } from '../../../test/campaign-stage.ts';
import { testDatabase, until } from '../../../test/harness.ts';
import { emit } from '../../platform/events/index.ts';
import { stageOn } from '../messages/testing.ts';
import { pauseByHand, resumeCampaign } from './control.ts';
import { planNow, updateCampaign } from './create.ts';
import { followMessages } from './follow.ts';
import { approveCampaign, launchCampaign } from './launch.ts';
import { planCampaign } from './plan.ts';
import { lockCampaign } from './queries.ts';

const day = 86_400_000;
const t = await testDatabase({ poolSize: 16 });
const stage = await stageOn(t);
await listenOn(stage);

async function fresh(people = 2): Promise<CampaignStage> {
  const on = await campaignsOn(stage, await stage.place({ number: { mps: 80 } }));
  await on.template();
  await on.tier('TIER_100K');
  await on.people(people);
  return on;
}

const daily = (more: Record<string, unknown> = {}) =>
  campaignSchedule.parse({ kind: 'recurring', every: 'day', time: '23:59', ...more });

describe('a recurring campaign', () => {
  it('that is over does not start, and says what to change', async () => {
    const on = await fresh();
    const id = await on.plan({ schedule: daily({ until: '2020-01-01' }) });
    await expect(on.launch(id)).rejects.toMatchObject({
      code: 'campaign_incomplete',
      status: 422,
      details: { path: 'schedule.until' },
    });
    expect(await on.campaign(id)).toMatchObject({ state: 'draft' });
  });

  it('that stood still goes on with its next turn, not with those that went by', async () => {
    const on = await fresh();
    const id = await on.plan({ schedule: daily() });
    await on.launch(id);
    await stage.tenant(on.place, (tx) => pauseByHand(tx, id));
    stage.clock.advance(3 * day);
    const row = await stage.tenant(on.place, (tx) => resumeCampaign(tx, id));
    expect(row.state).toBe('scheduled');
    expect(row.wakesAt!.getTime()).toBeGreaterThan(stage.clock.now().getTime());
    expect(row.startsAt).toEqual(row.wakesAt);
    await on.turn(id);
    expect(await stage.query('select 1 from campaigns where parent_id = $1', [id])).toEqual([]);
  });
});

describe('a plan that failed', () => {
  it('stops what waits for it, and nobody is said to have done it', async () => {
    const on = await fresh();
    const id = await on.plan();
    await on.launch(id);
    await stage.query(
      "update campaigns set plan_state = 'failed', plan_error = 'There is no such segment.' where id = $1",
      [id],
    );
    await on.turn(id);
    const row = await on.campaign(id);
    expect(row).toMatchObject({ state: 'paused', pausedReason: 'plan_failed' });
    expect(row.pausedDetail).toContain('There is no such segment.');
    const lines = await stage.query(
      "select 1 from audit where workspace_id = $1 and action = 'campaign.paused'",
      [on.place.workspaceId],
    );
    expect(lines).toEqual([]);
  });

  it('of what has not gone lets nothing go with the old words', async () => {
    const on = await fresh();
    const id = await on.plan();
    await on.launch(id);
    await stage.query(
      `update campaigns set state = 'paused', paused_reason = 'by_hand', plan_state = 'failed', started_at = now()
       where id = $1`,
      [id],
    );
    await expect(stage.tenant(on.place, (tx) => resumeCampaign(tx, id))).rejects.toMatchObject({
      code: 'campaign_not_planned',
    });
  });
});

it('whose template rests says so, whoever notices first', async () => {
  const on = await fresh();
  const id = await on.plan();
  await on.launch(id);
  await stage.query("update templates set status = 'PAUSED' where account_id = $1", [on.place.accountId]);
  await on.turn(id);
  expect(await on.campaign(id)).toMatchObject({ state: 'paused', pausedReason: 'template_paused' });
  await stage.query("update templates set status = 'DISABLED' where account_id = $1", [on.place.accountId]);
  await stage.tenant(on.place, (tx) => resumeCampaign(tx, id));
  await on.turn(id);
  expect(await on.campaign(id)).toMatchObject({ state: 'paused', pausedReason: 'template_disabled' });
});

describe('what waits for a second person', () => {
  const person = {
    kind: 'user' as const,
    id: '00000000-0000-7000-8000-000000000002',
    role: 'admin' as const,
  };

  async function awaiting(): Promise<{ on: CampaignStage; id: string }> {
    const on = await fresh();
    await stage.query(
      `update workspaces set settings = '{"campaignApproval": "second-person"}' where id = $1`,
      [on.place.workspaceId],
    );
    const id = await on.plan();
    const row = await stage.tenant(on.place, (tx) => launchCampaign(tx, id));
    expect(row.state).toBe('awaiting_approval');
    return { on, id };
  }

  it('is asked about again where one that recurs changes between its turns', async () => {
    const { on, id } = await awaiting();
    const { workspaceId } = on.place;
    const approve = () => stage.db.withTenant(workspaceId, person, (tx) => approveCampaign(tx, id));
    const update = (name: string) =>
      stage.tenant(on.place, (tx) => updateCampaign(tx, id, { name, schedule: daily() }));
    const planned = async () => {
      const { planVersion } = await on.campaign(id);
      await planCampaign({ db: stage.db, blobs: noBlobs }, workspaceId, id, planVersion);
    };
    expect(await update('Daily')).toMatchObject({ state: 'draft' });
    await stage.tenant(on.place, (tx) => planNow(tx, id));
    await planned();
    await stage.tenant(on.place, (tx) => launchCampaign(tx, id));
    expect(await approve()).toMatchObject({ state: 'scheduled' });
    stage.clock.set((await on.campaign(id)).wakesAt!);
    await on.turn(id);
    await expect(update('Other words')).rejects.toMatchObject({ code: 'campaign_state' });
    await stage.tenant(on.place, (tx) => pauseByHand(tx, id));
    expect(await update('Other words')).toMatchObject({ state: 'paused', approvedAt: null });
    await planned();
    expect(await stage.tenant(on.place, (tx) => resumeCampaign(tx, id))).toMatchObject({
      state: 'awaiting_approval',
    });
    // What somebody looked at is not what would go: it has to be asked for once more.
    expect(await update('Yet other words')).toMatchObject({ state: 'paused' });
    await planned();
    await stage.tenant(on.place, (tx) => resumeCampaign(tx, id));
    expect(await approve()).toMatchObject({ state: 'scheduled' });
  });

  it('is stopped with its template', async () => {
    const { on, id } = await awaiting();
    await stage.db.withSystem('test: WhatsApp disables it', (tx) =>
      emit(tx, [
        {
          workspaceId: on.place.workspaceId,
          name: 'template.disabled',
          data: { name: 'spring', language: 'en', accountId: on.place.accountId },
        },
      ]),
    );
    await until(
      'it pauses',
      async () => (await on.campaign(id)).pausedReason === 'template_disabled',
      20_000,
    );
  });

  it('is looked at once more before the yes counts', async () => {
    const { on, id } = await awaiting();
    const approve = () => stage.db.withTenant(on.place.workspaceId, person, (tx) => approveCampaign(tx, id));
    await stage.query("update templates set status = 'DISABLED' where account_id = $1", [on.place.accountId]);
    await expect(approve()).rejects.toMatchObject({ status: 422 });
    await stage.query("update templates set status = 'APPROVED' where account_id = $1", [on.place.accountId]);
    await stage.query("update numbers set status = 'suspended' where id = $1", [on.place.numberId]);
    await expect(approve()).rejects.toMatchObject({ code: 'number_not_active' });
    await stage.query("update numbers set status = 'active' where id = $1", [on.place.numberId]);
    expect(await approve()).toMatchObject({ state: 'scheduled' });
  });
});

it('what is heard waits for a campaign with nothing else in its hands', async () => {
  const on = await fresh(1);
  const id = await on.plan();
  await on.launch(id);
  await on.turn(id);
  const [one] = await stage.query<{ message_id: string; contact_id: string }>(
    'select message_id, contact_id from campaign_recipients r where campaign_id = $1 and exists (select 1 from messaging_openings o where o.contact_id = r.contact_id)',
    [id],
  );
  const { workspaceId, numberId } = on.place;
  const event = {
    workspaceId,
    name: 'message.accepted',
    at: stage.clock.now(),
    data: { messageId: one!.message_id, contactId: one!.contact_id, numberId, type: 'template' },
  };
  let heard: Promise<void> = Promise.resolve();
  await stage.db.withSystem('test: a turn', async (tx) => {
    await lockCampaign(tx, workspaceId, id);
    heard = stage.db.withSystem('test: what is heard', (other) =>
      followMessages.handle(other, [event as unknown as Parameters<typeof followMessages.handle>[1][number]]),
    );
    await until(
      'it waits for the campaign',
      async () =>
        (
          await stage.query(
            'select 1 from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()',
          )
        ).length > 0,
      20_000,
    );
    // The turn writes openings next: whoever held one now would wait for us, and we for them.
    await tx.query('select 1 from messaging_openings where contact_id = $1 for update nowait', [
      one!.contact_id,
    ]);
  });
  await heard;
});
