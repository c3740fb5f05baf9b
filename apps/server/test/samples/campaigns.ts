import { planCampaign } from '../../src/modules/campaigns/plan.ts';
import { fsBlobs } from '../../src/platform/blobs/index.ts';
import type { WorkspaceId } from '../../src/platform/ids.ts';
import type { Samples, Stage } from './index.ts';

const message = { template: { name: 'spring_offer', language: 'en' }, variables: [] };
const everybody = { kind: 'filter', filter: { all: [] } };

/** A draft to people who exist. */
async function draft(stage: Stage, more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await stage.send('POST /v1/campaigns', {
    body: {
      name: 'Spring',
      numberId: stage.numberId,
      message,
      audience: { kind: 'phones', phones: ['+44 20 7946 0034', '+44 20 7946 0035', 'nobody'] },
      ...more,
    },
  });
  return (body as { id: string }).id;
}

async function planned(stage: Stage, more: Record<string, unknown> = {}): Promise<string> {
  const id = await draft(stage, more);
  const { body } = await stage.send('POST /v1/campaigns/:id/plan', { params: { id }, body: {} });
  void body;
  const [row] = await stage.db.withSystem('sample', (tx) =>
    tx.query<{ plan_version: number }>('select plan_version from campaigns where id = $1', [id]),
  );
  // No list: nothing is read from the folder.
  await planCampaign(
    { db: stage.db, blobs: fsBlobs('/nonexistent') },
    stage.workspaceId as WorkspaceId,
    id,
    row!.plan_version,
  );
  return id;
}

async function launched(stage: Stage): Promise<string> {
  const id = await planned(stage, {
    schedule: { kind: 'at', at: new Date(stage.clock.now().getTime() + 3_600_000).toISOString() },
  });
  await stage.send('POST /v1/campaigns/:id/launch', { params: { id }, body: {} });
  return id;
}

/** Planned by a colleague, whose workspace wants two people. */
async function awaiting(stage: Stage): Promise<string> {
  const id = await planned(stage);
  await stage.db.withSystem('sample: somebody else wrote it', (tx) =>
    tx.execute("update campaigns set hands = '{}', state = 'awaiting_approval' where id = $1", [id]),
  );
  return id;
}

async function state(stage: Stage, id: string, set: string): Promise<string> {
  await stage.db.withSystem('sample', (tx) => tx.execute(`update campaigns set ${set} where id = $1`, [id]));
  return id;
}

async function contactOf(stage: Stage, id: string): Promise<string> {
  const [row] = await stage.db.withSystem('sample', (tx) =>
    tx.query<{ contact_id: string }>(
      'select contact_id from campaign_recipients where campaign_id = $1 and contact_id is not null limit 1',
      [id],
    ),
  );
  return row!.contact_id;
}

export const samples: Samples = {
  'GET /v1/campaigns': async (stage) => {
    await draft(stage);
    await draft(stage, { audience: everybody });
    return { query: { state: 'draft,running', q: 'spring' } };
  },
  'POST /v1/campaigns': (stage) => ({
    body: { name: 'Spring', numberId: stage.numberId, message, audience: everybody },
  }),
  'GET /v1/campaigns/:id': async (stage) => ({ params: { id: await draft(stage) } }),
  'PATCH /v1/campaigns/:id': async (stage) => ({
    params: { id: await draft(stage) },
    body: { name: 'Summer', schedule: { kind: 'local', date: '2026-12-24', time: '10:00' } },
  }),
  'DELETE /v1/campaigns/:id': async (stage) => ({ params: { id: await draft(stage) } }),
  'POST /v1/campaigns/:id/duplicate': async (stage) => ({ params: { id: await draft(stage) }, body: {} }),
  'POST /v1/campaigns/:id/list': async (stage) => ({
    params: { id: await draft(stage) },
    headers: { 'content-type': 'text/csv' },
    body: Buffer.from('Phone,Name,Code\n+442079460034,Ana,A1\n'),
  }),
  'GET /v1/campaigns/:id/example': async (stage) => ({ params: { id: await draft(stage) } }),
  'POST /v1/campaigns/:id/plan': async (stage) => ({ params: { id: await draft(stage) }, body: {} }),
  'GET /v1/campaigns/:id/preflight': async (stage) => ({ params: { id: await planned(stage) } }),
  'POST /v1/campaigns/:id/test': async (stage) => ({
    params: { id: await draft(stage) },
    body: { to: '+442079460099' },
  }),
  'POST /v1/campaigns/:id/launch': async (stage) => ({ params: { id: await planned(stage) }, body: {} }),
  'POST /v1/campaigns/:id/approve': async (stage) => ({ params: { id: await awaiting(stage) }, body: {} }),
  'POST /v1/campaigns/:id/reject': async (stage) => ({
    params: { id: await awaiting(stage) },
    body: { reason: 'The link is last year’s.' },
  }),
  'POST /v1/campaigns/:id/pause': async (stage) => ({ params: { id: await launched(stage) }, body: {} }),
  'POST /v1/campaigns/:id/resume': async (stage) => ({
    params: { id: await state(stage, await launched(stage), "state = 'paused', paused_reason = 'by_hand'") },
    body: {},
  }),
  'POST /v1/campaigns/:id/cancel': async (stage) => ({ params: { id: await launched(stage) }, body: {} }),
  'POST /v1/campaigns/:id/retry': async (stage) => {
    const id = await state(stage, await launched(stage), "state = 'finished'");
    await stage.db.withSystem('sample', (tx) =>
      tx.execute(
        "update campaign_recipients set state = 'failed', reason = '131026' where campaign_id = $1 and state = 'planned'",
        [id],
      ),
    );
    return { params: { id }, body: { reasons: ['131026'] } };
  },
  'GET /v1/campaigns/:id/recipients': async (stage) => ({
    params: { id: await planned(stage) },
    query: { state: 'planned,skipped' },
  }),
  'GET /v1/campaigns/:id/report': async (stage) => ({ params: { id: await planned(stage) } }),
  'GET /v1/campaigns/:id/export': async (stage) => ({ params: { id: await planned(stage) } }),
  'POST /v1/campaigns/:id/conversions': async (stage) => {
    const id = await planned(stage);
    return {
      params: { id },
      body: { contactId: await contactOf(stage, id), name: 'purchase', value: 20, currency: 'USD' },
    };
  },
  'GET /v1/conversations/:id/campaigns': async (stage) => {
    const { body } = await stage.send('POST /v1/messages', {
      body: {
        to: '+442079460098',
        type: 'template',
        template: { name: 'spring_offer', language: { code: 'en' } },
      },
    });
    return { params: { id: (body as { conversationId: string }).conversationId } };
  },
  'GET /v1/rate-card': () => ({}),
  'GET /v1/operator/rate-cards': () => ({}),
  'POST /v1/operator/rate-cards': () => ({
    body: {
      name: 'USD 2026-10',
      currency: 'USD',
      validFrom: '2026-10-01',
      rates: [
        { country: 'BR', category: 'marketing', micros: 62_500 },
        { country: '*', category: 'marketing', micros: 60_400 },
      ],
    },
  }),
};
