import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api.ts';
import type { Sample, Stage } from '../../../test/samples/index.ts';
import { writes } from '../../../test/writes.ts';
import { newId } from '../../platform/ids.ts';
import { fillIn, unknownVariables, variableNames } from './variables.ts';

const api: TestApi = await testApi();
const { clock } = api;

type Who = 'owner' | 'admin' | 'agent' | 'viewer' | 'key';
const call = (stage: Stage, who: Who, route: string, sample: Sample = {}) =>
  api.send(route, sample, api.as(stage, who));

interface Reply {
  id: string;
  uses: number;
  etag: string;
}

describe('variables', () => {
  it('are filled in once, with their fallback where there is no value', () => {
    expect(fillIn('Hi {{contact.name|there}}, {{ agent.name }}', { 'contact.name': null })).toBe(
      'Hi there, ',
    );
    expect(fillIn('{{contact.name}}', { 'contact.name': '{{agent.name}}' })).toBe('{{agent.name}}');
    expect(unknownVariables('{{contact.name}} {{contact.phone|x}} {{}}')).toEqual(['contact.phone', '']);
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...variableNames), fc.string(), (text, name, value) => {
        const plain = text.replaceAll(/[{}]/g, '');
        expect(fillIn(plain, {})).toBe(plain);
        expect(fillIn(`${plain}{{${name}}}`, { [name]: value })).toBe(plain + value);
      }),
    );
  });
});

describe('quick replies', () => {
  it('have one shortcut per workspace and per owner, whatever the case', async () => {
    const stage = await api.stage();
    const make = (who: Who, body: object) => call(stage, who, 'POST /v1/quick-replies', { body });
    const shared = await make('owner', { shortcut: 'hi', text: 'Hello' });
    expect(shared).toMatchObject({ status: 201, body: { scope: 'workspace', shortcut: 'hi', uses: 0 } });
    expect(await make('owner', { shortcut: 'HI', text: 'x' })).toMatchObject({
      status: 409,
      body: { error: { code: 'shortcut_taken' } },
    });
    expect((await make('agent', { shortcut: 'x', text: 'x' })).status).toBe(403);
    const own = await make('agent', { shortcut: 'hi', text: 'Hey', scope: 'own' });
    expect(own).toMatchObject({ status: 201, body: { scope: 'own' } });
    const seen = async (who: Who) =>
      (
        (await call(stage, who, 'GET /v1/quick-replies', { query: { q: 'H' } })).body as { data: Reply[] }
      ).data
        .map((one) => one.id)
        .sort();
    const [sharedId, ownId] = [(shared.body as Reply).id, (own.body as Reply).id];
    expect(await seen('agent')).toEqual([sharedId, ownId].sort());
    expect(await seen('owner')).toEqual([sharedId]);
    for (const [who, status] of [
      ['owner', 404],
      ['agent', 200],
    ] as const) {
      const change = await call(stage, who, 'PATCH /v1/quick-replies/:id', {
        params: { id: ownId },
        body: { text: 'Hey there' },
      });
      expect(change.status).toBe(status);
    }
    expect((await make('key', { shortcut: 'k', text: 'k', scope: 'own' })).status).toBe(403);
    expect(await make('owner', { shortcut: 'z', text: '{{contact.nmae}}' })).toMatchObject({ status: 400 });
  });

  it('are edited under a guard and deleted', async () => {
    const stage = await api.stage();
    const made = (
      await call(stage, 'admin', 'POST /v1/quick-replies', { body: { shortcut: 'a', text: 'a' } })
    ).body as Reply;
    const edit = (body: object) =>
      call(stage, 'admin', 'PATCH /v1/quick-replies/:id', {
        params: { id: made.id },
        body,
        headers: { 'if-match': made.etag },
      });
    clock.advance(1000);
    expect((await edit({ text: 'b' })).status).toBe(200);
    expect((await edit({ text: 'c' })).status).toBe(412);
    const gone = { params: { id: made.id } };
    expect((await call(stage, 'agent', 'DELETE /v1/quick-replies/:id', gone)).status).toBe(403);
    expect((await call(stage, 'admin', 'DELETE /v1/quick-replies/:id', gone)).status).toBe(204);
    expect((await call(stage, 'admin', 'GET /v1/quick-replies/:id', gone)).status).toBe(404);
  });

  it('are rendered for a conversation and count their uses', async () => {
    const stage = await api.stage('Acme & Sons');
    const { conversationId, contactId } = await writes(stage);
    await stage.send('PATCH /v1/contacts/:id', { params: { id: contactId }, body: { name: 'Zoë' } });
    const { id } = (
      await call(stage, 'owner', 'POST /v1/quick-replies', {
        body: { shortcut: 'hi', text: 'Hi {{contact.name|there}}, {{agent.name}} of {{workspace.name}}' },
      })
    ).body as Reply;
    const text = 'Hi Zoë, The agent of Acme & Sons';
    const shown = await call(stage, 'agent', 'GET /v1/quick-replies/:id/render', {
      params: { id },
      query: { conversationId },
    });
    expect(shown.body).toEqual({ text, mediaId: null });
    // Where WhatsApp shows a number in place of a name, nobody is greeted by it.
    await stage.send('PATCH /v1/contacts/:id', {
      params: { id: contactId },
      body: { name: '+1 (555) 000-12' },
    });
    const greeted = await call(stage, 'agent', 'GET /v1/quick-replies/:id/render', {
      params: { id },
      query: { conversationId },
    });
    expect((greeted.body as { text: string }).text).not.toContain('555');
    await Promise.all(
      Array.from({ length: 10 }, () =>
        call(stage, 'agent', 'POST /v1/quick-replies/:id/use', { params: { id }, body: { conversationId } }),
      ),
    );
    expect((await call(stage, 'agent', 'GET /v1/quick-replies/:id', { params: { id } })).body).toMatchObject({
      uses: 10,
    });
    const elsewhere = await call(stage, 'agent', 'GET /v1/quick-replies/:id/render', {
      params: { id },
      query: { conversationId: newId() },
    });
    expect(elsewhere.status).toBe(404);
  });
});

