import { Readable } from 'node:stream';
import { type CampaignPatch, campaignOptions, campaignSchedule } from '@chaski/contracts';
import { describe, expect, it } from 'vitest';
import { type CampaignStage, campaignsOn, listenOn, noBlobs } from '../../../test/campaign-stage.ts';
import { testDatabase, until } from '../../../test/harness.ts';
import { newId } from '../../platform/ids.ts';
import { type Sender, senders } from '../conversations/index.ts';
import { stageOn } from '../messages/testing.ts';
import { cancelCampaign, pauseByHand, resumeCampaign, retryCampaign } from './control.ts';
import { createCampaign, planNow, updateCampaign } from './create.ts';
import { approveCampaign, launchCampaign } from './launch.ts';
import { planCampaign } from './plan.ts';
import { preflight } from './preflight.ts';
import { changeCampaign } from './queries.ts';
import { reportOf } from './report.ts';
import { testSend } from './test-send.ts';

const day = 86_400_000;
const t = await testDatabase({ poolSize: 16 });
const stage = await stageOn(t);
await listenOn(stage);

async function fresh(people = 5, tier = 'TIER_100K'): Promise<CampaignStage> {
  // The person of the place has an open window; the others never wrote.
  const place = await stage.place({ number: { mps: 80 } });
  const on = await campaignsOn(stage, place);
  await on.template();
  await on.tier(tier);
  await on.people(people);
  return on;
}
const becomes = (on: CampaignStage, id: string, wanted: Record<string, number>) =>
  until(
    `recipients become ${JSON.stringify(wanted)}`,
    async () => {
      await on.pass(250);
      const now = await on.states(id);
      return Object.entries(wanted).every(([state, count]) => (now[state] ?? 0) === count);
    },
    30_000,
  );

