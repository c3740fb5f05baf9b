import { describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api.ts';
import type { Sample, Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import { newId } from '../../platform/ids.ts';

const api: TestApi = await testApi();
const { db, clock } = api;

type Who = 'owner' | 'admin' | 'agent' | 'viewer' | 'key';
const call = (stage: Stage, who: Who, route: string, sample: Sample) =>
  api.send(route, sample, api.as(stage, who));

interface Note {
  id: string;
  text: string;
  etag: string;
  mentions: { id: string }[];
}

describe('notes', () => {
  it('are written, edited by their author under a guard, deleted by author or leads', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const made = await call(stage, 'agent', 'POST /v1/conversations/:id/notes', {
      params: { id },
      body: { text: 'They mean the blue one.' },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { text: 'They mean the blue one.', author: { kind: 'user', name: 'The agent' }, mentions: [] },
    });
    const { id: noteId, etag } = made.body as Note;
    const edit = (who: Who, body: object, headers: Record<string, string> = {}) =>
      call(stage, who, 'PATCH /v1/conversations/:id/notes/:noteId', {
        params: { id, noteId },
        body,
        headers,
      });
    clock.advance(1000);
    expect(await edit('agent', { text: 'The green one.' }, { 'if-match': etag })).toMatchObject({
      status: 200,
      body: { text: 'The green one.' },
    });
    expect(await edit('agent', { text: 'The red one.' }, { 'if-match': etag })).toMatchObject({
      status: 412,
      body: { error: { code: 'changed_meanwhile' } },
    });
    expect((await edit('owner', { text: 'mine' })).status).toBe(403);
    const list = await stage.send('GET /v1/conversations/:id/notes', { params: { id } });
    expect(list.body).toMatchObject({ data: [{ id: noteId, text: 'The green one.' }], nextCursor: null });
    const remove = (who: Who) =>
      call(stage, who, 'DELETE /v1/conversations/:id/notes/:noteId', { params: { id, noteId } });
    const other = await call(stage, 'key', 'DELETE /v1/conversations/:id/notes/:noteId', {
      params: { id, noteId },
    });
    expect(other.status).toBe(403);
    expect((await remove('admin')).status).toBe(204);
    expect((await remove('admin')).status).toBe(404);
  });

  it('tell those whom they mention, once, and never what they say', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const { agent, admin } = stage.members;
    const made = await call(stage, 'owner', 'POST /v1/conversations/:id/notes', {
      params: { id },
      body: { text: 'secret plan', mentions: [agent, agent] },
    });
    const { id: noteId, mentions } = made.body as Note;
    expect(mentions).toEqual([{ id: agent, name: 'The agent' }]);
    await call(stage, 'owner', 'PATCH /v1/conversations/:id/notes/:noteId', {
      params: { id, noteId },
      body: { mentions: [agent, admin] },
    });
    const rows = await db.withSystem('test', async (tx) => ({
      events: await tx.query<{ data: { userId: string } }>(
        "select data from events where workspace_id = $1 and name = 'conversation.mentioned' order by n",
        [stage.workspaceId],
      ),
      all: await tx.query<{ text: string }>(
        `select data::text as text from events where workspace_id = $1 union all
         select coalesce(before::text, '') || coalesce(after::text, '') from audit where workspace_id = $1 union all
         select data::text from conversation_activity where workspace_id = $1`,
        [stage.workspaceId],
      ),
    }));
    expect(rows.events.map(({ data }) => data.userId)).toEqual([agent, admin]);
    expect(rows.all.map(({ text }) => text).join()).not.toContain('secret plan');
    const mine = await call(stage, 'agent', 'GET /v1/conversations', { query: { view: 'mentions' } });
    const mention = { noteId, text: 'secret plan', author: { kind: 'user', name: 'The owner' } };
    expect(mine.body).toMatchObject({ data: [{ id, mention, unreadMention: true }] });
    // Whoever is not named is not told what the note says.
    expect((await stage.send('GET /v1/conversations/:id', { params: { id } })).body).toMatchObject({
      mention: null,
    });
    clock.advance(1000);
    await call(stage, 'agent', 'POST /v1/conversations/:id/read', { params: { id }, body: {} });
    const read = await call(stage, 'agent', 'GET /v1/conversations', { query: { view: 'mentions' } });
    expect(read.body).toMatchObject({ data: [{ mention, unreadMention: false }] });
    // Nothing but a mention is unread to them, and other tabs are told that it is read.
    clock.advance(1000);
    await call(stage, 'owner', 'POST /v1/conversations/:id/notes', {
      params: { id },
      body: { text: 'once more', mentions: [agent] },
    });
    clock.advance(1000);
    for (let i = 0; i < 2; i++)
      await call(stage, 'agent', 'POST /v1/conversations/:id/read', { params: { id }, body: {} });
    const told = await db.withSystem('test', (tx) =>
      tx.query<{ by: string }>(
        "select actor->>'id' as by from events where workspace_id = $1 and name = 'conversation.read'",
        [stage.workspaceId],
      ),
    );
    expect(told.map(({ by }) => by)).toEqual([agent, agent]);
    // Whoever only looks on may be named too, and reads it.
    await call(stage, 'owner', 'POST /v1/conversations/:id/notes', {
      params: { id },
      body: { text: 'for your eyes', mentions: [stage.members.viewer] },
    });
    clock.advance(1000);
    expect(
      await call(stage, 'viewer', 'POST /v1/conversations/:id/read', { params: { id }, body: {} }),
    ).toMatchObject({ status: 200, body: { unreadCount: 0, unreadMention: false } });
    const others = await call(stage, 'admin', 'GET /v1/conversations/:id', { params: { id } });
    expect(others.body).toMatchObject({ unreadCount: 1 });
    const stranger = await call(stage, 'owner', 'POST /v1/conversations/:id/notes', {
      params: { id },
      body: { text: 'hi', mentions: [newId()] },
    });
    expect(stranger.status).toBe(404);
  });

  it('make whoever wrote one a participant', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    await call(stage, 'agent', 'POST /v1/conversations/:id/notes', { params: { id }, body: { text: 'x' } });
    clock.advance(1000);
    await call(stage, 'admin', 'POST /v1/conversations/:id/read', { params: { id }, body: {} });
    const { body } = await stage.send('GET /v1/conversations/:id/participants', { params: { id } });
    expect(body).toMatchObject({
      data: [
        { member: { name: 'The admin' }, lookedAt: clock.now().toISOString(), notedAt: null },
        { member: { name: 'The agent' }, wroteAt: null, notedAt: expect.any(String) },
      ],
    });
  });
});

describe('drafts', () => {
  it('are one of each member, seen by all; the last one written counts', async () => {
    const stage = await api.stage();
    const { conversationId: id } = await writes(stage);
    const put = (who: Who, text: string) =>
      call(stage, who, 'PUT /v1/conversations/:id/draft', { params: { id }, body: { text } });
    await put('agent', 'Dear');
    clock.advance(1000);
    expect(await put('agent', 'Dear Anna')).toMatchObject({
      status: 200,
      body: { text: 'Dear Anna', author: { name: 'The agent' }, updatedAt: clock.now().toISOString() },
    });
    clock.advance(1000);
    await put('owner', 'Hello');
    const texts = async () => {
      const { body } = await stage.send('GET /v1/conversations/:id/drafts', { params: { id } });
      return (body as { data: { text: string }[] }).data.map((draft) => draft.text);
    };
    expect(await texts()).toEqual(['Hello', 'Dear Anna']);
    const gone = await call(stage, 'agent', 'DELETE /v1/conversations/:id/draft', { params: { id } });
    expect(gone.status).toBe(204);
    expect(await texts()).toEqual(['Hello']);
    expect((await put('key', 'x')).status).toBe(403);
    expect((await put('viewer', 'x')).status).toBe(403);
  });
});
