import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import type { Actor } from '../../platform/db/index.ts';
import { newId } from '../../platform/ids.ts';
import { mayAnswer } from './answering.ts';
import { touchMany, wakeSnoozed } from './index.ts';

const api: TestApi = await testApi();
const { db, clock } = api;

interface Thread extends Record<string, unknown> {
  id: string;
  status: string;
  assignee: { id: string; name: string } | null;
  unreadCount: number;
  snoozedUntil: string | null;
  waitingSince: string | null;
  labels: { name: string }[];
}
type Who = 'owner' | 'admin' | 'agent' | 'viewer' | 'key';

async function call(stage: Stage, who: Who, route: string, sample: Parameters<TestApi['send']>[1] = {}) {
  return api.send(route, sample, api.as(stage, who));
}

async function show(stage: Stage, who: Who, id: string): Promise<Thread> {
  return (await call(stage, who, 'GET /v1/conversations/:id', { params: { id } })).body as Thread;
}

async function act(stage: Stage, who: Who, verb: string, id: string, body: object = {}): Promise<Thread> {
  const answer = await call(stage, who, `POST /v1/conversations/:id/${verb}`, { params: { id }, body });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as Thread;
}

/** Names of the events and of the audit's lines about a conversation, in order. */
async function told(stage: Stage, id: string) {
  return db.withSystem('test', async (tx) => ({
    events: (
      await tx.query<{ name: string }>(
        "select name from events where workspace_id = $1 and data ->> 'conversationId' = $2 order by n",
        [stage.workspaceId, id],
      )
    ).map((row) => row.name),
    audit: (
      await tx.query<{ action: string }>(
        'select action from audit where workspace_id = $1 and target_id = $2 order by at, id',
        [stage.workspaceId, id],
      )
    ).map((row) => row.action),
  }));
}

async function label(stage: Stage, name: string): Promise<string> {
  const made = await stage.send('POST /v1/labels', { body: { name, colour: '#2f855a' } });
  return (made.body as { id: string }).id;
}

const agent = (stage: Stage): Actor => ({ kind: 'user', id: stage.members.agent, role: 'agent' });

