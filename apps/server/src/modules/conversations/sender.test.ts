import { expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api.ts';
import { writes } from '../../../test/writes.ts';
import { newId } from '../../platform/ids.ts';
import { senderOf } from './sender.ts';

const api: TestApi = await testApi();

interface Shown {
  source: string;
  sender: { kind: string; id: string | null; name?: string } | null;
}

it('a member and a key are named in the message, in the thread and in the list', async () => {
  const stage = await api.stage();
  const { conversationId } = await writes(stage);
  const made = await stage.send('POST /v1/api-keys', { body: { name: 'The shop', scopes: ['*'] } });
  const { key } = made.body as { key: string };
  const body = { conversationId, type: 'text', text: { body: 'hello' } };
  const said: Shown[] = [];
  for (const caller of [api.as(stage, 'agent'), { authorization: `Bearer ${key}` }]) {
    api.clock.advance(1_000);
    const sent = await api.send('POST /v1/messages', { body: { ...body, dedupeKey: newId() } }, caller);
    expect(sent.status, JSON.stringify(sent.body)).toBe(201);
    said.push(sent.body as Shown);
    const row = await api.send('GET /v1/conversations/:id', { params: { id: conversationId } }, caller);
    expect((row.body as { lastMessage: Shown }).lastMessage.sender).toEqual(said.at(-1)?.sender);
  }
  expect(said).toMatchObject([
    { source: 'inbox', sender: { kind: 'member', id: stage.members.agent, name: 'The agent' } },
    { source: 'api', sender: { kind: 'key', name: 'The shop' } },
  ]);
  const thread = await stage.send('GET /v1/messages', { query: { conversationId, direction: 'out' } });
  const senders = (thread.body as { data: Shown[] }).data.map(({ sender }) => sender);
  expect(senders).toEqual(expect.arrayContaining(said.map(({ sender }) => sender)));
});

it('nobody of ours said what came in; phones, workflows and campaigns are told apart from people', () => {
  const row = { direction: 'out', source: 'api', actorKind: 'user', actorId: 'u' } as const;
  expect(senderOf({ ...row, direction: 'in' })).toBeNull();
  expect(senderOf(row)).toEqual({ kind: 'member', id: 'u' });
  expect(senderOf({ ...row, source: 'phone-app' })).toEqual({ kind: 'phone-app', id: null });
  expect(senderOf({ ...row, source: 'workflow', workflowId: 'w' })).toEqual({ kind: 'workflow', id: 'w' });
  expect(senderOf({ ...row, source: 'campaign' })).toEqual({ kind: 'campaign', id: null });
  expect(senderOf({ ...row, actorKind: 'system', actorId: null })).toEqual({ kind: 'system', id: null });
});
