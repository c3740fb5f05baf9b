import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { syncTemplates } from '../templates/index.ts';

const api = await testApi();

test('a template says which campaigns send it, and forgets those that ended', async () => {
  const stage = await api.stage();
  const name = 'spring_offer';
  await syncTemplates(
    stage.db,
    { workspaceId: stage.workspaceId, accountId: stage.seeded.accountId },
    async () => [
      {
        name,
        language: 'en',
        category: 'MARKETING',
        status: 'APPROVED',
        components: [{ type: 'BODY', text: 'Hi' }],
      },
    ],
  );
  const { body: listed } = await stage.send('GET /v1/templates', { query: { q: name } });
  const [template] = (listed as { data: { id: string }[] }).data;
  const { body: made } = await stage.send('POST /v1/campaigns', {
    body: {
      name: 'Spring',
      numberId: stage.numberId,
      message: { template: { name, language: 'en' }, variables: [] },
      audience: { kind: 'phones', phones: ['+1 650 555 1234'] },
    },
  });
  const { id } = made as { id: string };
  const uses = async () =>
    (await stage.send('GET /v1/templates/:id/uses', { params: { id: template?.id ?? '' } })).body;
  expect(await uses()).toEqual({
    data: [{ kind: 'campaign', id, name: 'Spring', state: 'draft' }],
    nextCursor: null,
  });
  await stage.send('POST /v1/campaigns/:id/cancel', { params: { id }, body: {} });
  expect(await uses()).toEqual({ data: [], nextCursor: null });
});