describe('assigning', () => {
  it('gives a conversation to a member, a team, both and nobody, each with one line in the audit', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const team = (await stage.send('POST /v1/teams', { body: { name: 'Sales' } })).body as { id: string };
    const given = await act(stage, 'owner', 'assign', id, {
      memberId: stage.members.agent,
      teamId: team.id,
    });
    expect(given).toMatchObject({
      assignee: { id: stage.members.agent, name: 'The agent' },
      team: { id: team.id, name: 'Sales' },
    });
    await act(stage, 'owner', 'assign', id, { memberId: stage.members.agent });
    expect((await act(stage, 'agent', 'unassign', id)).assignee).toBeNull();
    expect(await told(stage, id)).toMatchObject({
      events: expect.arrayContaining(['conversation.assigned']),
      audit: ['conversation.assigned', 'conversation.assigned'],
    });
    const stranger = await call(stage, 'owner', 'POST /v1/conversations/:id/assign', {
      params: { id },
      body: { memberId: newId() },
    });
    expect(stranger).toMatchObject({ status: 404, body: { error: { message: 'There is no such member.' } } });
    const noTeam = await call(stage, 'owner', 'POST /v1/conversations/:id/assign', {
      params: { id },
      body: { teamId: newId() },
    });
    expect(noTeam).toMatchObject({ status: 404, body: { error: { message: 'There is no such team.' } } });
    const nothing = await call(stage, 'owner', 'POST /v1/conversations/:id/assign', {
      params: { id },
      body: {},
    });
    expect(nothing.status).toBe(400);
  });

  it('gives nothing to a member who is disabled', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const memberId = stage.members.agent;
    await stage.send('PATCH /v1/members/:userId', { params: { userId: memberId }, body: { disabled: true } });
    const refused = await call(stage, 'owner', 'POST /v1/conversations/:id/assign', {
      params: { id },
      body: { memberId },
    });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'member_disabled' } } });
  });

  it('gives nothing to a viewer, who could not answer', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const memberId = stage.members.viewer;
    const refusal = { status: 422, body: { error: { code: 'member_cannot_answer' } } };
    const one = await call(stage, 'owner', 'POST /v1/conversations/:id/assign', {
      params: { id },
      body: { memberId },
    });
    expect(one).toMatchObject(refusal);
    const many = await call(stage, 'owner', 'POST /v1/conversations/bulk', {
      body: { ids: [id], action: 'assign', memberId },
    });
    expect(many).toMatchObject(refusal);
  });

  it('has exactly one winner among 200 who claim at once; the others learn who', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const callers = (['owner', 'admin', 'agent'] as const).map((who) => api.as(stage, who));
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        api.send('POST /v1/conversations/:id/claim', { params: { id }, body: {} }, callers[i % 3]),
      ),
    );
    const won = answers.filter((answer) => answer.status === 200);
    expect(won).toHaveLength(1);
    const { assignee } = won[0]!.body as Thread;
    for (const answer of answers.filter((one) => one !== won[0])) {
      expect(answer).toMatchObject({
        status: 409,
        body: { error: { code: 'already_claimed', details: { assignee } } },
      });
    }
    expect((await told(stage, id)).audit).toEqual(['conversation.assigned']);
    const key = await call(stage, 'key', 'POST /v1/conversations/:id/claim', { params: { id } });
    expect(key).toMatchObject({ status: 403, body: { error: { details: { reason: 'person_needed' } } } });
  });

  it('lets whoever sees own conversations only hand one over, and see it no more', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const limited = api.as(stage, 'agent', { ownOnly: true });
    const claimed = await api.send('POST /v1/conversations/:id/claim', { params: { id }, body: {} }, limited);
    expect(claimed.status).toBe(200);
    const handed = await api.send(
      'POST /v1/conversations/:id/assign',
      { params: { id }, body: { memberId: stage.members.admin } },
      limited,
    );
    expect(handed).toMatchObject({ status: 200, body: { assignee: { id: stage.members.admin } } });
    const after = await api.send('GET /v1/conversations/:id', { params: { id } }, limited);
    expect(after.status).toBe(404);
    const again = await api.send(
      'POST /v1/conversations/:id/assign',
      { params: { id }, body: { memberId: stage.members.agent } },
      limited,
    );
    expect(again.status).toBe(404);
  });

  it('leaves the conversations of a member who leaves to everybody', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    await act(stage, 'owner', 'assign', id, { memberId: stage.members.agent });
    await db.withSystem('test', (tx) =>
      tx.execute('delete from members where workspace_id = $1 and user_id = $2', [
        stage.workspaceId,
        stage.members.agent,
      ]),
    );
    expect((await show(stage, 'owner', id)).assignee).toBeNull();
  });

  it('refuses the messages of whoever is not the assignee, where the workspace says so', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const answer = async (who: Who) => {
      const { status, body } = await call(stage, who, 'POST /v1/messages', {
        body: { conversationId: id, type: 'text', text: { body: 'Here I am' } },
      });
      return status < 300 ? 'sent' : (body as { error: { code: string } }).error.code;
    };
    expect(await answer('agent')).toBe('sent');
    await stage.send('PATCH /v1/workspace', { body: { settings: { answering: 'assignee' } } });
    expect(await answer('agent')).toBe('not_assignee');
    const may = await call(stage, 'agent', 'GET /v1/can-send', { query: { conversationId: id } });
    expect(may.body).toMatchObject({ verdict: 'blocked', code: 'not_assignee' });
    await act(stage, 'agent', 'claim', id);
    expect(await answer('agent')).toBe('sent');
    expect(await answer('admin')).toBe('not_assignee');
    expect(await answer('key')).toBe('sent');
  });

  it('lets only the assignee answer where the workspace says so, people only', () => {
    const someone = { kind: 'user', id: 'a' } as const;
    const lastMessageAt = clock.now();
    expect(mayAnswer('anyone', someone, { assigneeId: null, lastMessageAt }).may).toBe(true);
    expect(mayAnswer('assignee', someone, { assigneeId: 'a', lastMessageAt }).may).toBe(true);
    expect(mayAnswer('assignee', someone, { assigneeId: null, lastMessageAt }).may).toBe(false);
    expect(mayAnswer('assignee', someone, { assigneeId: 'b', lastMessageAt })).toMatchObject({
      reason: 'not_assignee',
    });
    // Whoever begins a conversation answers nobody.
    expect(mayAnswer('assignee', someone, { assigneeId: null, lastMessageAt: null }).may).toBe(true);
    for (const kind of ['key', 'workflow', 'system'] as const) {
      expect(mayAnswer('assignee', { kind, id: 'b' }, { assigneeId: 'a', lastMessageAt }).may).toBe(true);
    }
  });
});

