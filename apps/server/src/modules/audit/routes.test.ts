import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { emit } from '../../platform/events/index.ts';
import { installation } from '../../platform/ids.ts';

const api = await testApi();
const stage = await api.stage();

test("the operator reads the installation's own lines, and no workspace's", async () => {
  const line = (workspaceId: typeof installation, name: string) => ({
    workspaceId,
    name,
    data: {},
    audit: { target: { kind: 'plan', id: name } },
  });
  await api.db.withSystem('test', (tx) =>
    emit(tx, [line(installation, 'plan.created'), line(stage.workspaceId, 'plan.chosen')]),
  );
  const read = (headers: Record<string, string>) =>
    api.send('GET /v1/operator/audit', { query: { action: 'plan.*' } }, headers);
  const { status, body } = await read(api.superadmin());
  expect(status, JSON.stringify(body)).toBe(200);
  expect((body as { data: { action: string }[] }).data.map(({ action }) => action)).toEqual(['plan.created']);
  expect((await read(api.as(stage, 'owner'))).status).toBe(403);
});
