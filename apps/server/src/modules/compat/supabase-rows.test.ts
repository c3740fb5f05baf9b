/** S0's tables as views: of one company, within the reach of whoever asks, never of a number that is not active. */
import { beforeAll, expect, test } from 'vitest';
import { testApi } from '../../../test/api.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import type { Actor } from '../../platform/db/index.ts';
import { isWanted } from '../feed/changes.ts';
import { decideNumber } from '../numbers/index.ts';
import { supabaseRows } from './supabase-changes.ts';
import { compatTables } from './supabase-tables.ts';

const api = await testApi();
let mine: Stage;
let theirs: Stage;
beforeAll(async () => {
  mine = await api.stage('Mine');
  theirs = await api.stage('Theirs');
  await writes(mine, { text: 'to mine' });
  await writes(theirs, { text: 'to theirs' });
  for (const at of [mine, theirs])
    await at.send('POST /v1/quick-replies', { body: { shortcut: 'hi', text: 'Hello' } });
});

type Rows = Record<string, unknown>[];
const rows = async (table: string, headers: Record<string, string>, query: Record<string, string> = {}) => {
  const answer = await api.send(`GET /api/rest/v1/${table}`, { query }, headers);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as Rows;
};

test.each(compatTables.map(({ name }) => name))(
  '%s: the columns of its list, of one company alone',
  async (name) => {
    const table = compatTables.find((one) => one.name === name)!;
    const found = await rows(name, api.as(mine, 'owner'));
    for (const row of found) {
      expect(Object.keys(row)).toEqual(Object.keys(table.columns));
      expect(row[table.tenant]).toBe(mine.workspaceId);
    }
    expect(found.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toMatch(/sealed|token-\d/);
    expect(await rows(name, api.as(mine, 'owner'), { [table.tenant]: `eq.${theirs.workspaceId}` })).toEqual(
      [],
    );
  },
);

test('views show what the policies show: certain numbers, own conversations, active numbers', async () => {
  const at = await api.stage('Limited');
  const { conversationId } = await writes(at, { text: 'for the office' });
  const other = '01980000-0000-7000-8000-0000000000aa';
  expect(await rows('messages', api.as(at, 'agent'))).toHaveLength(1);
  expect(await rows('messages', api.as(at, 'agent', { numberIds: [other] }))).toEqual([]);
  expect(await rows('business_numbers', api.as(at, 'agent', { numberIds: [other] }))).toEqual([]);
  await at.send('POST /v1/conversations/:id/assign', {
    params: { id: conversationId },
    body: { memberId: at.userId },
  });
  expect(await rows('conversations', api.as(at, 'agent', { ownOnly: true }))).toEqual([]);
  expect(await rows('conversations', api.as(at, 'agent'))).toHaveLength(1);
  await api.db.withSystem('test: the number is suspended', (tx) =>
    decideNumber(
      tx,
      { workspaceId: at.workspaceId, id: at.numberId },
      {
        status: 'suspended',
        reason: null,
        actor: { kind: 'user', id: at.userId, role: 'superadmin' },
      },
    ),
  );
  for (const table of ['messages', 'conversations'])
    expect(await rows(table, api.as(at, 'owner'))).toEqual([]);
});

test('quick replies: the workspace’s and one’s own, never a colleague’s', async () => {
  const at = await api.stage('Replies');
  await at.send('POST /v1/quick-replies', { body: { shortcut: 'all', text: 'Hello' } });
  for (const role of ['owner', 'agent'] as const) {
    const body = { shortcut: role, text: `of the ${role}`, scope: 'own' };
    const made = await api.send('POST /v1/quick-replies', { body }, api.as(at, role));
    expect(made.status).toBe(201);
  }
  const shown = async (who: Parameters<typeof api.as>[1]) =>
    (await rows('quick_replies', api.as(at, who))).map(({ shortcut }) => shortcut).sort();
  expect(await shown('owner')).toEqual(['all', 'owner']);
  expect(await shown('agent')).toEqual(['agent', 'all']);
  expect(await shown('admin')).toEqual(['all']);
  expect(await shown('key')).toEqual(['all']);
});

test('a time that PostgreSQL cannot take is the caller’s mistake', async () => {
  const asked = async (time: string) => {
    const query = { created_at: `eq.${time}` };
    return (await api.send('GET /api/rest/v1/messages', { query }, api.as(mine, 'owner'))).status;
  };
  for (const time of ['2026-02-30', '2026-01-01T00:00:00+20', '0000-01-01', '0000-01-01T00:00:00Z'])
    expect(await asked(time), time).toBe(400);
  for (const time of ['2026-01-01', '2026-01-01T00:00:00+15:59', '2026-01-01 00:00:00.5-03'])
    expect(await asked(time), time).toBe(200);
});

/** What a viewer would be told of everything that happened in a workspace. */
async function told(at: Stage, reach?: Actor['reach']) {
  const actor: Actor = { kind: 'user', id: at.members.agent, role: 'agent', ...(reach ? { reach } : {}) };
  return api.db.withTenant(at.workspaceId, actor, async (tx) => {
    const names = ['message.received', 'conversation.opened', 'conversation.assigned'];
    const stored = await tx.query<{ id: string; name: string; data: Record<string, unknown>; at: Date }>(
      'select id, name, data, at from events where name = any ($1) order by id',
      [names],
    );
    // Nobody numbers events here: their order is enough.
    const events = stored.map((event, place) => ({ ...event, seq: place + 1 }));
    return supabaseRows.changed(tx, events);
  });
}

test('changes: a new row once, later ones as updates; none beyond the reach of whoever hears', async () => {
  const at = await api.stage('Told');
  const { conversationId, messageId } = await writes(at, { text: 'hello' });
  const first = await told(at);
  expect(first.map(({ table, type, record }) => [table, type, record.id]).sort()).toEqual([
    ['conversations', 'INSERT', conversationId],
    ['messages', 'INSERT', messageId],
  ]);
  expect(first.find(({ table }) => table === 'messages')!.record).toMatchObject({
    body: 'hello',
    direction: 'inbound',
  });
  await at.send('POST /v1/conversations/:id/assign', {
    params: { id: conversationId },
    body: { memberId: at.userId },
  });
  expect(await told(at, { numberIds: null, ownOnly: true })).toEqual([]);
  expect(await told(at, { numberIds: ['01980000-0000-7000-8000-0000000000aa'], ownOnly: false })).toEqual([]);
  await api.db.withSystem('test: the number is suspended', (tx) =>
    decideNumber(
      tx,
      { workspaceId: at.workspaceId, id: at.numberId },
      {
        status: 'suspended',
        reason: null,
        actor: { kind: 'user', id: at.userId, role: 'superadmin' },
      },
    ),
  );
  expect(await told(at)).toEqual([]);
});

test('a filter compares as the tables do', () => {
  const row = {
    seq: 1,
    at: new Date(),
    table: 'messages',
    type: 'INSERT' as const,
    action: 'messages:read',
    record: { id: 'a', body: null, unread: 3 },
  };
  const wish = (
    filter: { column: string; value: string } | null,
    type: 'INSERT' | 'UPDATE' | '*' = '*',
    table: string | null = 'messages',
  ) => ({ id: 1, type, table, filter });
  expect(isWanted(wish(null), row)).toBe(true);
  expect(isWanted(wish(null, 'UPDATE'), row)).toBe(false);
  expect(isWanted(wish(null, '*', null), row)).toBe(true);
  expect(isWanted(wish(null, '*', 'conversations'), row)).toBe(false);
  expect(isWanted(wish({ column: 'unread', value: '3' }), row)).toBe(true);
  expect(isWanted(wish({ column: 'body', value: 'null' }), row)).toBe(false);
});
