import { afterAll, describe, expect, it } from 'vitest';
import { seedConversation, seedWorkspace, testDatabase, testRing } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { authenticateKeys, createApiKey } from '../auth/index.ts';
import { contactRoutes } from '../contacts/routes.ts';
import { addApp, numberRoutes, useKeyRing } from '../numbers/index.ts';
import { seedPlans, workspaceRoutes } from '../workspaces/index.ts';
import { touchMany } from './index.ts';
import { conversationRoutes } from './routes.ts';

const { db, clock } = await testDatabase();
useKeyRing(db, testRing);
const http = await buildHttp({
  log: createLog('silent'),
  environment: 'test',
  checks: {},
  authenticate: authenticateKeys(db),
  clock,
});
const deps = { db, gate: http.gate };
await http.app.register(contactRoutes(deps));
await http.app.register(conversationRoutes(deps));
await http.app.register(workspaceRoutes(deps));
await http.app.register(
  numberRoutes({
    ...deps,
    ring: testRing,
    simulator: { baseUrl: 'http://127.0.0.1:4999', register: async () => '+1 555 000 0000' },
    approval: 'automatic',
    checkNumber: 'unchecked',
  }),
);
await http.app.ready();
afterAll(() => http.close());

await db.withSystem('test', async (tx) => {
  await seedPlans(tx);
  await addApp(tx, { ring: testRing }, { name: 'Meta', secret: 's', verifyToken: 'v', isDefault: true });
  await addApp(
    tx,
    { ring: testRing },
    { name: 'Simulator', secret: 's', verifyToken: 'v', isSimulator: true },
  );
});
const a = await seedWorkspace(db, { name: 'A' });
const b = await seedWorkspace(db, { name: 'B' });
const keyOf = async (who: typeof a, command: object = {}) =>
  (await db.withTenant(who.workspaceId, systemActor, (tx) => createApiKey(tx, { name: 't', ...command })))
    .key;
const [keyA, keyB] = [await keyOf(a), await keyOf(b)];

async function call(
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  { key = keyA, body, headers = {} }: { key?: string; body?: object; headers?: Record<string, string> } = {},
) {
  const answer = await http.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(body ? { payload: body } : {}),
  });
  return { status: answer.statusCode, body: answer.json() };
}

