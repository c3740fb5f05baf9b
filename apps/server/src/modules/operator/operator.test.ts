import { expect, test } from 'vitest';
import { z } from 'zod';
import { testApi } from '../../../test/api.ts';
import { seedWorkspace, until } from '../../../test/harness.ts';
import { allSamples } from '../../../test/samples/index.ts';
import { defineJob, enqueue, registerJobs } from '../../platform/queue/index.ts';

const api = await testApi();
const samples = await allSamples();
const job = defineJob({ name: 'test.gives_up', schema: z.object({}) });
await registerJobs(api.db, [job]);
const { db } = api;
const root = api.superadmin();
const audit = (workspaceId: string) =>
  db.withSystem('test', (tx) =>
    tx.query<{
      action: string;
      actor_role: string;
      ip: string | null;
      after: Record<string, unknown> | null;
    }>('select action, actor_role, ip, after from audit where workspace_id = $1 order by at, id', [
      workspaceId,
    ]),
  );

test('the operator approves, refuses and suspends, and the workspace’s audit says so', async () => {
  const seeded = await seedWorkspace(db, { number: { status: 'pending' } });
  const list = await api.send('GET /v1/operator/numbers', { query: { status: 'pending' } }, root);
  expect((list.body as { data: { id: string }[] }).data.map((row) => row.id)).toEqual([seeded.numberId]);
  const decide = (status: string, reason?: string) => {
    // The audit is told apart by time.
    api.clock.advance(1);
    return api.send(
      'PATCH /v1/operator/numbers/:id',
      { params: { id: seeded.numberId }, body: { status, ...(reason ? { reason } : {}) } },
      root,
    );
  };
  expect((await decide('refused', 'not yours')).body).toMatchObject({
    status: 'refused',
    statusReason: 'not yours',
    statusBy: 'operator',
    workspaceId: seeded.workspaceId,
  });
  expect((await decide('active')).body).toMatchObject({ status: 'active', statusReason: null });
  expect((await decide('refused')).status).toBe(409);
  expect((await decide('suspended', 'complaints')).body).toMatchObject({ status: 'suspended' });
  expect(await audit(seeded.workspaceId)).toMatchObject([
    { action: 'number.updated', actor_role: 'superadmin', ip: '127.0.0.1', after: { status: 'refused' } },
    { after: { status: 'active' } },
    { after: { status: 'suspended', statusReason: 'complaints' } },
  ]);
});

test('plans and suspensions', async () => {
  const { workspaceId } = await seedWorkspace(db, { name: 'Needle & Co' });
  const found = await api.send('GET /v1/operator/workspaces', { query: { q: 'needle' } }, root);
  expect(found.body).toMatchObject({ data: [{ id: workspaceId, numbers: 1, activeNumbers: 1, members: 0 }] });
  const change = (body: object) =>
    api.send('PATCH /v1/operator/workspaces/:id', { params: { id: workspaceId }, body }, root);
  expect((await change({ plan: 'no-such-plan' })).status).toBe(400);
  expect((await change({})).status).toBe(400);
  expect((await change({ plan: 'unlimited' })).body).toMatchObject({ plan: 'unlimited', status: 'active' });
  const suspended = await change({ status: 'suspended', reason: 'unpaid' });
  expect(suspended.body).toMatchObject({ status: 'suspended', suspendedReason: 'unpaid' });
  const events = await db.withSystem('test', (tx) =>
    tx.query<{ name: string }>('select name from events where workspace_id = $1 order by n', [workspaceId]),
  );
  expect(events.map(({ name }) => name)).toEqual(['workspace.updated', 'workspace.suspended']);
  expect((await change({ status: 'active' })).body).toMatchObject({
    status: 'active',
    suspendedReason: null,
  });
});

