import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import { mayStartCookie, type Site, sessionCookie } from './cookies.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';
import { type SessionKind, type StartedSession, startSession } from './sessions.ts';
import type { TokenKey } from './tokens.ts';

/** What a person signed in with in the end. */
export type How = 'totp' | 'recovery' | 'passkey' | 'single-sign-on';

export interface SignInDeps {
  site: Site;
  tokenKey: TokenKey;
}

export const signedInBody = z
  .object({
    next: z.literal('signed-in'),
    token: z.string().nullable().describe('The bearer token; null where a cookie was set.'),
    expiresAt: z.string(),
  })
  .meta({ id: 'SignedIn' });

/** Signs in whoever just proved who they are. */
export async function signIn(
  tx: SystemTx,
  deps: SignInDeps,
  request: AskedBy,
  who: { userId: string; kind: SessionKind; how: How },
): Promise<StartedSession> {
  const started = await startSession(tx, deps, {
    userId: who.userId,
    kind: who.kind,
    ip: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    secondFactor: who.how !== 'single-sign-on',
  });
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'session.started',
      actor: selfOf(request, who.userId),
      data: { userId: who.userId, sessionId: started.sessionId },
      audit: {
        target: { kind: 'user', id: who.userId },
        after: { sessionId: started.sessionId, kind: who.kind, how: who.how },
      },
    },
  ]);
  tx.afterCommit(forgetCallers);
  return started;
}

/** What a program is told of its new session; a browser gets a cookie, and no script sees what is in it. */
export function answerSignedIn(
  reply: Pick<FastifyReply, 'header'>,
  site: Site,
  kind: SessionKind,
  started: StartedSession,
): z.infer<typeof signedInBody> {
  if (kind === 'cookie') reply.header('set-cookie', sessionCookie(site, started.token, started.expiresAt));
  return {
    next: 'signed-in',
    token: kind === 'cookie' ? null : started.token,
    expiresAt: started.expiresAt.toISOString(),
  };
}

/** Another page must not sign a browser in, not even as somebody who may: what is typed next would be theirs to read. */
export function refuseForeignPages(site: Site, request: Pick<FastifyRequest, 'method' | 'headers'>): void {
  const { origin, host, 'content-type': contentType, 'sec-fetch-site': from } = request.headers;
  const asked = {
    method: request.method,
    origin: origin ?? null,
    site: typeof from === 'string' ? from : null,
    host: host ?? null,
    contentType: contentType ?? null,
  };
  if (!mayStartCookie(site, asked)) throw errors.crossSite();
}