/** Reads a list to its end, page by page. */
async function all(url: string, key = keyA): Promise<{ id: string }[]> {
  const found: { id: string }[] = [];
  let cursor: string | null = null;
  do {
    const join: string = url.includes('?') ? '&' : '?';
    const page: { body: { data: { id: string }[]; nextCursor: string | null } } = await call(
      'GET',
      `${url}${join}limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      { key },
    );
    found.push(...page.body.data);
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  return found;
}

const threads: Awaited<ReturnType<typeof seedConversation>>[] = [];
for (let i = 0; i < 5; i++) {
  const thread = await seedConversation(db, a, `1555000111${i}`);
  threads.push(thread);
  await db.withSystem('test', (tx) =>
    touchMany(tx, [
      {
        workspaceId: a.workspaceId,
        conversationId: thread.conversationId,
        messageId: newId(),
        // Two of them in the same second: the id decides.
        at: new Date(clock.now().getTime() - Math.floor(i / 2) * 1000),
        preview: `hello ${i}`,
        direction: 'in',
        inbound: i < 3,
      },
    ]),
  );
}
const foreign = await seedConversation(db, b, '15559990000');

describe('conversations', () => {
  it('are listed newest first over pages, nothing twice, nothing of others', async () => {
    const list = await all('/v1/conversations');
    expect(list.map((one) => one.id).sort()).toEqual(threads.map((one) => one.conversationId).sort());
    const times = list.map((one) => (one as unknown as { lastMessage: { at: string } }).lastMessage.at);
    expect(times).toEqual([...times].sort().reverse());
    expect(await all(`/v1/conversations?contactId=${threads[0]!.contactId}`)).toHaveLength(1);
    expect(await all('/v1/conversations?unread=true')).toHaveLength(3);
    expect(await all('/v1/conversations?status=closed')).toHaveLength(0);
    expect(await all(`/v1/conversations?numberId=${b.numberId}`)).toHaveLength(0);
  });

  it('show their window and are read', async () => {
    const id = threads[0]!.conversationId;
    const { body } = await call('GET', `/v1/conversations/${id}`);
    expect(body).toMatchObject({
      unreadCount: 1,
      window: {
        exists: true,
        open: true,
        opensUntil: new Date(clock.now().getTime() + 86_400_000).toISOString(),
      },
    });
    const read = await call('POST', `/v1/conversations/${id}/read`);
    expect([read.status, read.body.unreadCount]).toEqual([200, 0]);
    expect((await call('GET', `/v1/conversations/${id}`)).body.unreadCount).toBe(0);
    const before = clock.now();
    clock.advance(86_400_000);
    expect((await call('GET', `/v1/conversations/${id}`)).body.window).toEqual({
      exists: true,
      open: false,
      opensUntil: null,
    });
    clock.set(before);
  });

  it('are nobody else’s, nor a key’s for another number', async () => {
    const id = threads[0]!.conversationId;
    expect((await call('GET', `/v1/conversations/${id}`, { key: keyB })).status).toBe(404);
    expect((await call('POST', `/v1/conversations/${id}/read`, { key: keyB })).status).toBe(404);
    expect((await call('GET', `/v1/conversations/${foreign.conversationId}`)).status).toBe(404);
    const narrow = await keyOf(a, { numberIds: [newId()] });
    expect(await all('/v1/conversations', narrow)).toEqual([]);
    expect((await call('GET', `/v1/conversations/${id}`, { key: narrow })).status).toBe(404);
    expect((await call('GET', '/v1/conversations?cursor=bm9uc2Vuc2U')).status).toBe(400);
  });
});

describe('contacts', () => {
  it('are listed over pages, found by phone and by opt-out', async () => {
    expect(await all('/v1/contacts')).toHaveLength(5);
    expect(await all('/v1/contacts?phone=%2B1%20(555)%20000-1112')).toMatchObject([
      { id: threads[2]!.contactId, phone: '15550001112' },
    ]);
    expect(await all('/v1/contacts?phone=999')).toEqual([]);
  });

  it('are opted out and in, blocked and unblocked, with history', async () => {
    const id = threads[1]!.contactId;
    const out = await call('POST', `/v1/contacts/${id}/opt-out`);
    expect(out.body).toMatchObject({
      optOut: { status: true, at: clock.now().toISOString(), source: 'api', keyword: null, scope: 'all' },
      identities: [{ kind: 'phone', value: '15550001111' }],
    });
    expect(await all('/v1/contacts?optedOut=true')).toMatchObject([{ id }]);
    clock.advance(1000);
    const back = await call('POST', `/v1/contacts/${id}/opt-in`, { body: { scope: 'all' } });
    expect(back.body.optOut.status).toBe(false);
    expect(back.body.consents.map((one: { action: string }) => one.action)).toEqual(['opt-in', 'opt-out']);
    expect((await call('POST', `/v1/contacts/${id}/block`)).body.blocked).toBe(true);
    expect((await call('POST', `/v1/contacts/${id}/block`)).body.blocked).toBe(true);
    expect((await call('POST', `/v1/contacts/${id}/unblock`)).body.blocked).toBe(false);
    const names = await db.withSystem('test', (tx) =>
      tx.query<{ name: string }>(
        "select name from events where workspace_id = $1 and name like 'contact.%' order by n",
        [a.workspaceId],
      ),
    );
    expect(names.map((event) => event.name)).toEqual([
      'contact.opted_out',
      'contact.opted_in',
      'contact.updated',
      'contact.updated',
    ]);
  });

  it('change once under one Idempotency-Key', async () => {
    const id = threads[3]!.contactId;
    const headers = { 'idempotency-key': 'once' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', `/v1/contacts/${id}/opt-out`, { headers })),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]!.body.consents).toHaveLength(1);
  });

  it('are nobody else’s', async () => {
    for (const path of ['', '/opt-out', '/opt-in', '/block', '/unblock']) {
      const answer = await call(path === '' ? 'GET' : 'POST', `/v1/contacts/${foreign.contactId}${path}`);
      expect(answer.status).toBe(404);
    }
    const reader = await keyOf(a, { scopes: ['contacts:read'] });
    const denied = await call('POST', `/v1/contacts/${threads[0]!.contactId}/opt-out`, { key: reader });
    expect(denied.status).toBe(403);
  });
});

describe('numbers and workspace', () => {
  it('adds, changes and shows numbers without the token', async () => {
    const added = await call('POST', '/v1/numbers', {
      body: { phoneNumberId: '777', token: 'mock_secret', displayPhoneNumber: '+1 555 777' },
      headers: { 'idempotency-key': 'n1' },
    });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ hasWindow: false, isDefault: false, warnings: [] });
    expect(JSON.stringify(added.body)).not.toContain('mock_secret');
    const changed = await call('PATCH', `/v1/numbers/${added.body.id}`, {
      body: { isDefault: true },
    });
    expect(changed.body).toMatchObject({ isDefault: true });
    expect(await all('/v1/numbers')).toHaveLength(2);
    expect((await call('GET', `/v1/numbers/${a.numberId}`)).body.isDefault).toBe(false);
    expect((await call('GET', `/v1/numbers/${added.body.id}/notices`)).body).toEqual({
      data: [],
      nextCursor: null,
    });
    expect((await call('GET', `/v1/numbers/${added.body.id}`, { key: keyB })).status).toBe(404);
    const sneaky = await call('POST', '/v1/numbers', {
      body: { phoneNumberId: '778', token: 'EAA', baseUrl: 'http://169.254.169.254' },
    });
    expect(sneaky.status).toBe(400);
  });

  it('shows and changes the workspace', async () => {
    const before = await call('GET', '/v1/workspace');
    expect(before.body).toMatchObject({ name: 'A', plan: { name: 'free', messagesPerMinute: 100 } });
    const changed = await call('PATCH', '/v1/workspace', { body: { settings: { autoReply: false } } });
    expect(changed.body.settings.autoReply).toBe(false);
    expect(changed.body.settings.stopWords).toEqual(before.body.settings.stopWords);
    const wrong = await call('PATCH', '/v1/workspace', { body: { settings: { nonsense: 1 } } });
    expect(wrong.status).toBe(400);
    expect((await call('GET', '/v1/workspace', { key: keyB })).body.settings.autoReply).toBe(true);
  });
});