describe('snoozing and closing', () => {
  it('puts aside until a time, by our clock, and opens then', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const until = new Date(clock.now().getTime() + 3_600_000).toISOString();
    const snoozed = await act(stage, 'agent', 'snooze', id, { until });
    expect(snoozed).toMatchObject({
      status: 'snoozed',
      snoozedUntil: until,
      snoozedAt: clock.now().toISOString(),
    });
    await wakeSnoozed(db);
    expect((await show(stage, 'agent', id)).status).toBe('snoozed');
    clock.advance(3_600_000);
    await wakeSnoozed(db);
    expect(await show(stage, 'agent', id)).toMatchObject({ status: 'open', snoozedUntil: null });
    expect((await told(stage, id)).events.slice(-2)).toEqual(['conversation.snoozed', 'conversation.opened']);
    const past = await call(stage, 'agent', 'POST /v1/conversations/:id/snooze', {
      params: { id },
      body: { until },
    });
    expect(past.status).toBe(400);
  });

  it('wakes each snoozed conversation once, however many look', async () => {
    const stage = await api.stage();
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push((await writes(stage)).conversationId);
    const until = new Date(clock.now().getTime() + 1000).toISOString();
    for (const id of ids) await act(stage, 'owner', 'snooze', id, { until });
    clock.advance(1000);
    await Promise.all(Array.from({ length: 8 }, () => wakeSnoozed(db)));
    for (const id of ids) {
      const { events } = await told(stage, id);
      expect(events.filter((name) => name === 'conversation.opened')).toHaveLength(2);
    }
  });

  it('reopens snoozed and closed conversations when the person writes', async () => {
    const stage = await api.stage();
    const { conversationId: id, phone } = await writes(stage);
    const until = new Date(clock.now().getTime() + 3_600_000).toISOString();
    await act(stage, 'owner', 'snooze', id, { until });
    clock.advance(1000);
    await writes(stage, { phone });
    expect(await show(stage, 'owner', id)).toMatchObject({ status: 'open', snoozedUntil: null });
    const closed = await act(stage, 'owner', 'close', id);
    expect(closed).toMatchObject({ status: 'closed', unreadCount: 0, waitingSince: null });
    clock.advance(1000);
    await writes(stage, { phone });
    expect(await show(stage, 'owner', id)).toMatchObject({
      status: 'open',
      unreadCount: 1,
      waitingSince: clock.now().toISOString(),
    });
    expect((await act(stage, 'owner', 'close', id)).status).toBe('closed');
    expect((await act(stage, 'owner', 'reopen', id)).status).toBe('open');
  });
});

describe('reading', () => {
  it('is each member’s own; closing reads for all, an API key for all', async () => {
    const stage = await api.stage();
    const { conversationId: id, phone } = await writes(stage);
    await writes(stage, { phone });
    expect((await act(stage, 'agent', 'read', id)).unreadCount).toBe(0);
    expect((await show(stage, 'owner', id)).unreadCount).toBe(2);
    await writes(stage, { phone });
    expect((await show(stage, 'agent', id)).unreadCount).toBe(1);
    expect((await show(stage, 'owner', id)).unreadCount).toBe(3);
    expect((await act(stage, 'agent', 'read', id)).unreadCount).toBe(0);
    expect((await act(stage, 'agent', 'unread', id)).unreadCount).toBe(1);
    expect((await act(stage, 'agent', 'read', id)).unreadCount).toBe(0);
    await act(stage, 'key', 'read', id);
    expect((await show(stage, 'owner', id)).unreadCount).toBe(0);
    await writes(stage, { phone });
    await act(stage, 'agent', 'close', id);
    expect((await show(stage, 'owner', id)).unreadCount).toBe(0);
    expect((await show(stage, 'admin', id)).unreadCount).toBe(0);
  });

  it('tells once: reading what is read changes nothing', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    await act(stage, 'agent', 'read', id);
    await act(stage, 'agent', 'read', id);
    expect((await told(stage, id)).audit).toEqual(['conversation.read']);
  });

  it('ends for all, and the waiting too, when somebody answers; a machine’s answer ends nothing', async () => {
    const stage = await api.stage();
    const { conversationId } = await writes(stage);
    const began = clock.now().toISOString();
    const says = (automated: boolean, actor: Actor) =>
      db.withTenant(stage.workspaceId, actor, (tx) =>
        touchMany(tx, [
          {
            workspaceId: stage.workspaceId,
            conversationId,
            messageId: newId(),
            at: clock.now(),
            preview: 'hello',
            direction: 'out',
            inbound: false,
            automated,
          },
        ]),
      );
    clock.advance(1000);
    const before = (await show(stage, 'owner', conversationId)).lastMessage;
    await says(true, { kind: 'workflow', id: null, role: 'system' });
    // Nor does it hide what the person said last.
    expect(await show(stage, 'owner', conversationId)).toMatchObject({
      unreadCount: 1,
      waitingSince: began,
      lastMessage: before,
    });
    clock.advance(1000);
    await says(false, agent(stage));
    expect(await show(stage, 'owner', conversationId)).toMatchObject({
      unreadCount: 0,
      waitingSince: null,
      lastMessage: { preview: 'hello' },
    });
    const { body } = await call(stage, 'owner', 'GET /v1/conversations/:id/participants', {
      params: { id: conversationId },
    });
    expect(body).toMatchObject({
      data: [{ member: { name: 'The agent' }, wroteAt: clock.now().toISOString(), notedAt: null }],
    });
  });

  it('shows the same newest line, window and unread for every order in which batches finish', async () => {
    const stage = await api.stage();
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        async (seconds, chance) => {
          const said = seconds.map((second) => ({
            workspaceId: stage.workspaceId,
            messageId: newId(),
            at: new Date(clock.now().getTime() + second * 1000),
            preview: `at ${second}`,
            direction: 'in' as const,
            inbound: true,
          }));
          const shown = [];
          for (const order of [said, said.toSorted(() => (chance.next().value! % 2) - 0.5)]) {
            const { conversationId } = await writes(stage);
            for (const one of order) {
              await db.withSystem('test', (tx) => touchMany(tx, [{ ...one, conversationId }]));
            }
            const { lastMessage, unreadCount, window, waitingSince } = await show(
              stage,
              'owner',
              conversationId,
            );
            shown.push({ lastMessage, unreadCount, window, waitingSince });
          }
          expect(shown[0]).toEqual(shown[1]);
        },
      ),
      { numRuns: 10 },
    );
  });
});

