import { describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { bearer, people, type Registered } from '../../../test/people.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';

const api = await testApi();
const { db, clock } = api;
const { post, someone, me, statusOfMe } = people(api);

/** Somebody who runs the installation. */
async function operator(): Promise<Registered & { id: string }> {
  const who = await someone();
  const { person } = await me(who.headers);
  await db.withSystem('test', (tx) =>
    tx.execute('update users set is_superadmin = true where id = $1', [person.id]),
  );
  forgetCallers();
  return { ...who, id: person.id };
}

const begin = (id: string, body: object, headers: Record<string, string>) =>
  api.send('POST /v1/operator/workspaces/:id/impersonate', { params: { id }, body }, headers);
const reason = 'Ticket 4711';

describe('a superadmin who acts as a member', () => {
  it('is seen in the workspace’s audit with the reason, and is in that workspace alone for an hour', async () => {
    const root = await operator();
    const host = await someone();
    const { person, workspace } = await me(host.headers);
    const { body: other } = await post('/v1/workspaces', { name: 'Another' }, host.headers);
    const began = await begin(workspace!.id, { reason, session: 'token' }, root.headers);
    expect(began).toMatchObject({ status: 201, body: { next: 'done', userId: person.id } });
    const acting = bearer((began.body as { token: string }).token);
    expect(await me(acting)).toMatchObject({
      person: { id: person.id, isSuperadmin: false },
      session: { impersonatorId: root.id },
      workspace: { id: workspace!.id, role: 'owner' },
    });
    const elsewhere = { ...acting, 'x-workspace-id': (other as { id: string }).id };
    expect((await me(elsewhere)).workspace?.id).toBe(workspace!.id);
    const audit = await api.send('GET /v1/audit', { query: { limit: 1 } }, host.headers);
    expect(audit.body).toMatchObject({
      data: [
        {
          action: 'operator.impersonated',
          actor: { id: root.id, role: 'superadmin' },
          target: { kind: 'member', id: person.id },
          after: { reason, role: 'owner' },
        },
      ],
    });
    clock.advance(3_601_000);
    forgetCallers();
    expect(await statusOfMe(acting)).toBe(401);
    clock.advance(-3_601_000);
  });

  it('gains nothing over the installation, cannot begin again, nor change how the member signs in', async () => {
    const [root, colleague] = [await operator(), await operator()];
    const { person, workspace } = await me(colleague.headers);
    const began = await begin(workspace!.id, { userId: person.id, reason, session: 'token' }, root.headers);
    const acting = bearer((began.body as { token: string }).token);
    expect((await api.send('GET /v1/operator/workspaces', {}, acting)).status).toBe(403);
    expect((await begin(workspace!.id, { reason }, acting)).status).toBe(403);
    const password = { current: colleague.password, password: 'quite another 4Zq' };
    expect((await api.send('PUT /v1/auth/password', { body: password }, acting)).status).toBe(403);
  });

  it('is out when the superadmin’s sessions end, or they are none any more', async () => {
    const root = await operator();
    const host = await someone();
    const { workspace } = await me(host.headers);
    const begun = async () => {
      const { body } = await begin(workspace!.id, { reason, session: 'token' }, root.headers);
      return bearer((body as { token: string }).token);
    };
    const first = await begun();
    expect(await statusOfMe(first)).toBe(200);
    await post('/v1/auth/sessions/end-others', {}, root.headers);
    expect(await statusOfMe(first)).toBe(401);
    expect(await statusOfMe(host.headers)).toBe(200);
    const second = await begun();
    await db.withSystem('test', (tx) =>
      tx.execute('update users set is_superadmin = false where id = $1', [root.id]),
    );
    forgetCallers();
    expect(await statusOfMe(second)).toBe(401);
  });

  it('finds nobody who is no member there, and says why they come', async () => {
    const root = await operator();
    const [host, stranger] = [await someone(), await someone()];
    const [id, userId] = [(await me(host.headers)).workspace!.id, (await me(stranger.headers)).person.id];
    expect((await begin(id, { userId, reason }, root.headers)).status).toBe(404);
    expect((await begin(newId(), { reason }, root.headers)).status).toBe(404);
    expect((await begin(id, {}, root.headers)).status).toBe(400);
    expect((await begin(id, { reason }, host.headers)).status).toBe(403);
  });
});
