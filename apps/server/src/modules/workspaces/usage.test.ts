/** GET /v1/usage: months, quotas and what is left of them. */
import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { writes } from '../../../test/writes.ts';
import { countUsage, planLimits, setPlan } from './index.ts';

const api = await testApi();

test('by month, with what the plan leaves; of this workspace alone', async () => {
  const at = await api.stage('Counted');
  const other = await api.stage('Other');
  await writes(at);
  const sent = (workspaceId: string, count: number) =>
    api.db.withSystem('test', (tx) => countUsage(tx, [{ workspaceId, metric: 'messages.sent', count }]));
  await sent(at.workspaceId, 3);
  await sent(other.workspaceId, 50);
  api.clock.advance(40 * 86_400_000);
  await sent(at.workspaceId, 2);
  await sent(at.workspaceId, 2);
  const limits = Object.fromEntries(Object.keys(planLimits.shape).map((key) => [key, 10])) as never;
  await api.db.withSystem('test: a small plan', async (tx) => {
    await setPlan(tx, 'small', limits, { kind: 'system', id: null, role: 'system' });
    await tx.execute("update workspaces set plan = 'small' where id = $1", [at.workspaceId]);
  });
  const { body } = await at.send('GET /v1/usage', {});
  const month = `${api.clock.now().toISOString().slice(0, 7)}-01`;
  expect(body).toMatchObject({
    month,
    plan: { name: 'small' },
    quotas: {
      messagesPerMonth: { limit: 10, used: 4, left: 6 },
      numbers: { limit: 10, used: 1, left: 9 },
      members: { limit: 10, used: 4, left: 6 },
      contacts: { limit: 10, used: 1, left: 9 },
    },
    storage: { files: 0, bytes: 0 },
    months: [{ month, counts: { 'messages.sent': 4 } }, { counts: { 'messages.sent': 3 } }],
  });
});
