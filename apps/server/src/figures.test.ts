import { expect, test } from 'vitest';
import { seedWorkspace, testDatabase } from '../test/harness.ts';
import { figuresOf } from './figures.ts';
import { countUsage } from './modules/workspaces/index.ts';
import { registerJobs } from './platform/queue/index.ts';

const { db } = await testDatabase();
await registerJobs(db);
const figures = figuresOf({
  db,
  inboundLag: async () => ({ waiting: 3, oldestSeconds: 12, parked: 1 }),
  intake: { stored: 40, refused: 2 },
  sockets: () => 5,
});
const read = async (name: string) =>
  Object.fromEntries(
    (await figures.find((one) => one.name === name)!.read()).map(({ labels, value }) => [
      Object.values(labels ?? {}).join(' '),
      value,
    ]),
  );

test('webhooks, lag, sockets and the pool, as Prometheus reads them', async () => {
  expect(await read('chaski_webhooks_total')).toEqual({ accepted: 40, refused: 2 });
  expect(await read('chaski_inbound_waiting')).toEqual({ '': 3 });
  expect(await read('chaski_inbound_lag_seconds')).toEqual({ '': 12 });
  expect(await read('chaski_inbound_parked')).toEqual({ '': 1 });
  expect(await read('chaski_sockets')).toEqual({ '': 5 });
  expect(Object.keys(await read('chaski_db_pool_connections'))).toEqual(['idle', 'busy', 'waiting']);
});

test('queues and dead letters of the installation', async () => {
  expect(await read('chaski_sends')).toEqual({ due: 0, claimed: 0, unconfirmed: 0, dead: 0 });
  expect(await read('chaski_dead_letters')).toEqual({ message: 0, job: 0, event: 0 });
});

test('usage by workspace of this month, in one query for all workspaces', async () => {
  const [one, other] = [await seedWorkspace(db), await seedWorkspace(db, { name: 'Other' })];
  for (const count of [2, 3]) {
    await db.withSystem('test', (tx) =>
      countUsage(tx, [
        { workspaceId: one.workspaceId, metric: 'messages.sent', count },
        { workspaceId: other.workspaceId, metric: 'messages.received', count: 1 },
      ]),
    );
  }
  expect(await read('chaski_workspace_usage')).toEqual({
    [`${one.workspaceId} messages.sent`]: 5,
    [`${other.workspaceId} messages.received`]: 2,
  });
});
