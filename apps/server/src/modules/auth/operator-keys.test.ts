/** Keys that act as the operator: made by superadmins, shown once, good for tenants and numbers, ended at once. */
import { expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';

const api = await testApi();
const stage = await api.stage();
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function made(body: Record<string, unknown> = {}): Promise<{ id: string; key: string }> {
  const answer = await api.send(
    'POST /v1/operator/keys',
    { body: { name: 'Portal', ...body } },
    api.superadmin(),
  );
  expect(answer.status).toBe(201);
  return answer.body as { id: string; key: string };
}

const tenant = (id: string) => ({ body: { name: 'Tenant', phoneNumberId: id, accessToken: `mock_${id}` } });
const lines = (action: string) =>
  api.db.withSystem('test', (tx) =>
    tx.query<{ actor_kind: string; actor_id: string; target_id: string | null }>(
      'select actor_kind, actor_id, target_id from audit where action = $1 order by at, id',
      [action],
    ),
  );

test('a key registers tenants and decides about numbers; the audit names it', async () => {
  const { id, key } = await made();
  expect((await lines('operator_key.created')).at(-1)).toMatchObject({ actor_kind: 'user', target_id: id });
  expect(await api.send('POST /tenants/register', tenant('70000000001'), bearer(key))).toMatchObject({
    status: 201,
  });
  const decided = await api.send(
    'PATCH /v1/operator/numbers/:id',
    { params: { id: stage.numberId }, body: { status: 'suspended', reason: 'A test' } },
    bearer(key),
  );
  expect(decided.status).toBe(200);
  const [line] = await api.db.withSystem('test', (tx) =>
    tx.query('select actor_kind, actor_id, actor_role from audit where actor_id = $1 and workspace_id = $2', [
      id,
      stage.workspaceId,
    ]),
  );
  expect(line).toMatchObject({ actor_kind: 'key', actor_id: id, actor_role: 'superadmin' });
  const listed = await api.send('GET /v1/operator/keys', {}, api.superadmin());
  expect(listed.body).toMatchObject({
    data: expect.arrayContaining([expect.objectContaining({ id, lastUsedAt: expect.any(String) })]),
  });
  expect(JSON.stringify(listed.body)).not.toContain(key.split('_').slice(2).join('_'));
});

test('it makes no keys, acts as nobody, reads no message and is in no workspace', async () => {
  const { key } = await made();
  for (const [route, sample] of [
    ['POST /v1/operator/keys', { body: { name: 'Another' } }],
    ['GET /v1/operator/keys', {}],
    [
      'POST /v1/operator/workspaces/:id/impersonate',
      { params: { id: stage.workspaceId }, body: { reason: 'Because' } },
    ],
    ['GET /v1/operator/dead-letters', {}],
    ['GET /v1/messages', {}],
    ['GET /v1/auth/me', {}],
  ] as const) {
    expect((await api.send(route, sample, bearer(key))).status, route).toBe(403);
  }
});

test('ended, over, altered or unknown: 401 that says what is wanted', async () => {
  const { id, key } = await made();
  const last = key.at(-1) === 'A' ? 'E' : 'A';
  const altered = `${key.slice(0, -1)}${last}`;
  const over = await made({ expiresAt: new Date(api.clock.now().getTime() + 60_000).toISOString() });
  expect((await api.send('GET /v1/operator/workspaces', {}, bearer(over.key))).status).toBe(200);
  api.clock.advance(61_000);
  expect((await api.send('GET /v1/operator/workspaces', {}, bearer(key))).status).toBe(200);
  expect((await api.send('DELETE /v1/operator/keys/:id', { params: { id } }, api.superadmin())).status).toBe(
    204,
  );
  for (const wrong of [key, altered, over.key, 'co_nobody', 'ck_nobody_x']) {
    expect((await api.send('GET /v1/operator/workspaces', {}, bearer(wrong))).status, wrong.slice(0, 8)).toBe(
      401,
    );
  }
  expect(await api.send('POST /tenants/register', tenant('70000000002'))).toMatchObject({
    status: 401,
    body: { error: { message: expect.stringContaining('chaski keys operator create') } },
  });
});