describe('labels', () => {
  it('are added and taken off, once each, and must exist', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const [vip, late] = [await label(stage, 'VIP'), await label(stage, 'late')];
    const labelled = await act(stage, 'agent', 'labels', id, { labelIds: [vip, late] });
    expect(labelled.labels.map(({ name }) => name)).toEqual(['late', 'VIP']);
    await act(stage, 'agent', 'labels', id, { labelIds: [vip] });
    const off = await call(stage, 'agent', 'DELETE /v1/conversations/:id/labels/:labelId', {
      params: { id, labelId: late },
    });
    expect((off.body as Thread).labels).toEqual([{ id: vip, name: 'VIP', colour: '#2f855a' }]);
    const unknown = await call(stage, 'agent', 'POST /v1/conversations/:id/labels', {
      params: { id },
      body: { labelIds: [newId()] },
    });
    expect(unknown).toMatchObject({ status: 404, body: { error: { message: 'There is no such label.' } } });
    expect((await told(stage, id)).audit).toEqual(['conversation.labelled', 'conversation.labelled']);
  });
});

describe('bulk', () => {
  it('does one thing to many, says what became of each, and writes one line of audit with the count', async () => {
    const stage = await api.stage();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await writes(stage)).conversationId);
    const other = await api.stage('Other');
    const foreign = (await writes(other)).conversationId;
    const vip = await label(stage, 'VIP');
    const bulk = async (body: object) => {
      clock.advance(1);
      const answer = await call(stage, 'agent', 'POST /v1/conversations/bulk', {
        body: { ids: [...ids, foreign], ...body },
      });
      expect(answer.status).toBe(200);
      return (answer.body as { data: { id: string; result: string }[] }).data;
    };
    const all = (result: string) => [
      ...ids.map((id) => ({ id, result })),
      { id: foreign, result: 'not_found' },
    ];
    const until = new Date(clock.now().getTime() + 60_000).toISOString();
    const steps = [
      { action: 'assign', memberId: stage.members.agent },
      { action: 'label', labelIds: [vip] },
      { action: 'unlabel', labelIds: [vip] },
      { action: 'snooze', until },
      { action: 'reopen' },
      { action: 'read' },
      { action: 'unread' },
      { action: 'close' },
    ];
    for (const step of steps) {
      expect(await bulk(step), step.action).toEqual(all('changed'));
    }
    expect(await bulk({ action: 'close' })).toEqual(all('unchanged'));
    const lines = await db.withSystem('test', (tx) =>
      tx.query<{ action: string; after: { count: number } }>(
        "select action, after from audit where workspace_id = $1 and action like 'conversation.%' order by at, id",
        [stage.workspaceId],
      ),
    );
    expect(lines.map((line) => line.action)).toEqual(lines.map(() => 'conversation.bulk_changed'));
    expect(lines.map((line) => line.after.count)).toEqual([...steps.map(() => 5), 0]);
    expect((await told(other, foreign)).events).not.toContain('conversation.closed');
    const tooMany = await call(stage, 'agent', 'POST /v1/conversations/bulk', {
      body: { ids: Array.from({ length: 501 }, () => newId()), action: 'close' },
    });
    expect(tooMany.status).toBe(400);
  });
});