describe('a campaign', () => {
  it('reaches everybody once, is read back from statuses, and ends', async () => {
    const on = await fresh(30);
    const delivery = stage.deliver();
    const id = await on.plan();
    const found = await stage.tenant(on.place, (tx) =>
      preflight(tx, id, { monthly: null, links: null, used: 0 }),
    );
    expect(found).toMatchObject({ willGet: 31, willNot: 0, tier: { isTold: true, limit: 100_000 }, days: 1 });
    await on.launch(id);
    await on.turn(id);
    expect(await on.states(id)).toEqual({ queued: 31 });
    await becomes(on, id, { delivered: 31 });
    const texts = stage.sim.people().flatMap((person) => stage.sim.messagesTo(person.id).map((m) => m.text));
    expect(texts.filter((text) => text.includes('20% off')).length).toBe(31);
    // Whoever reads the thread sees which campaign it was.
    const [said] = await stage.query<Parameters<typeof senders>[1][number]>(
      `select id, direction, source, actor_kind as "actorKind", actor_id as "actorId" from messages
       where workspace_id = $1 and source = 'campaign' limit 1`,
      [on.place.workspaceId],
    );
    const sender = await stage.tenant(on.place, async (tx) => (await senders(tx, [said!]))(said!));
    const { name } = await on.campaign(id);
    expect(sender).toEqual<Sender>({ kind: 'campaign', id, name });
    stage.clock.advance(11 * 60_000);
    await until('it ends', async () => {
      await on.turn(id);
      stage.clock.advance(60_000);
      return (await on.campaign(id)).state === 'finished';
    });
    const report = await stage.tenant(on.place, (tx) => reportOf(tx, id));
    expect(report).toMatchObject({ total: 31, sent: 31, delivered: 31, states: { delivered: 31 } });
    // Nobody has to look after what nobody answered.
    const open = await stage.query(
      "select id from conversations where workspace_id = $1 and status = 'open' and last_inbound_at is null",
      [on.place.workspaceId],
    );
    expect(open).toEqual([]);
    await delivery.stop();
  });

  it('lists each line that gets nothing with its reason', async () => {
    const on = await fresh(2);
    const { place } = on;
    const [first, second] = await stage.query<{ id: string; phone: string }>(
      "select id, phone from contacts where workspace_id = $1 and phone like '1650%' order by phone",
      [place.workspaceId],
    );
    await stage.query("update contacts set consent_marketing = 'out', opted_out = true where id = $1", [
      first!.id,
    ]);
    const id = await on.plan({
      audience: {
        kind: 'phones',
        phones: [
          `+${first!.phone}`,
          `+${second!.phone}`,
          `+${second!.phone}`,
          'not a number',
          '+1 650 100 9999',
          // WhatsApp brings no marketing to the United States.
          '+1 212 555 1234',
        ],
      },
      message: {
        template: { name: 'spring', language: 'en' },
        variables: [{ place: 'body', name: '1', source: { from: 'field', field: 'firstName' } }],
      },
    });
    const found = await stage.tenant(place, (tx) =>
      preflight(tx, id, { monthly: null, links: null, used: 0 }),
    );
    expect(found.willGet).toBe(1);
    expect(Object.fromEntries(found.reasons.map((one) => [one.reason, one.count]))).toEqual({
      opted_out: 1,
      duplicate: 1,
      invalid_phone: 1,
      'variable_missing:body:1': 1,
      marketing_paused: 1,
    });
  });

  it('of several lines of one person takes the last, also one far below', async () => {
    const on = await fresh(0);
    const { workspaceId } = on.place;
    const others = Array.from({ length: 1_000 }, (_, i) => `+447700${900_000 + i},Other`);
    const lines = ['+447911123456,One', '+447911123457,Near', '+447911123456,Two', '+44 7911 123457,Nearest'];
    const list = ['phone,first', ...lines, ...others, '07911 123456,Three'].join('\n');
    const row = await stage.tenant(on.place, async (tx) => {
      const made = await createCampaign(tx, {
        name: 'A list with news below',
        numberId: on.place.numberId,
        message: {
          template: { name: 'spring', language: 'en' },
          variables: [{ place: 'body', name: '1', source: { from: 'column', column: 'first' } }],
        },
        audience: { kind: 'list', phoneColumn: 'phone', country: 'GB' },
        schedule: campaignSchedule.parse({ kind: 'now' }),
        options: campaignOptions.parse({}),
      });
      await changeCampaign(tx, workspaceId, made.id, { listKey: newId() });
      return planNow(tx, made.id);
    });
    const blobs = {
      ...noBlobs,
      get: async () => ({ size: list.length, stream: Readable.from([Buffer.from(list)]) }),
    };
    await planCampaign({ db: t.db, blobs }, workspaceId, row.id, row.planVersion);
    const recipients = await stage.query(
      `select n, state, reason, contact_id is not null as "isSomebody", cells ->> 'first' as first
       from campaign_recipients where campaign_id = $1 and (n <= 4 or n > 1004) order by n`,
      [row.id],
    );
    const gaveWay = { state: 'skipped', reason: 'duplicate', isSomebody: false, first: null };
    const counts = { state: 'planned', reason: null, isSomebody: true };
    expect(recipients).toEqual([
      { n: 1, ...gaveWay },
      { n: 2, ...gaveWay },
      { n: 3, ...gaveWay },
      { n: 4, ...counts, first: 'Nearest' },
      { n: 1_005, ...counts, first: 'Three' },
    ]);
    expect(await on.states(row.id)).toEqual({ planned: 1_002, skipped: 3 });
  });

  it('fills cards, places, offers and products as WhatsApp takes them, and names what fills nothing', async () => {
    const on = await fresh(1);
    const { place } = on;
    const card = {
      components: [
        { type: 'HEADER', format: 'LOCATION' },
        { type: 'BODY', text: 'For {{1}} only' },
        { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Buy', url: 'https://shop.example/{{1}}' }] },
      ],
    };
    const components = [
      { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Soon over', has_expiration: true } },
      { type: 'BODY', text: 'Look' },
      { type: 'BUTTONS', buttons: [{ type: 'MPM', text: 'View items' }] },
      { type: 'CAROUSEL', cards: [card, card] },
    ];
    await stage.query('update templates set components = $2::jsonb where workspace_id = $1', [
      place.workspaceId,
      JSON.stringify(components),
    ]);
    const text = (said: string) => ({ from: 'text' as const, text: said });
    const message = (ends: string): NonNullable<CampaignPatch['message']> => ({
      template: { name: 'spring', language: 'en' },
      variables: [
        { place: 'offer', name: 'time', source: text(ends) },
        { place: 'button', index: 0, name: 'products', source: text('Coats: c-9, c-7; Hats: h-2') },
        ...[0, 1].flatMap((at) => [
          {
            place: 'header' as const,
            card: at,
            name: 'location',
            source: text('1.5, 2.5, Shop, Street 1'),
          },
          {
            place: 'body' as const,
            card: at,
            name: '1',
            source: {
              from: 'field' as const,
              field: 'email' as const,
              ...(at === 0 ? { fallback: 'you' } : {}),
            },
          },
          { place: 'button' as const, card: at, index: 0, name: 'url', source: text(`coat-${at}`) },
        ]),
      ],
    });
    const look = async (wish: CampaignPatch) => {
      const id = await on.plan(wish);
      const { willGet, reasons, problems } = await stage.tenant(place, (tx) =>
        preflight(tx, id, { monthly: null, links: null, used: 0 }),
      );
      return { id, willGet, reasons, problems };
    };
    const tomorrow = new Date(stage.clock.now().getTime() + day).toISOString();
    // Nobody gets it for want of one blank, and nothing is said against the others.
    expect(await look({ message: message(tomorrow) })).toMatchObject({
      willGet: 0,
      reasons: [{ reason: 'variable_missing:card:1:body:1', count: 2 }],
      problems: [],
    });
    await stage.query("update contacts set email = 'ana@example.com' where workspace_id = $1", [
      place.workspaceId,
    ]);
    expect(await look({ message: message('2026-01-01') })).toMatchObject({
      willGet: 0,
      reasons: [{ reason: 'offer_over', count: 2 }],
    });
    const { id, ...found } = await look({ message: message(tomorrow) });
    expect(found).toEqual({ willGet: 2, reasons: [], problems: [] });
    await on.launch(id);
    // It stood still until the offer was over.
    stage.clock.advance(2 * day);
    await on.turn(id);
    expect(await on.states(id)).toEqual({ skipped: 2 });
  });

  it('sends words above whose blank is called like a file, and a test says what is wrong', async () => {
    const on = await fresh(1);
    const { place } = on;
    const components = (parts: readonly unknown[]) =>
      stage.query('update templates set components = $2::jsonb where workspace_id = $1', [
        place.workspaceId,
        JSON.stringify(parts),
      ]);
    const message = (name: string, place: 'header' | 'offer', said: string) => ({
      template: { name: 'spring', language: 'en' },
      variables: [{ place, name, source: { from: 'text' as const, text: said } }],
    });
    const sent = async (id: string) =>
      (await stage.tenant(place, (tx) => testSend(tx, id, '+16501000000', null, null, null)))
        .content as unknown;
    await components([
      { type: 'HEADER', format: 'TEXT', text: 'New in {{product}}' },
      { type: 'BODY', text: 'Look' },
    ]);
    const words = await on.plan({ message: message('product', 'header', 'coats') });
    const found = await stage.tenant(place, (tx) =>
      preflight(tx, words, { monthly: null, links: null, used: 0 }),
    );
    expect(found).toMatchObject({ willGet: 2, reasons: [], problems: [] });
    const header = {
      type: 'header',
      parameters: [{ type: 'text', text: 'coats', parameterName: 'product' }],
    };
    expect(await sent(words)).toMatchObject({ template: { components: [header] } });
    await on.launch(words);
    await on.turn(words);
    expect(
      await stage.query(
        "select content->'template'->'components' as components from messages where workspace_id = $1 and source = 'campaign'",
        [place.workspaceId],
      ),
    ).toEqual(Array(3).fill({ components: [header] }));

    await components([
      { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Soon over', has_expiration: true } },
      { type: 'BODY', text: 'Look' },
    ]);
    // Nobody is planned: the test says what the variables say by themselves.
    const offer = (ends: string) =>
      on.plan({
        message: message('time', 'offer', ends),
        audience: { kind: 'phones', phones: ['not a number'] },
        schedule: campaignSchedule.parse({ kind: 'now', timeZone: 'America/Sao_Paulo' }),
      });
    await expect(sent(await offer('24.12.2026'))).rejects.toMatchObject({ code: 'variable_wrong' });
    expect(JSON.stringify(await sent(await offer('2099-12-24 18:00')))).toContain(
      `"expirationTimeMs":${Date.parse('2099-12-24T21:00:00Z')}`,
    );
  });

  it('stays inside the tier over any 24 hours, counts those with an open window as free, and goes on by itself', async () => {
    const on = await fresh(60, 'TIER_50');
    const id = await on.plan();
    await on.launch(id);
    await on.turn(id);
    // 50 strangers, and the one who has just written.
    expect(await on.states(id)).toEqual({ planned: 10, queued: 51 });
    expect(await on.campaign(id)).toMatchObject({ waitsFor: 'tier' });
    stage.clock.advance(day - 60_000);
    await on.turn(id);
    expect(await on.states(id)).toMatchObject({ planned: 10 });
    stage.clock.advance(2 * 60_000);
    await on.turn(id);
    expect(await on.states(id)).toEqual({ queued: 61 });
  });

  it('keeps at most a second of the number waiting, whoever else sends', async () => {
    const on = await fresh(200);
    const id = await on.plan();
    await on.launch(id);
    await on.turn(id);
    expect(await on.states(id)).toEqual({ planned: 121, queued: 80 });
    stage.clock.advance(1_000);
    await on.turn(id);
    expect(await on.states(id)).toEqual({ planned: 121, queued: 80 });
  });

  it('tries 131049 again a day later and not before, and nobody twice', async () => {
    const on = await fresh(3);
    const delivery = stage.deliver();
    stage.sim.faults.arm('marketing_cap', { count: 1, numberId: on.place.phoneNumberId });
    const id = await on.plan();
    await on.launch(id);
    await on.turn(id);
    await becomes(on, id, { delivered: 3, planned: 1 });
    const [row] = await stage.query<{ reason: string; due_at: Date }>(
      "select reason, due_at from campaign_recipients where campaign_id = $1 and state = 'planned'",
      [id],
    );
    expect(row!.reason).toBe('131049');
    expect(row!.due_at.getTime() - stage.clock.now().getTime()).toBeGreaterThan(day - 60_000);
    await on.pass(day - 120_000);
    await on.turn(id);
    expect(await on.states(id)).toEqual({ delivered: 3, planned: 1 });
    await on.pass(180_000);
    await on.turn(id);
    await becomes(on, id, { delivered: 4 });
    await delivery.stop();
  });

  it('stops for payment with the reason, and resumes with one click where it stood', async () => {
    const on = await fresh(3);
    const id = await on.plan();
    await on.launch(id);
    await on.turn(id);
    const [one] = await stage.query<{ message_id: string }>(
      'select message_id from campaign_recipients where campaign_id = $1 order by n limit 1',
      [id],
    );
    await stage.query("update messages set status = 'failed' where id = $1", [one!.message_id]);
    await stage.query('delete from send_queue where message_id = $1', [one!.message_id]);
    await stage.db.withSystem('test: WhatsApp refuses', async (tx) => {
      const { emit } = await import('../../platform/events/index.ts');
      await emit(tx, [
        {
          workspaceId: on.place.workspaceId,
          name: 'message.failed',
          data: {
            messageId: one!.message_id,
            error: { code: '131042', kind: 'payment', message: 'No card.' },
          },
        },
      ]);
    });
    await until('it pauses', async () => (await on.campaign(id)).state === 'paused', 20_000);
    expect(await on.campaign(id)).toMatchObject({ pausedReason: 'payment' });
    expect(await on.states(id)).toEqual({ queued: 3, planned: 1 });
    await stage.tenant(on.place, (tx) => resumeCampaign(tx, id));
    await on.turn(id);
    expect(await on.states(id)).toEqual({ queued: 4 });
    const keys = await stage.query<{ dedupe_key: string }>(
      "select dedupe_key from messages where workspace_id = $1 and dedupe_key like 'campaign:%'",
      [on.place.workspaceId],
    );
    expect(keys.length).toBe(5);
  });

  it('cancelled takes back what is queued; retried takes those that failed alone', async () => {
    const on = await fresh(100);
    const id = await on.plan();
    await on.launch(id);
    await on.turn(id);
    await stage.tenant(on.place, (tx) => cancelCampaign(tx, id));
    expect(await on.states(id)).toEqual({ cancelled: 101 });
    const left = await stage.query('select 1 from send_queue where workspace_id = $1', [
      on.place.workspaceId,
    ]);
    expect(left).toEqual([]);

    const second = await on.plan({ name: 'Again' });
    await stage.query(
      "update campaign_recipients set state = 'failed', reason = '131026' where campaign_id = $1 and n <= 4",
      [second],
    );
    await stage.query("update campaign_recipients set state = 'delivered' where campaign_id = $1 and n > 4", [
      second,
    ]);
    await stage.query("update campaigns set state = 'finished', started_at = now() where id = $1", [second]);
    const { retried } = await stage.tenant(on.place, (tx) => retryCampaign(tx, second, ['131026']));
    expect(retried).toBe(4);
    expect(await on.states(second)).toEqual({ planned: 4, delivered: 97 });
  });

  it('writes to nobody in their quiet hours, also when it was late', async () => {
    const on = await fresh(2);
    const schedule = campaignSchedule.parse({
      kind: 'now',
      timeZone: 'America/New_York',
      quietHours: { from: '21:00', to: '09:00' },
    });
    const id = await on.plan({ schedule });
    await on.launch(id);
    await stage.tenant(on.place, (tx) => pauseByHand(tx, id));
    // Three in the morning in New York, where numbers with +1 are taken to be.
    const night = new Date(stage.clock.now());
    night.setUTCDate(night.getUTCDate() + 1);
    night.setUTCHours(8, 0, 0, 0);
    stage.clock.set(night);
    await stage.tenant(on.place, (tx) => resumeCampaign(tx, id));
    await on.turn(id);
    expect(await on.states(id)).toEqual({ planned: 3 });
    expect(await on.campaign(id)).toMatchObject({ waitsFor: 'quiet_hours' });
    stage.clock.advance(6.1 * 3_600_000);
    await on.turn(id);
    expect(await on.states(id)).toEqual({ queued: 3 });
  });

  it('asks a second person where the workspace wants one, and again after every change', async () => {
    const on = await fresh(1);
    const { workspaceId } = on.place;
    await stage.query(
      `update workspaces set settings = '{"campaignApproval": "second-person"}' where id = $1`,
      [workspaceId],
    );
    const as = (id: string) => ({ kind: 'user' as const, id, role: 'admin' as const });
    const author = '00000000-0000-7000-8000-000000000001';
    const other = '00000000-0000-7000-8000-000000000002';
    const row = await stage.db.withTenant(workspaceId, as(author), (tx) =>
      createCampaign(tx, {
        name: 'Two people',
        numberId: on.place.numberId,
        message: { template: { name: 'spring', language: 'en' }, variables: [] },
        audience: { kind: 'filter', filter: { all: [] } },
      }),
    );
    const id = row.id;
    const planned = await stage.db.withTenant(workspaceId, as(author), async (tx) => {
      const { planNow } = await import('./create.ts');
      return planNow(tx, id);
    });
    await planCampaign({ db: stage.db, blobs: noBlobs }, workspaceId, id, planned.planVersion);
    const launched = await stage.db.withTenant(workspaceId, as(author), (tx) => launchCampaign(tx, id));
    expect(launched.state).toBe('awaiting_approval');
    await expect(
      stage.db.withTenant(workspaceId, as(author), (tx) => approveCampaign(tx, id)),
    ).rejects.toMatchObject({ code: 'forbidden' });
    const approved = await stage.db.withTenant(workspaceId, as(other), (tx) => approveCampaign(tx, id));
    expect(approved).toMatchObject({ state: 'scheduled', approvedBy: other });
    const changed = await stage.db.withTenant(workspaceId, as(other), (tx) =>
      updateCampaign(tx, id, { name: 'Another' }),
    );
    expect(changed).toMatchObject({ state: 'draft', approvedBy: null });
  });
});
