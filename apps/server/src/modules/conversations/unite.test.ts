import { describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import { moveConversations, moveConversationsBack } from './index.ts';

const api: TestApi = await testApi();
const { db, clock } = api;

async function said(stage: Stage, conversationId: string): Promise<string[]> {
  const { body } = await stage.send('GET /v1/messages', { query: { conversationId } });
  return (body as { data: { content: { text: { body: string } } }[] }).data.map(
    (message) => message.content.text.body,
  );
}

const show = async (stage: Stage, id: string) =>
  (await stage.send('GET /v1/conversations/:id', { params: { id } })).body as Record<string, unknown>;

/** All of a conversation but when it last changed. */
const state = async (stage: Stage, id: string) => {
  const { updatedAt: _, ...rest } = await show(stage, id);
  return { ...rest, said: await said(stage, id) };
};

async function twoThreads() {
  const stage = await api.stage();
  const a = await writes(stage, { text: 'a1' });
  clock.advance(1000);
  const b = await writes(stage, { text: 'b1' });
  clock.advance(1000);
  await writes(stage, { text: 'a2', phone: a.phone });
  clock.advance(1000);
  await writes(stage, { text: 'b2', phone: b.phone });
  return { stage, from: b, to: a };
}

describe('threads of merged contacts', () => {
  it('become one, messages in their order, with the notes, labels and unread of both', async () => {
    const { stage, from, to } = await twoThreads();
    const label = (await stage.send('POST /v1/labels', { body: { name: 'VIP' } })).body as { id: string };
    await stage.send('POST /v1/conversations/:id/labels', {
      params: { id: from.conversationId },
      body: { labelIds: [label.id] },
    });
    await api.send(
      'POST /v1/conversations/:id/notes',
      {
        params: { id: from.conversationId },
        body: { text: 'of the other', mentions: [stage.members.admin] },
      },
      api.as(stage, 'agent'),
    );
    await db.withSystem('test', (tx) =>
      moveConversations(tx, stage.workspaceId, from.contactId, to.contactId),
    );
    expect(await said(stage, to.conversationId)).toEqual(['b2', 'a2', 'b1', 'a1']);
    expect(await show(stage, to.conversationId)).toMatchObject({
      contactId: to.contactId,
      unreadCount: 4,
      labels: [{ name: 'VIP' }],
      lastMessage: { preview: 'b2' },
    });
    expect(await show(stage, from.conversationId)).toMatchObject({
      unitedInto: to.conversationId,
      status: 'closed',
      lastMessage: null,
    });
    const list = await stage.send('GET /v1/conversations', {});
    expect((list.body as { data: { id: string }[] }).data.map((row) => row.id)).toEqual([to.conversationId]);
    const notes = await stage.send('GET /v1/conversations/:id/notes', { params: { id: to.conversationId } });
    expect(notes.body).toMatchObject({ data: [{ text: 'of the other' }] });
    const mentions = await api.send(
      'GET /v1/conversations',
      { query: { view: 'mentions' } },
      api.as(stage, 'admin'),
    );
    expect(mentions.body).toMatchObject({ data: [{ id: to.conversationId }] });
    const timeline = await stage.send('GET /v1/conversations/:id/events', {
      params: { id: to.conversationId },
    });
    expect((timeline.body as { data: { name: string }[] }).data.map((line) => line.name)).toEqual(
      expect.arrayContaining(['conversation.united', 'conversation.labelled', 'note.created']),
    );
  });

  it('are as they were after the undo, and keep what was said since', async () => {
    const { stage, from, to } = await twoThreads();
    const before = [await state(stage, from.conversationId), await state(stage, to.conversationId)];
    const move = (verb: typeof moveConversations) =>
      db.withSystem('test', (tx) => verb(tx, stage.workspaceId, from.contactId, to.contactId));
    await move(moveConversations);
    await move(moveConversations);
    await move(moveConversationsBack);
    await move(moveConversationsBack);
    expect([await state(stage, from.conversationId), await state(stage, to.conversationId)]).toEqual(before);

    await move(moveConversations);
    clock.advance(1000);
    await writes(stage, { text: 'a3', phone: to.phone });
    await move(moveConversationsBack);
    expect(await said(stage, from.conversationId)).toEqual(['b2', 'b1']);
    expect(await state(stage, to.conversationId)).toMatchObject({
      said: ['a3', 'a2', 'a1'],
      unreadCount: 3,
      lastMessage: { preview: 'a3' },
    });
  });

  it('only change hands on a number where the other contact has none', async () => {
    const { stage, from, to } = await twoThreads();
    await db.withSystem('test', async (tx) => {
      await tx.execute('delete from messages where conversation_id = $1', [to.conversationId]);
      await tx.execute('delete from conversations where id = $1', [to.conversationId]);
    });
    const before = await state(stage, from.conversationId);
    await db.withSystem('test', (tx) =>
      moveConversations(tx, stage.workspaceId, from.contactId, to.contactId),
    );
    expect(await state(stage, from.conversationId)).toMatchObject({
      contactId: to.contactId,
      unitedInto: null,
      said: ['b2', 'b1'],
    });
    const { body } = await stage.send('GET /v1/messages', { query: { contactId: to.contactId } });
    expect((body as { data: unknown[] }).data).toHaveLength(2);
    await db.withSystem('test', (tx) =>
      moveConversationsBack(tx, stage.workspaceId, from.contactId, to.contactId),
    );
    expect(await state(stage, from.conversationId)).toEqual(before);
  });
});
