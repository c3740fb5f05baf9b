import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { newId } from '../../platform/ids.ts';

const api = await testApi();
const stage = await api.stage();
const other = await api.stage('Other');
const headers = api.as(stage, 'owner');

test('members, invitations and keys are limited to numbers of the workspace, others are named', async () => {
  const key = await api.send('POST /v1/api-keys', { body: { name: 'one' } }, headers);
  const { id } = key.body as { id: string };
  const asks = [
    ['POST /v1/api-keys', { name: 'two' }, {}],
    ['PATCH /v1/api-keys/:id', {}, { id }],
    ['PATCH /v1/members/:userId', {}, { userId: stage.members.agent }],
    ['POST /v1/invitations', { email: 'new@example.com', role: 'agent' }, {}],
  ] as const;
  for (const [route, body, params] of asks) {
    const ask = (numberIds: string[]) => api.send(route, { params, body: { ...body, numberIds } }, headers);
    for (const strange of [newId(), other.numberId]) {
      const refused = await ask([stage.numberId, strange]);
      expect(refused.status, route).toBe(400);
      expect(refused.body).toMatchObject({ error: { details: { problems: [{ path: 'numberIds.1' }] } } });
    }
    expect((await ask([stage.numberId])).status, route).toBeLessThan(300);
  }
});
