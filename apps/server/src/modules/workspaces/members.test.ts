import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { address, bearer, people, type Registered, secret } from '../../../test/people.ts';
import { forgetCallers } from '../../platform/http/index.ts';

const api = await testApi();
const { post, someone, me, statusOfMe, mails, impersonating } = people(api);
const { db, clock } = api;

/** Invites somebody who has an account into that person's workspace; they accept. */
async function joins(host: Registered, role: string, guest?: Registered): Promise<Registered> {
  const who = guest ?? (await someone());
  const invited = await post('/v1/invitations', { email: who.email, role }, host.headers);
  expect(invited.status, JSON.stringify(invited.body)).toBe(201);
  const token = await mails.linkTo(who.email);
  const accepted = await post('/v1/invitations/accept', { token }, who.headers);
  expect(accepted.status, JSON.stringify(accepted.body)).toBe(200);
  return who;
}

const change = (host: Registered, userId: string, body: object) =>
  api.send('PATCH /v1/members/:userId', { params: { userId }, body }, host.headers);
const idOf = async (who: Registered) => (await me(who.headers)).person.id;
const inWorkspace = (who: Registered, id: string) => ({ ...who.headers, 'x-workspace-id': id });

describe('invitations', () => {
  it('without a role make a viewer; accepted once, by the address they went to', async () => {
    const host = await someone();
    const guest = await someone();
    const stranger = await someone();
    await post('/v1/invitations', { email: guest.email }, host.headers);
    const token = await mails.linkTo(guest.email);
    expect((await post('/v1/invitations/accept', { token }, stranger.headers)).body).toMatchObject({
      error: { code: 'other_address' },
    });
    expect((await post('/v1/invitations/accept', { token }, guest.headers)).status).toBe(200);
    expect((await me(guest.headers)).workspace).toMatchObject({ role: 'viewer' });
    expect((await me(guest.headers)).workspaces).toHaveLength(2);
    expect((await post('/v1/invitations/accept', { token }, guest.headers)).body).toMatchObject({
      error: { code: 'link_spent' },
    });
    expect((await post('/v1/invitations', { email: guest.email }, host.headers)).body).toMatchObject({
      error: { code: 'already_member' },
    });
  });

  it('are accepted by registering, which needs no further mail', async () => {
    const host = await someone();
    const email = address();
    await post('/v1/invitations', { email, role: 'agent', ownOnly: true, locale: 'ar' }, host.headers);
    const [mail] = await mails.to(email);
    expect(mail!.subject).toMatch(/^يدعوك/);
    expect(mail!.html).toContain('dir="rtl"');
    const invitation = await mails.linkTo(email);
    const body = { password: secret(), name: 'Sara', invitation, session: 'token' };
    expect((await post('/v1/auth/register', { ...body, email: address() })).status).toBe(422);
    const done = await post('/v1/auth/register', { ...body, email });
    expect(done.status, JSON.stringify(done.body)).toBe(201);
    const mine = await me(bearer((done.body as { token: string }).token));
    expect(mine.workspaces).toHaveLength(1);
    expect(mine.workspace).toMatchObject({ role: 'agent', ownOnly: true });
  });

  it('are listed, sent again with a new link, taken back, and end after seven days', async () => {
    const host = await someone();
    const guest = await someone();
    const { body } = await post('/v1/invitations', { email: guest.email }, host.headers);
    const { id } = body as { id: string };
    const first = await mails.linkTo(guest.email);
    // Whoever opens the link sees what it invites to, or that it counts no more, before there is anything to fill in.
    const look = async (token: string) => {
      const answer = await post('/v1/invitations/look', { token }, {});
      return answer.status === 200 ? answer.body : (answer.body as { error: { code: string } }).error.code;
    };
    const asking = (await api.send('GET /v1/auth/me', {}, host.headers)).body as { person: { name: string } };
    expect(await look(first)).toEqual({
      workspaceName: expect.any(String),
      email: guest.email,
      invitedBy: asking.person.name,
      role: 'viewer',
    });
    expect(await look(`${first.slice(0, -4)}AAAA`)).toBe('link_spent');
    expect((await post('/v1/invitations', { email: guest.email }, host.headers)).body).toMatchObject({
      error: { code: 'already_invited' },
    });
    const resent = await api.send('POST /v1/invitations/:id/resend', { params: { id } }, host.headers);
    expect(resent.status).toBe(200);
    expect((await post('/v1/invitations/accept', { token: first }, guest.headers)).status).toBe(422);
    expect(await look(first)).toBe('link_spent');
    const list = await api.send('GET /v1/invitations', {}, host.headers);
    expect(list.body).toMatchObject({ data: [{ id, email: guest.email, role: 'viewer' }] });
    await api.send('DELETE /v1/invitations/:id', { params: { id } }, host.headers);
    clock.advance(1);
    const second = await mails.linkTo(guest.email);
    expect((await post('/v1/invitations/accept', { token: second }, guest.headers)).status).toBe(422);
    await post('/v1/invitations', { email: guest.email }, host.headers);
    const third = await mails.linkTo(guest.email);
    const at = clock.now();
    clock.advance(6 * 86_400_000);
    expect(await statusOfMe(guest.headers)).toBe(200);
    clock.set(new Date(at.getTime() + 7 * 86_400_000 + 1));
    const login = await post('/v1/auth/login', {
      email: guest.email,
      password: guest.password,
      session: 'token',
    });
    const fresh = bearer((login.body as { token: string }).token);
    expect((await post('/v1/invitations/accept', { token: third }, fresh)).status).toBe(422);
    expect(await look(third)).toBe('link_spent');
    clock.set(at);
  });
});

