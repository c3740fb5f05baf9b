import { z } from 'zod';
import { type HttpApp, personOf } from '../../platform/http/index.ts';
import { longestPassword } from './common-passwords.ts';
import { clearedCookie } from './cookies.ts';
import type { AuthRoutesDeps } from './deps.ts';
import { meBody, readMe } from './me.ts';
import { askReset, resetByLink } from './password.ts';
import { confirmAddress, register, registerInvited } from './register.ts';
import { selfOf } from './second-factor-told.ts';
import { revokeSessions } from './sessions.ts';
import {
  challengeBody,
  refuseForeignPage,
  sessionAnswer,
  sessionKind,
  signedInBody,
  signIn,
} from './sign-in.ts';

const email = z.email().max(254);
const newPassword = z.string().max(longestPassword).describe('10 to 1,024 characters, and not a common one.');
const oldPassword = z.string().min(1).max(longestPassword);
const token = z.string().min(1).max(200).describe('What stands behind # in the link of the mail.');
const pending = z.object({ next: z.literal('mail') }).meta({ id: 'MailSent' });

/** /v1/auth: in and out. Answers never tell whether an address has an account. */
export function signInRoutes(deps: AuthRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, site } = deps;
  return async (app) => {
    app.post(
      '/v1/auth/register',
      {
        config: { limits: ['auth', 'addressMails'] },
        schema: {
          tags: ['auth'],
          description:
            'Makes an account and a workspace of its own, once the link in the mail is followed. With an invitation ' +
            'the account is ready at once. Known addresses get the same answer and a mail that says so. ' +
            'REGISTRATION decides whether it is open.',
          body: z.strictObject({
            email,
            password: newPassword,
            name: z.string().trim().max(200).default(''),
            workspaceName: z.string().trim().min(1).max(200).optional(),
            locale: z.enum(['en', 'ar', 'hi', 'es', 'pt']).optional(),
            invitation: token.optional(),
            session: sessionKind,
          }),
          response: { 201: signedInBody, 202: pending },
        },
      },
      async (request, reply) => {
        refuseForeignPage(site, request);
        const { invitation, session, ...command } = request.body;
        if (invitation !== undefined) {
          const started = await registerInvited(deps, request, { ...command, invitation, kind: session });
          return reply.status(201).send(sessionAnswer(reply, site, session, started));
        }
        await register(deps, request, command);
        return reply.status(202).send({ next: 'mail' });
      },
    );

    app.post(
      '/v1/auth/confirm-address',
      {
        config: { limits: ['auth'] },
        schema: {
          tags: ['auth'],
          description: 'After registering: the link of the mail, and the password once more.',
          body: z.strictObject({ token, password: oldPassword, session: sessionKind }),
          response: { 200: signedInBody },
        },
      },
      async (request, reply) => {
        refuseForeignPage(site, request);
        const { session, ...command } = request.body;
        const started = await confirmAddress(deps, request, { ...command, kind: session });
        return sessionAnswer(reply, site, session, started);
      },
    );

    app.post(
      '/v1/auth/login',
      {
        config: { limits: ['auth'] },
        schema: {
          tags: ['auth'],
          description: 'Signs in, or asks for the second factor.',
          body: z.strictObject({
            email: z.string().min(1).max(254),
            password: oldPassword,
            session: sessionKind,
          }),
          response: { 200: z.union([signedInBody, challengeBody]) },
        },
      },
      async (request, reply) => {
        refuseForeignPage(site, request);
        const { session, ...command } = request.body;
        const result = await signIn(deps, request, { ...command, kind: session });
        return result.outcome === 'in' ? sessionAnswer(reply, site, session, result.started) : result.answer;
      },
    );

    app.post(
      '/v1/auth/logout',
      {
        onRequest: gate.person(),
        schema: { tags: ['auth'], description: 'Ends this session.', response: { 204: z.null() } },
      },
      async (request, reply) => {
        const { userId, sessionId } = personOf(request);
        await db.withSystem('sign out', (tx) =>
          revokeSessions(tx, { userId, only: sessionId }, { actor: selfOf(request, userId), audited: true }),
        );
        return reply.header('set-cookie', clearedCookie(site)).status(204).send(null);
      },
    );

    app.get(
      '/v1/auth/me',
      { onRequest: gate.person(), schema: { tags: ['auth'], response: { 200: meBody } } },
      async (request) => db.withSystem('who am I', (tx) => readMe(tx, personOf(request), request.principal)),
    );

    app.post(
      '/v1/auth/forgot-password',
      {
        config: { limits: ['auth', 'addressMails'] },
        schema: {
          tags: ['auth'],
          description: 'Mails a link, if the address has an account. The answer does not say whether.',
          body: z.strictObject({ email: z.string().min(1).max(254) }),
          response: { 202: pending },
        },
      },
      async (request, reply) => {
        await askReset(deps, request, request.body.email);
        return reply.status(202).send({ next: 'mail' });
      },
    );

    app.post(
      '/v1/auth/reset-password',
      {
        config: { limits: ['auth'] },
        schema: {
          tags: ['auth'],
          description: 'A new password by the link of the mail. All sessions end.',
          body: z.strictObject({ token, password: newPassword }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await resetByLink(deps, request, request.body);
        return reply.status(204).send(null);
      },
    );
  };
}
