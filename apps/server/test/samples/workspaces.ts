import { addMember, invite } from '../../src/modules/workspaces/index.ts';
import { systemActor } from '../../src/platform/db/index.ts';
import { newId } from '../../src/platform/ids.ts';
import { browserOf } from './auth.ts';
import type { Samples, Stage } from './index.ts';

/** A colleague that nothing else counts on. */
async function colleague({ db, workspaceId }: Stage): Promise<string> {
  const userId = newId();
  await db.withSystem('test: a colleague', async (tx) => {
    await tx.execute('insert into users (id, email, name, created_at) values ($1, $2, $3, $4)', [
      userId,
      `colleague-${userId}@example.com`,
      'A colleague',
      tx.now(),
    ]);
    await addMember(tx, { workspaceId, userId, role: 'viewer' }, { actor: systemActor, audited: false });
  });
  return userId;
}

/** An open invitation and the secret of its link. */
async function invitation(stage: Stage, email = `guest-${newId()}@example.com`) {
  let token = '';
  const { id } = await stage.tenant((tx) =>
    invite(
      tx,
      async (_tx, mail) => {
        token = mail.token;
      },
      { email, inviter: 'The owner' },
    ),
  );
  return { id, token };
}

export const samples: Samples = {
  'GET /v1/workspace': () => ({}),
  'GET /v1/retention': () => ({}),
  'GET /v1/retention/preview': () => ({ query: { messageMonths: 12 } }),
  'GET /v1/usage': () => ({}),
  'PATCH /v1/workspace': () => ({ body: { name: 'Acme & Sons' } }),
  'GET /v1/workspaces': () => ({}),
  'POST /v1/workspaces': () => ({ body: { name: 'A second shop' } }),
  'GET /v1/members': () => ({}),
  'PATCH /v1/members/:userId': async (stage) => ({
    params: { userId: await colleague(stage) },
    body: { role: 'agent', ownOnly: true },
  }),
  'DELETE /v1/members/:userId': async (stage) => ({ params: { userId: await colleague(stage) } }),
  'GET /v1/invitations': async (stage) => {
    await invitation(stage);
    return {};
  },
  'POST /v1/invitations': () => ({ body: { email: `guest-${newId()}@example.com`, role: 'agent' } }),
  'POST /v1/invitations/:id/resend': async (stage) => ({ params: { id: (await invitation(stage)).id } }),
  'DELETE /v1/invitations/:id': async (stage) => ({ params: { id: (await invitation(stage)).id } }),
  'POST /v1/invitations/look': async (stage) => ({
    body: { token: (await invitation(stage, `guest-${newId()}@example.com`)).token },
  }),
  'POST /v1/invitations/accept': async (stage) => {
    const [userId, email] = [newId(), `guest-${newId()}@example.com`];
    await stage.db.withSystem('test: somebody invited', (tx) =>
      tx.execute('insert into users (id, email, created_at) values ($1, $2, $3)', [userId, email, tx.now()]),
    );
    const { token } = await invitation(stage, email);
    return { headers: (await browserOf(stage, userId)).headers, body: { token } };
  },
};
