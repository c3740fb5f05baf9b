import { randomBytes } from 'node:crypto';
import { createApiKey, createOperatorKey, startSession, tokenKeyOf } from '../../src/modules/auth/index.ts';
import { makeLink } from '../../src/modules/auth/mail-links.ts';
import { systemActor } from '../../src/platform/db/index.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Samples, Stage } from './index.ts';

const someone = () => `someone-${newId()}@example.com`;

/** A person of no workspace, who signs in without a password so far. */
async function person({ db }: Stage): Promise<{ userId: string; email: string }> {
  const [userId, email] = [newId(), someone()];
  await db.withSystem('test: a person', (tx) =>
    tx.execute(
      'insert into users (id, email, name, created_at, email_verified_at) values ($1, $2, $3, $4, $4)',
      [userId, email, 'Somebody', tx.now()],
    ),
  );
  return { userId, email };
}

/** A session of that person: its id and the headers of their browser on our page, in place of the caller's. */
export async function browserOf(
  stage: Stage,
  userId: string = stage.userId,
): Promise<{ sessionId: string; headers: Record<string, string> }> {
  const { sessionId, token } = await stage.db.withSystem('test: a session', (tx) =>
    startSession(
      tx,
      { tokenKey: tokenKeyOf('no token is made here, only a cookie') },
      { kind: 'cookie', userId, ip: null, userAgent: null, secondFactor: false },
    ),
  );
  return {
    sessionId,
    headers: { authorization: '', cookie: `chaski=${token}`, 'sec-fetch-site': 'same-origin' },
  };
}

/** No key gives away more than it holds, so that one with `keys:write` alone may do all of this. */
const newKey = (stage: Stage) =>
  stage.tenant((tx) => createApiKey(tx, { name: 'Shop', scopes: ['keys:write'] }));

const operatorKey = (stage: Stage) =>
  stage.db.withSystem('test: an operator key', (tx) =>
    createOperatorKey(tx, { name: 'Portal' }, systemActor),
  );

export const samples: Samples = {
  'GET /v1/operator/keys': () => ({}),
  'POST /v1/operator/keys': () => ({ body: { name: 'Portal' } }),
  'DELETE /v1/operator/keys/:id': async (stage) => ({ params: { id: (await operatorKey(stage)).id } }),
  'POST /v1/auth/register': () => ({
    body: { email: someone(), password: randomBytes(12).toString('hex'), name: 'Ana Quispe' },
  }),
  'POST /v1/auth/forgot-password': () => ({ body: { email: someone() } }),
  'POST /v1/auth/reset-password': async (stage) => {
    const { userId, email } = await person(stage);
    const token = await stage.db.withSystem('test: a link', (tx) =>
      makeLink(tx, { userId, purpose: 'reset-password', email }),
    );
    return { body: { token, password: randomBytes(12).toString('hex') } };
  },
  'POST /v1/auth/confirm-new-address': async (stage) => {
    const { userId } = await person(stage);
    const token = await stage.db.withSystem('test: a link', (tx) =>
      makeLink(tx, { userId, purpose: 'change-email', email: someone() }),
    );
    return { body: { token } };
  },
  'POST /v1/auth/logout': async (stage) => ({ headers: (await browserOf(stage)).headers }),
  'GET /v1/auth/me': () => ({}),
  'PATCH /v1/auth/me': () => ({ body: { name: 'The owner', locale: 'es' } }),
  'PUT /v1/auth/workspace': async (stage) => ({
    headers: (await browserOf(stage)).headers,
    body: { workspaceId: stage.workspaceId },
  }),
  'PUT /v1/auth/password': async (stage) => ({
    headers: (await browserOf(stage, (await person(stage)).userId)).headers,
    body: { password: randomBytes(12).toString('hex') },
  }),
  'POST /v1/auth/email': async (stage) => ({
    headers: (await browserOf(stage, (await person(stage)).userId)).headers,
    body: { email: someone() },
  }),
  'GET /v1/auth/sessions': () => ({}),
  'DELETE /v1/auth/sessions/:id': async (stage) => ({
    params: { id: (await browserOf(stage)).sessionId },
  }),
  'POST /v1/auth/sessions/end-others': async (stage) => {
    await browserOf(stage);
    return { headers: (await browserOf(stage)).headers };
  },
  'GET /v1/api-keys': async (stage) => {
    await newKey(stage);
    return {};
  },
  'POST /v1/api-keys': () => ({ body: { name: 'Shop', scopes: ['keys:write'] } }),
  'PATCH /v1/api-keys/:id': async (stage) => ({
    params: { id: (await newKey(stage)).id },
    body: { name: 'Shop 2' },
  }),
  'POST /v1/api-keys/:id/rotate': async (stage) => ({
    params: { id: (await newKey(stage)).id },
    body: { graceSeconds: 60 },
  }),
  'DELETE /v1/api-keys/:id': async (stage) => ({ params: { id: (await newKey(stage)).id } }),
};
