import { afterAll, expect, it } from 'vitest';
import { seedWorkspace, testDatabase } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { authenticateKeys, createApiKey } from '../auth/index.ts';
import { parkedRoutes } from './parked-routes.ts';
import { insertParked, type ParkReason, resolveParked } from './queries-items.ts';

const { db, clock } = await testDatabase();
const http = await buildHttp({
  log: createLog('silent'),
  environment: 'test',
  checks: {},
  authenticate: authenticateKeys(db),
  clock,
});
await http.app.register(parkedRoutes({ db, gate: http.gate }));
await http.app.ready();
afterAll(() => http.close());

const mine = await seedWorkspace(db);
const other = await seedWorkspace(db);
const hash = Buffer.alloc(32, 1);

const park = (workspaceId: string | null, reason: ParkReason, phoneNumberId: string, path: string) =>
  db.withSystem('park', (tx) =>
    insertParked(
      tx,
      [{ id: newId(), reason, detail: 'secret words', workspaceId, phoneNumberId, hash, path }],
      [{ hash, source: 'cloud', appId: mine.appId, body: Buffer.from('private'), receivedAt: clock.now() }],
    ),
  );

async function ask(query = '', command: object = {}, workspaceId = mine.workspaceId) {
  const { key } = await db.withTenant(workspaceId, systemActor, (tx) =>
    createApiKey(tx, { name: 't', ...command }),
  );
  const answer = await http.app.inject({
    url: `/v1/parked${query}`,
    headers: { authorization: `Bearer ${key}` },
  });
  return { status: answer.statusCode, text: answer.body, body: answer.json() };
}

it("shows a workspace what waits of its own: the reason in words, page by page, no foreigner's and nobody's", async () => {
  await park(mine.workspaceId, 'failed', mine.phoneNumberId, 'a');
  clock.advance(1_000);
  await park(mine.workspaceId, 'number-not-active', '777', 'b');
  await park(mine.workspaceId, 'wrong-app', mine.phoneNumberId, 'signed by a stranger');
  await park(other.workspaceId, 'failed', other.phoneNumberId, 'c');
  await park(null, 'unknown-number', '888', 'd');

  const all = await ask();
  expect(all.body.data).toMatchObject([
    { reason: 'number-not-active', phoneNumberId: '777', explanation: expect.stringContaining('not active') },
    { reason: 'failed', phoneNumberId: mine.phoneNumberId },
  ]);
  for (const word of ['secret', 'private', 'stranger']) expect(all.text).not.toContain(word);
  const first = await ask('?limit=1');
  const second = await ask(`?limit=1&cursor=${encodeURIComponent(first.body.nextCursor)}`);
  expect([...first.body.data, ...second.body.data]).toEqual(all.body.data);
  expect(second.body.nextCursor).toBeNull();

  const limited = await ask('', { numberIds: [mine.numberId] });
  expect(limited.body.data).toMatchObject([{ reason: 'failed' }]);
  expect((await ask('', { scopes: ['messages:read'] })).status).toBe(403);
  expect((await ask('', {}, other.workspaceId)).body.data).toHaveLength(1);

  await db.withSystem('done', (tx) => resolveParked(tx, [{ hash, path: 'b' }]));
  expect((await ask()).body.data).toMatchObject([{ reason: 'failed' }]);
});
