import { syncTemplates } from '../../src/modules/templates/index.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Samples, Stage } from './index.ts';

const body = {
  type: 'BODY',
  text: 'Hi {{1}}, your order {{2}} is on its way.',
  example: { body_text: [['Ana', 'A-1042']] },
};
const fresh = (stage: Stage) => ({
  name: `order_${newId().replaceAll('-', '_')}`,
  language: 'en_US',
  category: 'UTILITY',
  components: [body],
  numberId: stage.numberId,
});

async function draft(stage: Stage): Promise<string> {
  const { body: made } = await stage.send('POST /v1/templates', { body: fresh(stage) });
  return (made as { id: string }).id;
}

/** One that WhatsApp lists. */
async function listed(stage: Stage): Promise<string> {
  const { name } = fresh(stage);
  const template = { name, language: 'en_US', category: 'UTILITY', status: 'APPROVED', components: [body] };
  await syncTemplates(
    stage.db,
    { workspaceId: stage.workspaceId, accountId: stage.seeded.accountId },
    async () => [{ ...template, providerTemplateId: String(Math.abs(Number.parseInt(name.slice(-8), 36))) }],
  );
  const { body: found } = await stage.send('GET /v1/templates', { query: { q: name } });
  return (found as { data: { id: string }[] }).data[0]?.id ?? '';
}

export const samples: Samples = {
  'GET /v1/templates': (stage) => ({
    query: {
      numberId: stage.numberId,
      status: 'APPROVED',
      category: 'UTILITY',
      language: 'en_US',
      q: 'order',
    },
  }),
  'GET /v1/templates/:id': async (stage) => ({ params: { id: await listed(stage) } }),
  'GET /v1/templates/:id/versions': async (stage) => ({ params: { id: await draft(stage) } }),
  'GET /v1/templates/:id/uses': async (stage) => ({ params: { id: await listed(stage) } }),
  'GET /v1/templates/:id/statistics': async (stage) => ({
    params: { id: await listed(stage) },
    query: { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' },
  }),
  'POST /v1/templates': (stage) => ({ body: fresh(stage) }),
  'PATCH /v1/templates/:id': async (stage) => ({
    params: { id: await draft(stage) },
    body: { category: 'MARKETING', components: [body, { type: 'FOOTER', text: 'Thank you' }] },
  }),
  'POST /v1/templates/:id/duplicate': async (stage) => ({
    params: { id: await listed(stage) },
    body: { language: 'en_GB' },
  }),
  'POST /v1/templates/:id/submit': async (stage) => ({ params: { id: await draft(stage) }, body: {} }),
  'DELETE /v1/templates/:id/draft': async (stage) => ({ params: { id: await draft(stage) } }),
  'DELETE /v1/templates/:id': async (stage) => ({ params: { id: await listed(stage) } }),
  'POST /v1/templates/sync': () => ({ body: {} }),
};
