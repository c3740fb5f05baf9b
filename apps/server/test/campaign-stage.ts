/** A stage for tests of campaigns: WhatsApp, people with phones, the worker's parts by hand. */
import { type CampaignPatch, campaignOptions, campaignSchedule } from '@chaski/contracts';
import { afterAll } from 'vitest';
import { consumers } from '../src/consumers.ts';
import { createCampaign, planNow } from '../src/modules/campaigns/create.ts';
import { launchCampaign } from '../src/modules/campaigns/launch.ts';
import { planCampaign } from '../src/modules/campaigns/plan.ts';
import { type CampaignRow, selectCampaign } from '../src/modules/campaigns/queries.ts';
import { takeTurn } from '../src/modules/campaigns/step.ts';
import { log, type Place, type Stage } from '../src/modules/messages/testing.ts';
import { applyNotices } from '../src/modules/templates/index.ts';
import type { Blobs } from '../src/platform/blobs/index.ts';
import { startEvents } from '../src/platform/events/index.ts';
import { registerJobs } from '../src/platform/queue/index.ts';

/** Nothing of a test's lies in files. */
export const noBlobs: Blobs = {
  put: () => Promise.reject(new Error('no files here')),
  get: async () => null,
  delete: async () => {},
} as unknown as Blobs;

export interface CampaignStage {
  place: Place;
  /** Contacts with a phone, none of whom ever wrote. */
  people(count: number): Promise<string[]>;
  template(name?: string, category?: string): Promise<void>;
  tier(limit: string): Promise<void>;
  plan(wish?: CampaignPatch): Promise<string>;
  launch(id: string): Promise<void>;
  campaign(id: string): Promise<CampaignRow>;
  /** Turns until there is nothing to do at this moment. */
  turn(id: string): Promise<void>;
  states(id: string): Promise<Record<string, number>>;
  /** Time goes by, here and at WhatsApp, and what it says is heard. */
  pass(ms: number): Promise<void>;
}

/** What listens to events, for a whole test file. */
export async function listenOn(stage: Stage): Promise<void> {
  await registerJobs(stage.db);
  const events = await startEvents({ db: stage.db, signals: stage.signals, consumers, log });
  afterAll(() => events.stop());
}

export async function campaignsOn(stage: Stage, place: Place): Promise<CampaignStage> {
  const { db, query } = stage;
  const { workspaceId } = place;
  const components = [
    { type: 'BODY', text: 'Hello {{1}}, everything is 20% off.', example: { body_text: [['Ana']] } },
  ];
  const self: CampaignStage = {
    place,
    async people(count) {
      const phones = Array.from({ length: count }, (_, i) => `1650${String(1_000_000 + i)}`);
      await query(
        `with p as (select gen_random_uuid() as id, phone from unnest($2::text[]) phone), c as (
           insert into contacts (workspace_id, id, phone, name, created_at, updated_at)
           select $1, id, phone, 'Person ' || phone, $3, $3 from p)
         insert into identities (workspace_id, kind, value, contact_id, created_at)
         select $1, 'phone', phone, id, $3 from p`,
        [workspaceId, phones, stage.clock.now()],
      );
      return phones;
    },
    async template(name = 'spring', category = 'MARKETING') {
      await db.withSystem('test: WhatsApp approved a template', (tx) =>
        applyNotices(tx, [
          {
            workspaceId,
            accountId: place.accountId,
            field: 'message_template_status_update',
            value: {
              event: 'APPROVED',
              messageTemplateId: 1_000_000 + Math.floor(Math.random() * 1e9),
              messageTemplateName: name,
              messageTemplateLanguage: 'en',
              messageTemplateCategory: category,
            },
            at: stage.clock.now(),
          },
        ]),
      );
      stage.sim.addTemplate(place.accountRef, {
        name,
        language: 'en',
        category: category as 'MARKETING',
        components,
      });
    },
    async tier(limit) {
      await query(
        `update numbers set provider_state = provider_state || jsonb_build_object('limit', jsonb_build_object('tier', $2::text, 'at', '2026-01-01T00:00:00Z'))
         where id = $1`,
        [place.numberId, limit],
      );
    },
    async plan({ name = 'Spring', ...wish } = {}) {
      const row = await stage.tenant(place, async (tx) => {
        const made = await createCampaign(tx, {
          name,
          numberId: place.numberId,
          message: {
            template: { name: 'spring', language: 'en' },
            variables: [
              { place: 'body', name: '1', source: { from: 'field', field: 'firstName', fallback: 'you' } },
            ],
          },
          audience: { kind: 'filter', filter: { all: [] } },
          schedule: campaignSchedule.parse({ kind: 'now' }),
          options: campaignOptions.parse({}),
          ...wish,
        });
        return planNow(tx, made.id);
      });
      await planCampaign({ db, blobs: noBlobs }, workspaceId, row.id, row.planVersion);
      return row.id;
    },
    async launch(id) {
      await stage.tenant(place, (tx) => launchCampaign(tx, id));
    },
    async campaign(id) {
      return (await db.withSystem('test', (tx) => selectCampaign(tx, workspaceId, id)))!;
    },
    async turn(id) {
      while (await takeTurn(db, { workspaceId, id }));
    },
    async states(id) {
      const rows = await query<{ state: string; count: number }>(
        'select state, count(*) as count from campaign_recipients where campaign_id = $1 group by 1 order by 1',
        [id],
      );
      return Object.fromEntries(rows.map((row) => [row.state, row.count]));
    },
    async pass(ms) {
      stage.clock.advance(ms);
      await stage.pass(ms);
    },
  };
  return self;
}
