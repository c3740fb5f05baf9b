/** People who register, confirm their address and sign in through the API, as strangers would. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { startSession, tokenKeyOf } from '../src/modules/auth/index.ts';
import type { TestApi } from './api.ts';
import { type Mailbox, mailbox } from './mailbox.ts';
import type { Answer } from './samples/index.ts';

export const address = (): string => `p${randomBytes(6).toString('hex')}@example.com`;
export const secret = (): string => randomBytes(12).toString('hex');
export const bearer = (token: unknown): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** An answer without what differs from request to request. */
export function plain({ status, body }: Answer): Record<string, unknown> {
  const { error, ...rest } = body as { error?: { requestId: string } };
  return { status, ...rest, ...(error ? { error: { ...error, requestId: '' } } : {}) };
}

export interface Registered {
  email: string;
  password: string;
  /** With a bearer token. */
  headers: Record<string, string>;
}

export interface Me {
  person: { id: string; email: string };
  session: { id: string };
  workspaces: { id: string; name: string; role: string }[];
  workspace: {
    id: string;
    role: string;
    permissions: string[];
    numberIds: string[] | null;
    ownOnly: boolean;
  } | null;
}

export interface People {
  mails: Mailbox;
  post(url: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  /** Registers, follows the mail's link, and holds a bearer token. */
  someone(email?: string): Promise<Registered>;
  me(headers: Record<string, string>): Promise<Me>;
  statusOfMe(headers: Record<string, string>): Promise<number>;
  /** The browser of a superadmin who acts as somebody. */
  impersonating(
    impersonatorId: string,
    as: { userId: string; workspaceId: string },
  ): Promise<Record<string, string>>;
}

export function people(api: TestApi): People {
  const mails = mailbox(api);
  const post: People['post'] = (url, body, headers = {}) => {
    // Nothing that people do happens at the same moment.
    api.clock.advance(1);
    return api.send(`POST ${url}`, { body }, headers);
  };
  return {
    mails,
    post,
    async someone(email = address()) {
      const password = secret();
      expect((await post('/v1/auth/register', { email, password, name: 'Ana' })).status).toBe(202);
      const token = await mails.linkTo(email);
      const done = await post('/v1/auth/confirm-address', { token, password, session: 'token' });
      expect(done.status, JSON.stringify(done.body)).toBe(200);
      return { email, password, headers: bearer((done.body as { token: string }).token) };
    },
    me: async (headers) => (await api.send('GET /v1/auth/me', {}, headers)).body as Me,
    async impersonating(impersonatorId, as) {
      const { token } = await api.db.withSystem('test: a superadmin acts as somebody', (tx) =>
        startSession(
          tx,
          { tokenKey: tokenKeyOf('only a cookie is made here') },
          { ...as, kind: 'cookie', impersonatorId, ip: null, userAgent: null, secondFactor: false },
        ),
      );
      return { cookie: `chaski=${token}`, 'sec-fetch-site': 'same-origin' };
    },
    statusOfMe: async (headers) => (await api.send('GET /v1/auth/me', {}, headers)).status,
  };
}
