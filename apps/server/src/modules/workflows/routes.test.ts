import { expect, it } from 'vitest';
import { seedWorkspace, testDatabase } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { buildHttp } from '../../platform/http/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { ensureDefaults } from './index.ts';
import { workflowRoutes } from './routes.ts';

it('shows and changes the automatic reply of its own workspace, and of no other', async () => {
  const t = await testDatabase();
  const mine = await seedWorkspace(t.db, { name: 'Mine' });
  const other = await seedWorkspace(t.db, { name: 'Other' });
  const foreign = await t.db.withTenant(other.workspaceId as WorkspaceId, systemActor, (tx) =>
    ensureDefaults(tx, other.workspaceId, other.numberId),
  );
  await t.db.withTenant(mine.workspaceId as WorkspaceId, systemActor, (tx) =>
    ensureDefaults(tx, mine.workspaceId, mine.numberId),
  );
  const http = await buildHttp({
    log: createLog('silent'),
    environment: 'test',
    authenticate: async () => ({
      person: null,
      principal: {
        workspaceId: mine.workspaceId as WorkspaceId,
        actor: { kind: 'key', id: 'k', role: 'key' },
        scopes: ['*'],
        numberIds: null,
        plan: 'free',
      },
    }),
    checks: {},
  });
  await http.app.register(workflowRoutes({ db: t.db, gate: http.gate }));
  const ask = async (method: 'GET' | 'PATCH', url: string, payload?: object) => {
    const reply = await http.app.inject({
      method,
      url,
      headers: { authorization: 'Bearer ck_k_s' },
      ...(payload ? { payload } : {}),
    });
    return { status: reply.statusCode, body: reply.json() };
  };

  const listed = await ask('GET', '/v1/workflows');
  expect(listed.body.data.map((w: { numberId: string | null }) => w.numberId)).toEqual([null, mine.numberId]);
  const [, ofNumber] = listed.body.data;
  expect(ofNumber).toMatchObject({ isDefault: true, isActive: true, aiEnabled: false, kind: 'auto-reply' });

  const changed = await ask('PATCH', `/v1/workflows/${ofNumber.id}`, {
    text: 'Back at nine',
    isActive: false,
  });
  expect(changed).toMatchObject({ status: 200, body: { text: 'Back at nine', isActive: false } });
  const named = await ask('PATCH', `/v1/workflows/${ofNumber.id}`, { name: 'Night', aiEnabled: true });
  expect(named).toMatchObject({
    status: 200,
    body: { name: 'Night', aiEnabled: true, text: 'Back at nine', isActive: false },
  });
  expect((await ask('PATCH', `/v1/workflows/${foreign.id}`, { text: 'mine now' })).status).toBe(404);
  const unknown = await ask('PATCH', `/v1/workflows/${ofNumber.id}`, { txt: 'typo' });
  expect(unknown.status).toBe(400);
  expect(JSON.stringify(unknown.body.error.details)).toContain('txt');
  await http.close();
  await t.close();
});
