import net from 'node:net';
import { expect, test } from 'vitest';
import { systemActor } from '../src/platform/db/index.ts';
import { seedConversation, seedWorkspace, testDatabase } from './harness.ts';

const t = await testDatabase();

test('a seeded workspace sees itself and nobody else', async () => {
  const a = await seedWorkspace(t.db, { name: 'A' });
  await seedWorkspace(t.db, { name: 'B' });
  await seedConversation(t.db, a);
  const names = await t.db.withTenant(a.workspaceId, systemActor, (tx) =>
    tx.query('select name from workspaces'),
  );
  expect(names).toEqual([{ name: 'A' }]);
});

test('the network outside is closed, also for fetch', async () => {
  expect(() => net.connect({ host: '192.0.2.1', port: 443 })).toThrow(/only loopback/);
  expect(() => net.connect(443, '192.0.2.1')).toThrow(/only loopback/);
  await expect(fetch('https://192.0.2.1/')).rejects.toThrow();
  await expect(
    fetch('https://192.0.2.1/').catch((error: Error) => Promise.reject(error.cause)),
  ).rejects.toThrow(/only loopback/);
});
