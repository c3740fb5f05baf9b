import { describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import { newId } from '../../platform/ids.ts';

const api: TestApi = await testApi();
const { db, clock } = api;

type Who = 'owner' | 'admin' | 'agent' | 'viewer' | 'key';
type Query = Record<string, string | number | boolean>;
interface Row {
  id: string;
  lastMessage: { id: string; at: string; status: string };
  [field: string]: unknown;
}
interface Page {
  data: Row[];
  nextCursor: string | null;
}

async function list(stage: Stage, query: Query = {}, who: Who = 'owner'): Promise<Page> {
  const answer = await api.send('GET /v1/conversations', { query }, api.as(stage, who));
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as Page;
}

const ids = async (stage: Stage, query: Query = {}, who: Who = 'owner') =>
  (await list(stage, query, who)).data.map((row) => row.id);

const act = (stage: Stage, verb: string, id: string, body: object = {}) =>
  stage.send(`POST /v1/conversations/:id/${verb}`, { params: { id }, body });

/** Conversations a second apart, the oldest first. */
async function threads(stage: Stage, count: number) {
  const made = [];
  for (let i = 0; i < count; i++) {
    clock.advance(1000);
    made.push(await writes(stage, { text: `message ${i}` }));
  }
  return made;
}

describe('the list', () => {
  it('carries all that an inbox shows of a conversation', async () => {
    const stage = await api.stage();
    const { conversationId: id, contactId, messageId, phone } = await writes(stage, { text: 'Is it ready?' });
    const label = (await stage.send('POST /v1/labels', { body: { name: 'VIP', colour: '#2f855a' } })).body;
    const team = (await stage.send('POST /v1/teams', { body: { name: 'Sales' } })).body as { id: string };
    await act(stage, 'assign', id, { memberId: stage.members.agent, teamId: team.id });
    await act(stage, 'labels', id, { labelIds: [(label as { id: string }).id] });
    await stage.send('POST /v1/contacts/:id/block', { params: { id: contactId } });
    const { data } = await list(stage);
    expect(data).toEqual([
      expect.objectContaining({
        id,
        status: 'open',
        contact: expect.objectContaining({ id: contactId, phone, blocked: true, optedOut: false }),
        number: expect.objectContaining({ id: stage.numberId, status: 'active' }),
        assignee: { id: stage.members.agent, name: 'The agent' },
        team: { id: team.id, name: 'Sales' },
        labels: [{ id: (label as { id: string }).id, name: 'VIP', colour: '#2f855a' }],
        lastMessage: expect.objectContaining({
          id: messageId,
          preview: 'Is it ready?',
          direction: 'in',
          status: 'received',
        }),
        unreadCount: 1,
        window: expect.objectContaining({ open: true }),
        snoozedUntil: null,
        mention: null,
      }),
    ]);
  });

  it('shows the status of the newest message in the words of the message', async () => {
    const stage = await api.stage();
    const { messageId } = await writes(stage);
    const stored = [
      'queued',
      'accepted',
      'sent',
      'delivered',
      'read',
      'played',
      'failed',
      'cancelled',
      'unconfirmed',
    ];
    for (const status of stored) {
      await db.withSystem('test', (tx) =>
        tx.execute("update messages set direction = 'out', status = $2 where id = $1", [messageId, status]),
      );
      const message = (await stage.send('GET /v1/messages/:id', { params: { id: messageId } })).body;
      expect((await list(stage)).data[0]!.lastMessage.status).toBe((message as { status: string }).status);
    }
  });

  it('has the views mine, unassigned, open, all, mentions, snoozed, closed', async () => {
    const stage = await api.stage();
    const [mine, nobodys, mentioned, snoozed, closed] = (await threads(stage, 5)).map(
      (thread) => thread.conversationId,
    ) as [string, string, string, string, string];
    await act(stage, 'assign', mine, { memberId: stage.userId });
    await act(stage, 'assign', mentioned, { memberId: stage.members.agent });
    await stage.send('POST /v1/conversations/:id/notes', {
      params: { id: mentioned },
      body: { text: 'look', mentions: [stage.userId] },
    });
    await act(stage, 'snooze', snoozed, { until: new Date(clock.now().getTime() + 60_000).toISOString() });
    await act(stage, 'close', closed);
    const views: Record<string, string[]> = {
      mine: [mine],
      unassigned: [nobodys],
      open: [mentioned, nobodys, mine],
      all: [closed, snoozed, mentioned, nobodys, mine],
      mentions: [mentioned],
      snoozed: [snoozed],
      closed: [closed],
    };
    for (const [view, expected] of Object.entries(views)) {
      expect(await ids(stage, { view }), view).toEqual(expected);
    }
    expect(await ids(stage, { view: 'mine' }, 'agent')).toEqual([mentioned]);
    expect(await ids(stage, { view: 'mine' }, 'key')).toEqual([]);
    const counts = await api.send('GET /v1/conversations/counts', {}, api.as(stage, 'owner'));
    expect(counts.body).toMatchObject({
      views: {
        mine: { count: 1, unread: 1 },
        unassigned: { count: 1, unread: 1 },
        // Whoever wrote the note has seen what is there.
        open: { count: 3, unread: 2 },
        all: { count: 5, unread: 3 },
        mentions: { count: 1 },
        snoozed: { count: 1, unread: 1 },
        closed: { count: 1, unread: 0 },
      },
      numbers: [{ id: stage.numberId, count: 3, unread: 2 }],
      teams: [],
      labels: [],
    });
    const row = (await list(stage, { view: 'mentions' })).data[0]!;
    expect(row).toMatchObject({ mention: { author: { kind: 'user' } } });
    expect((await list(stage, { view: 'all', contactId: newId() })).data).toEqual([]);
  });

  it('filters by number, team, several labels, assignee, contact, status, unread, waiting, name and phone', async () => {
    const stage = await api.stage();
    const [a, b, c] = (await threads(stage, 3)) as [
      Awaited<ReturnType<typeof writes>>,
      Awaited<ReturnType<typeof writes>>,
      Awaited<ReturnType<typeof writes>>,
    ];
    const made = async (route: string, body: object) =>
      (await stage.send(route, { body })).body as { id: string };
    const team = await made('POST /v1/teams', { name: 'Sales' });
    const [x, y] = [
      await made('POST /v1/labels', { name: 'x' }),
      await made('POST /v1/labels', { name: 'y' }),
    ];
    await act(stage, 'assign', a.conversationId, { teamId: team.id, memberId: stage.members.agent });
    await act(stage, 'labels', a.conversationId, { labelIds: [x.id, y.id] });
    await act(stage, 'labels', b.conversationId, { labelIds: [x.id] });
    await act(stage, 'read', b.conversationId);
    await stage.send('PATCH /v1/contacts/:id', { params: { id: c.contactId }, body: { name: 'Zoë Ünal' } });
    await act(stage, 'close', c.conversationId);
    const [ia, ib, ic] = [a, b, c].map((thread) => thread.conversationId);
    expect(await ids(stage, { numberId: stage.numberId })).toEqual([ic, ib, ia]);
    expect(await ids(stage, { numberId: newId() })).toEqual([]);
    expect(await ids(stage, { teamId: team.id })).toEqual([ia]);
    expect(await ids(stage, { labelId: x.id })).toEqual([ib, ia]);
    const both = await api.http.app.inject({
      method: 'GET',
      url: `/v1/conversations?labelId=${x.id}&labelId=${y.id}`,
      headers: api.as(stage, 'owner'),
    });
    expect((both.json() as Page).data.map((row) => row.id)).toEqual([ia]);
    expect(await ids(stage, { assigneeId: stage.members.agent })).toEqual([ia]);
    expect(await ids(stage, { assigneeId: 'me' }, 'agent')).toEqual([ia]);
    expect(await ids(stage, { assigneeId: 'none' })).toEqual([ic, ib]);
    expect(await ids(stage, { contactId: b.contactId })).toEqual([ib]);
    expect(await ids(stage, { status: 'closed' })).toEqual([ic]);
    expect(await ids(stage, { unread: true })).toEqual([ia]);
    expect(await ids(stage, { unread: true }, 'agent')).toEqual([ib, ia]);
    expect(await ids(stage, { waiting: true })).toEqual([ib, ia]);
    expect(await ids(stage, { q: 'zoë' })).toEqual([ic]);
    expect(await ids(stage, { q: `+${b.phone.slice(0, 1)} ${b.phone.slice(1)}` })).toEqual([ib]);
    expect(await ids(stage, { q: 'nobody' })).toEqual([]);
    const labels = await api.send('GET /v1/conversations/counts', {}, api.as(stage, 'owner'));
    expect(labels.body).toMatchObject({
      teams: [{ id: team.id, count: 1, unread: 1 }],
      labels: expect.arrayContaining([
        { id: x.id, count: 2, unread: 1 },
        { id: y.id, count: 1, unread: 1 },
      ]),
    });
  });

  it('pages newest, oldest and longest waiting, nothing twice or left out while messages arrive', async () => {
    const stage = await api.stage();
    const made = await threads(stage, 9);
    const inOrder = made.map((thread) => thread.conversationId);
    for (const [order, expected] of [
      ['oldest', inOrder],
      ['waiting', inOrder],
      ['newest', inOrder.toReversed()],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Page = await list(stage, { order, limit: 2, ...(cursor ? { cursor } : {}) });
        seen.push(...page.data.map((row) => row.id));
        cursor = page.nextCursor;
        if (order === 'newest') {
          // One of those that were shown already speaks again, and a stranger for the first time.
          clock.advance(1000);
          await writes(stage, { phone: made.at(-1)!.phone });
          await writes(stage);
        }
      } while (cursor !== null);
      expect(seen, order).toEqual(expected);
    }
    expect(await ids(stage, { order: 'oldest', limit: 2, offset: 3 })).toEqual(inOrder.slice(3, 5));
    const deep = await api.send(
      'GET /v1/conversations',
      { query: { offset: 10_001 } },
      api.as(stage, 'owner'),
    );
    expect(deep.status).toBe(400);
  });

  it('shows keys for certain numbers and limited members what they may reach, also in counts', async () => {
    const stage = await api.stage();
    const [a, b] = (await threads(stage, 2)).map((thread) => thread.conversationId) as [string, string];
    await act(stage, 'assign', a, { memberId: stage.members.admin });
    const limited = api.as(stage, 'agent', { ownOnly: true });
    const seen = await api.send('GET /v1/conversations', {}, limited);
    expect((seen.body as Page).data.map((row) => row.id)).toEqual([b]);
    const counts = await api.send('GET /v1/conversations/counts', {}, limited);
    expect(counts.body).toMatchObject({ views: { all: { count: 1 } } });
    const narrow = api.as(stage, 'key', { numberIds: [newId()] });
    expect((await api.send('GET /v1/conversations', {}, narrow)).body).toMatchObject({ data: [] });
    const none = await api.send('GET /v1/conversations/counts', {}, narrow);
    expect(none.body).toMatchObject({ views: { all: { count: 0 } }, numbers: [] });
    const other = await api.stage('Other');
    expect(await ids(other)).toEqual([]);
  });
});

describe('the timeline', () => {
  it('tells who did what with a conversation, newest first, page by page', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const steps = [
      () => act(stage, 'claim', id),
      () => act(stage, 'close', id),
      () => act(stage, 'reopen', id),
      () =>
        stage.send('POST /v1/conversations/:id/notes', {
          params: { id },
          body: { text: 'done', mentions: [stage.members.agent] },
        }),
    ];
    for (const step of steps) {
      clock.advance(1000);
      await step();
    }
    const events: { name: string; actor: unknown }[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await stage.send('GET /v1/conversations/:id/events', {
        params: { id },
        query: { limit: 2, ...(cursor ? { cursor } : {}) },
      });
      const page = body as { data: typeof events; nextCursor: string | null };
      events.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(events.map((event) => event.name)).toEqual(
      expect.arrayContaining(['note.created', 'conversation.mentioned']),
    );
    expect(events.slice(2).map((event) => event.name)).toEqual([
      'conversation.opened',
      'conversation.closed',
      'conversation.assigned',
    ]);
    expect(events.at(-1)!.actor).toEqual({ kind: 'user', id: stage.userId, name: 'The owner' });
  });
});
