/** What a key of certain numbers, or with few scopes, cannot do by a detour. */
import { describe, expect, it } from 'vitest';
import { newId } from '../src/platform/ids.ts';
import { testApi } from './api.ts';
import type { Stage } from './samples/index.ts';

const api = await testApi();
const stage = await api.stage();
const statusOf = async (route: string, sample: object, headers: Record<string, string>) =>
  (await api.send(route, sample, headers)).status;

describe('a key of certain numbers', () => {
  const key = api.as(stage, 'key', { numberIds: [stage.numberId] });

  it.each([
    ['GET /v1/audit', {}],
    ['POST /v1/invitations', { body: { email: 'lead@example.com', role: 'admin' } }],
    ['PATCH /v1/members/:userId', { params: { userId: stage.members.agent }, body: { numberIds: null } }],
    ['PATCH /v1/workspace', { body: { name: 'Mine' } }],
    [
      'POST /v1/contacts/import',
      { body: Buffer.from('phone\n+16505550100\n'), headers: { 'content-type': 'text/csv' } },
    ],
  ])('%s is about the whole workspace', async (route, sample) => {
    expect(await statusOf(route, sample, key)).toBe(403);
    expect(await statusOf(route, sample, api.as(stage, 'key'))).toBeLessThan(300);
  });

  it('reaches nobody of other numbers by an id', async () => {
    const id = await contactElsewhere(stage);
    const query = { contactId: id };
    expect(await statusOf('GET /v1/can-send', { query }, key)).toBe(404);
    const body = { contactId: id, type: 'text', text: { body: 'Who is this?' } };
    expect(await statusOf('POST /v1/messages', { body }, key)).toBe(404);
    expect(await statusOf('GET /v1/can-send', { query }, api.as(stage, 'owner'))).toBe(200);
  });
});

/** Somebody who has a conversation with no number of the key. */
async function contactElsewhere({ send }: Stage): Promise<string> {
  const made = await send('POST /v1/contacts', { body: { phone: '+16505550123', name: 'Rosa' } });
  return (made.body as { id: string }).id;
}

describe('a key that may invite', () => {
  const key = api.as(stage, 'key', { scopes: ['members:*', 'contacts:*', 'conversations:read'] });

  it('makes nobody who may do more than itself', async () => {
    const email = `${newId()}@example.com`;
    expect(await statusOf('POST /v1/invitations', { body: { email, role: 'admin' } }, key)).toBe(403);
    expect(await statusOf('POST /v1/invitations', { body: { email } }, key)).toBe(403);
    const raise = { params: { userId: stage.members.viewer }, body: { role: 'admin' } };
    expect(await statusOf('PATCH /v1/members/:userId', raise, key)).toBe(403);
    const disable = { params: { userId: stage.members.viewer }, body: { disabled: true } };
    expect(await statusOf('PATCH /v1/members/:userId', disable, key)).toBe(200);
    const all = api.as(stage, 'key');
    expect(await statusOf('POST /v1/invitations', { body: { email, role: 'admin' } }, all)).toBe(201);
    expect(await statusOf('POST /v1/invitations', { body: { email, role: 'owner' } }, all)).toBe(403);
  });
});