describe('several workspaces', () => {
  it('are switched for the session, or chosen by a header for one request', async () => {
    const host = await someone();
    const guest = await joins(host, 'agent');
    const [own, joined] = (await me(guest.headers)).workspaces;
    expect((await me(guest.headers)).workspace!.id).toBe(joined!.id);
    expect((await me(inWorkspace(guest, own!.id))).workspace!.role).toBe('owner');
    const to = (workspaceId: string) =>
      api.send('PUT /v1/auth/workspace', { body: { workspaceId } }, guest.headers);
    expect((await to(own!.id)).status).toBe(204);
    expect((await me(guest.headers)).workspace!.id).toBe(own!.id);
    const third = await post('/v1/workspaces', { name: 'Third' }, guest.headers);
    expect(third.status).toBe(201);
    expect((await me(guest.headers)).workspaces.map((one) => one.name)).toContain('Third');
  });

  it('of others do not exist, whatever the header says', async () => {
    const [a, b] = [await someone(), await someone()];
    const foreign = (await me(b.headers)).workspace!.id;
    for (const id of [foreign, '01980000-0000-7000-8000-000000000001', 'nonsense']) {
      const answer = await api.send('GET /v1/workspace', {}, inWorkspace(a, id));
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    }
    const switched = await api.send('PUT /v1/auth/workspace', { body: { workspaceId: foreign } }, a.headers);
    expect(switched.status).toBe(404);
  });
});