describe('teams', () => {
  it('have names and members, change under a guard, and leave their conversations when they go', async () => {
    const stage = await api.stage();
    const { conversationId } = await writes(stage);
    const { agent, admin } = stage.members;
    const made = await call(stage, 'admin', 'POST /v1/teams', {
      body: { name: 'Sales', memberIds: [agent, agent] },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Sales', members: [{ id: agent, name: 'The agent' }] },
    });
    const { id, etag } = made.body as Reply;
    expect((await call(stage, 'admin', 'POST /v1/teams', { body: { name: 'sales' } })).status).toBe(409);
    expect((await call(stage, 'agent', 'POST /v1/teams', { body: { name: 'x' } })).status).toBe(403);
    const edit = (body: object, headers: Record<string, string> = {}) =>
      call(stage, 'admin', 'PATCH /v1/teams/:id', { params: { id }, body, headers });
    clock.advance(1000);
    expect(await edit({ memberIds: [admin] }, { 'if-match': etag })).toMatchObject({
      body: { members: [{ id: admin }] },
    });
    expect((await edit({ name: 'Late' }, { 'if-match': etag })).status).toBe(412);
    expect((await edit({ memberIds: [newId()] })).status).toBe(404);
    await stage.send('POST /v1/conversations/:id/assign', {
      params: { id: conversationId },
      body: { teamId: id },
    });
    expect((await call(stage, 'admin', 'DELETE /v1/teams/:id', { params: { id } })).status).toBe(204);
    const left = await stage.send('GET /v1/conversations/:id', { params: { id: conversationId } });
    expect(left.body).toMatchObject({ team: null });
    expect((await stage.send('GET /v1/teams', {})).body).toEqual({ data: [], nextCursor: null });
  });
});