test('a plan that is edited counts without a restart', async () => {
  const stage = await api.stage('Edited');
  const edit = (contacts: 1 | null) =>
    api.send('PATCH /v1/operator/plans/:name', { params: { name: 'edited' }, body: { contacts } }, root);
  expect((await edit(1)).body).toMatchObject({ name: 'edited', contacts: 1 });
  const moved = { params: { id: stage.workspaceId }, body: { plan: 'edited' } };
  expect((await api.send('PATCH /v1/operator/workspaces/:id', moved, root)).status).toBe(200);
  const add = (phone: string) => api.send('POST /v1/contacts', { body: { phone } }, api.as(stage, 'owner'));
  expect(await add('+15550001001')).toMatchObject({ status: 201 });
  expect(await add('+15550001002')).toMatchObject({
    status: 403,
    body: { error: { code: 'quota_exceeded' } },
  });
  await edit(null);
  await until('the new limit counts', async () => (await add('+15550001002')).status === 201);
});

test('no member of a workspace and no key comes here', async () => {
  const stage = await api.stage();
  for (const headers of [api.as(stage, 'owner'), api.as(stage, 'key')]) {
    expect((await api.send('GET /v1/operator/health', {}, headers)).status).toBe(403);
  }
  expect((await api.send('GET /v1/operator/health', {})).status).toBe(401);
  const health = await api.send('GET /v1/operator/health', {}, root);
  expect(health.body).toMatchObject({
    inbound: { waiting: 0, oldestSeconds: null, parked: 0 },
    sends: { dead: 0 },
    database: { bytes: expect.any(Number) },
  });
  expect((health.body as { database: { largest: { table: string }[] } }).database.largest).toContainEqual(
    expect.objectContaining({ table: 'events' }),
  );
});

test('a suspension ends the addresses of files that were signed before', async () => {
  const stage = await api.stage();
  const body = Buffer.from('hello');
  const file = await stage.send('POST /v1/media', { headers: { 'content-type': 'text/plain' }, body });
  const params = { id: (file.body as { id: string }).id };
  const { url } = (await stage.send('GET /v1/media/:id/url', { params })).body as { url: string };
  const open = async () => (await api.http.app.inject({ url })).statusCode;
  expect(await open()).toBe(200);
  const suspended = { params: { id: stage.workspaceId }, body: { status: 'suspended' } };
  expect((await api.send('PATCH /v1/operator/workspaces/:id', suspended, root)).status).toBe(200);
  expect(await open()).toBe(403);
});

test('dead letters of all kinds are paged through, one kind after the other', async () => {
  const { workspaceId } = await seedWorkspace(db);
  const message = samples['POST /v1/operator/dead-letters/retry']!;
  for (let n = 0; n < 2; n++) await message(await api.stage());
  await db.withSystem('test: jobs and events that gave up', async (tx) => {
    await enqueue(tx, job, [{ workspaceId, payload: {} }]);
    await tx.execute(
      `update graphile_worker._private_jobs set attempts = max_attempts
       where task_id = (select id from graphile_worker._private_tasks where identifier = 'test.gives_up')`,
    );
    for (const [seq, consumer] of [
      [900_001, 'b'],
      [900_001, 'a'],
      [900_002, 'a'],
    ] as const) {
      await tx.execute(
        `insert into event_seq (workspace_id, seq, n, day, name) values ($1, $2, $2, $3, 'test')
         on conflict do nothing`,
        [workspaceId, seq, tx.now()],
      );
      await tx.execute(
        `insert into event_dead_letters (workspace_id, consumer, seq, error, created_at)
         values ($1, $2, $3, 'no', $4)`,
        [workspaceId, consumer, seq, tx.now()],
      );
    }
  });
  const list = async (query: Record<string, string | number>) =>
    (await api.send('GET /v1/operator/dead-letters', { query }, root)).body as {
      data: { kind: string; id: string }[];
      nextCursor: string | null;
    };
  const whole = (await list({})).data;
  expect(whole.map(({ kind }) => kind)).toEqual(['message', 'message', 'job', 'event', 'event', 'event']);
  expect(whole.slice(3).map(({ id }) => id)).toEqual(['a:900001', 'b:900001', 'a:900002']);
  for (const limit of [1, 2, 5]) {
    const walked = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list({ limit, ...(cursor === '' ? {} : { cursor }) });
      walked.push(...page.data);
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(whole);
    expect((await list({ limit, offset: 2 })).data).toEqual(whole.slice(2, 2 + limit));
  }
});