describe('members', () => {
  it('lose what a lower role or disabling takes, at the next request', async () => {
    const host = await someone();
    const guest = await joins(host, 'admin');
    const userId = await idOf(guest);
    const ask = (route: string) => api.send(route, {}, guest.headers);
    expect((await ask('GET /v1/api-keys')).status).toBe(200);
    expect((await change(host, userId, { role: 'agent', ownOnly: true })).body).toMatchObject({
      role: 'agent',
      ownOnly: true,
    });
    expect((await ask('GET /v1/api-keys')).status).toBe(403);
    expect((await me(guest.headers)).workspace).toMatchObject({ role: 'agent', ownOnly: true });
    const { id } = (await me(host.headers)).workspace!;
    await change(host, userId, { disabled: true });
    expect((await api.send('GET /v1/contacts', {}, inWorkspace(guest, id))).status).toBe(404);
    // Their own workspace is still there.
    expect((await me(guest.headers)).workspace).toMatchObject({ role: 'owner' });
    await change(host, userId, { disabled: false });
    expect((await api.send('GET /v1/contacts', {}, inWorkspace(guest, id))).status).toBe(200);
    await api.send('DELETE /v1/members/:userId', { params: { userId } }, host.headers);
    expect((await api.send('GET /v1/contacts', {}, inWorkspace(guest, id))).status).toBe(404);
    const told = await db.withSystem('test', (tx) =>
      tx.query<{ name: string }>(
        "select name from events where data->>'userId' = $1 and name like 'member.%'",
        [userId],
      ),
    );
    expect(told.map((row) => row.name).sort()).toEqual([
      'member.added',
      'member.added',
      'member.removed',
      'member.updated',
      'member.updated',
      'member.updated',
    ]);
  });

  it('take along the open invitations of somebody who may invite no longer', async () => {
    const host = await someone();
    for (const end of ['removed', 'lowered', 'disabled'] as const) {
      const admin = await joins(host, 'admin');
      const userId = await idOf(admin);
      const guest = await someone();
      await post('/v1/invitations', { email: guest.email, role: 'admin' }, admin.headers);
      const token = await mails.linkTo(guest.email);
      if (end === 'removed')
        await api.send('DELETE /v1/members/:userId', { params: { userId } }, host.headers);
      else await change(host, userId, end === 'lowered' ? { role: 'agent' } : { disabled: true });
      const { status, body } = await post('/v1/invitations/accept', { token }, guest.headers);
      expect([end, status], JSON.stringify(body)).not.toEqual([end, 200]);
      expect((await me(guest.headers)).workspaces).toHaveLength(1);
    }
  });

  it('are made owners by owners alone, and the last owner stays', async () => {
    const host = await someone();
    const admin = await joins(host, 'admin');
    const [hostId, adminId] = [await idOf(host), await idOf(admin)];
    for (const [userId, body] of [
      [adminId, { role: 'owner' }],
      [hostId, { role: 'viewer' }],
      [hostId, { disabled: true }],
    ] as const) {
      expect((await change(admin, userId, body)).status, JSON.stringify(body)).toBe(
        userId === hostId ? 409 : 403,
      );
    }
    expect((await post('/v1/invitations', { email: address(), role: 'owner' }, admin.headers)).status).toBe(
      403,
    );
    expect((await change(host, hostId, { role: 'admin' })).body).toMatchObject({
      error: { code: 'last_owner' },
    });
    expect(
      (await api.send('DELETE /v1/members/:userId', { params: { userId: hostId } }, host.headers)).status,
    ).toBe(409);
    expect((await change(host, adminId, { role: 'owner' })).status).toBe(200);
    // Both step down at once: one of them must stay.
    const { id } = (await me(host.headers)).workspace!;
    const both = await Promise.all([
      api.send(
        'PATCH /v1/members/:userId',
        { params: { userId: hostId }, body: { role: 'admin' } },
        inWorkspace(host, id),
      ),
      api.send(
        'PATCH /v1/members/:userId',
        { params: { userId: adminId }, body: { role: 'admin' } },
        inWorkspace(admin, id),
      ),
    ]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
  });

  it('can be limited only where they answer', async () => {
    const host = await someone();
    const userId = await idOf(await joins(host, 'agent'));
    expect((await change(host, userId, { role: 'admin', ownOnly: true })).status).toBe(400);
    expect((await change(host, userId, { numberIds: [] })).body).toMatchObject({ numberIds: [] });
    expect((await change(host, userId, { role: 'admin' })).body).toMatchObject({ numberIds: null });
    const list = await api.send('GET /v1/members', { query: { limit: 1 } }, host.headers);
    expect(list.body).toMatchObject({ data: [{ role: 'owner' }], nextCursor: expect.any(String) });
  });
});

describe('a suspended workspace', () => {
  it('refuses its people and keys with the reason; they can still sign out and switch', async () => {
    const host = await someone();
    const { id } = (await me(host.headers)).workspace!;
    const key = ((await post('/v1/api-keys', { name: 'x' }, host.headers)).body as { key: string }).key;
    const set = async (status: string) => {
      await db.withSystem('test', (tx) =>
        tx.execute('update workspaces set status = $2 where id = $1', [id, status]),
      );
      forgetCallers();
    };
    await set('suspended');
    for (const headers of [host.headers, bearer(key)]) {
      expect(await api.send('GET /v1/contacts', {}, headers)).toMatchObject({
        status: 403,
        body: { error: { code: 'workspace_suspended' } },
      });
    }
    expect(await statusOfMe(host.headers)).toBe(200);
    await set('active');
    for (const headers of [host.headers, bearer(key)]) {
      expect((await api.send('GET /v1/contacts', {}, headers)).status).toBe(200);
    }
  });
});

describe('somebody impersonated', () => {
  it('is in that one workspace, names the superadmin in the audit, and keeps how they sign in', async () => {
    const host = await someone();
    const { person, workspace } = await me(host.headers);
    await post('/v1/workspaces', { name: 'Another' }, host.headers);
    const [root] = await db.withSystem('test', (tx) =>
      tx.query<{ id: string }>('select id from users where is_superadmin limit 1'),
    );
    const headers = await impersonating(root!.id, { userId: person.id, workspaceId: workspace!.id });
    expect(await me(headers)).toMatchObject({ session: { impersonatorId: root!.id } });
    expect(
      (await api.send('PUT /v1/auth/password', { body: { password: secret() } }, headers)).body,
    ).toMatchObject({ error: { code: 'forbidden' } });
    expect((await api.send('PATCH /v1/workspace', { body: { name: 'By support' } }, headers)).status).toBe(
      200,
    );
    const lines = await db.withSystem('test', (tx) =>
      tx.query<{ actor_id: string; before: { name: string }; after: { name: string } }>(
        "select actor_id, before, after from audit where impersonator_id = $1 and action = 'workspace.updated'",
        [root!.id],
      ),
    );
    expect(lines).toMatchObject([{ actor_id: person.id, after: { name: 'By support' } }]);
  });
});

describe('API keys', () => {
  it('are shown once, repeat under one Idempotency-Key, and lie nowhere in the clear', async () => {
    const host = await someone();
    const headers = { ...host.headers, 'idempotency-key': secret() };
    const first = await post('/v1/api-keys', { name: 'Shop' }, headers);
    const second = await post('/v1/api-keys', { name: 'Shop' }, headers);
    expect(second.body).toEqual(first.body);
    const { id, key } = first.body as { id: string; key: string };
    expect(JSON.stringify((await api.send('GET /v1/api-keys', {}, host.headers)).body)).not.toContain(key);
    const kept = await db.withSystem('test', (tx) =>
      tx.query<{ text: string }>(
        'select answer::text as text from idempotency_keys where answer is not null',
      ),
    );
    expect(kept.some(({ text }) => text.includes(id))).toBe(true);
    expect(kept.some(({ text }) => text.includes(key.split('_').slice(2).join('_')))).toBe(false);
  });

  it('rotate with a grace time for the text before, and end when revoked', async () => {
    const host = await someone();
    const { id, key } = (await post('/v1/api-keys', { name: 'Shop' }, host.headers)).body as {
      id: string;
      key: string;
    };
    const works = async (text: string) =>
      (await api.send('GET /v1/workspace', {}, bearer(text))).status === 200;
    const rotated = await api.send(
      'POST /v1/api-keys/:id/rotate',
      { params: { id }, body: { graceSeconds: 60 } },
      host.headers,
    );
    const next = (rotated.body as { key: string }).key;
    expect([await works(key), await works(next)]).toEqual([true, true]);
    clock.advance(61_000);
    forgetCallers();
    expect([await works(key), await works(next)]).toEqual([false, true]);
    expect((await api.send('DELETE /v1/api-keys/:id', { params: { id } }, host.headers)).status).toBe(204);
    expect(await works(next)).toBe(false);
    expect(
      (await api.send('PATCH /v1/api-keys/:id', { params: { id }, body: { name: 'x' } }, host.headers)).body,
    ).toMatchObject({ error: { code: 'api_key_revoked' } });
  });

  it('make no key greater than themselves', async () => {
    const host = await someone();
    const small = (
      (await post('/v1/api-keys', { name: 'Keys', scopes: ['keys:write'] }, host.headers)).body as {
        key: string;
      }
    ).key;
    expect((await post('/v1/api-keys', { name: 'All' }, bearer(small))).status).toBe(403);
    expect((await post('/v1/api-keys', { name: 'Same', scopes: ['keys:write'] }, bearer(small))).status).toBe(
      201,
    );
    const { id } = (await post('/v1/api-keys', { name: 'Big' }, host.headers)).body as { id: string };
    expect(
      (await api.send('POST /v1/api-keys/:id/rotate', { params: { id }, body: {} }, bearer(small))).status,
    ).toBe(403);
  });
});
