import { roles } from '@chaski/contracts';
import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import {
  byTime,
  type HttpApp,
  listOf,
  listQuery,
  page,
  personOf,
  sliceOf,
} from '../../platform/http/index.ts';
import { changeProfile, listSessions, makeWorkspace, type SessionRow, switchWorkspace } from './account.ts';
import { longestPassword } from './common-passwords.ts';
import type { AuthRoutesDeps } from './deps.ts';
import { askEmailChange, changeEmail } from './email.ts';
import { joinByInvitation, lookAtInvitation } from './invitations.ts';
import { locales } from './mail-texts.ts';
import { meBody, readMe } from './me.ts';
import { changePassword } from './password.ts';
import { notImpersonated } from './second-factor-proof.ts';
import { selfOf } from './second-factor-told.ts';
import { revokeSessions } from './sessions.ts';

const password = z.string().max(longestPassword);
const token = z.string().min(1).max(200).describe('What stands behind # in the link of the mail.');
const pending = z.object({ next: z.literal('mail') }).meta({ id: 'MailSent' });

const sessionBody = z
  .object({
    id: z.string(),
    kind: z.enum(['cookie', 'token']),
    current: z.boolean(),
    secondFactor: z.boolean(),
    impersonated: z.boolean().describe('A superadmin acts as you.'),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: z.string(),
    lastUsedAt: z.string(),
    expiresAt: z.string(),
  })
  .meta({ id: 'Session' });

const present = (row: SessionRow, current: string): z.infer<typeof sessionBody> => ({
  ...row,
  current: row.id === current,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

/** What a person does about themselves: account, sessions, workspaces. */
export function accountRoutes(deps: AuthRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.patch(
      '/v1/auth/me',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['auth'],
          body: z.strictObject({ name: z.string().trim().max(200), locale: z.enum(locales) }).partial(),
          response: { 200: meBody },
        },
      },
      async (request) => {
        const person = notImpersonated(personOf(request));
        return db.withSystem('change oneself', async (tx) => {
          await changeProfile(tx, request, person.userId, request.body);
          return readMe(tx, person, request.principal);
        });
      },
    );

    app.put(
      '/v1/auth/workspace',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['auth'],
          description: 'Makes another of your workspaces the current one.',
          body: z.strictObject({ workspaceId: z.uuid() }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const person = notImpersonated(personOf(request));
        await db.withSystem('switch workspace', (tx) =>
          switchWorkspace(tx, request, person, request.body.workspaceId),
        );
        return reply.status(204).send(null);
      },
    );

    app.put(
      '/v1/auth/password',
      {
        onRequest: gate.person(),
        config: { limits: ['api'], failures: ['auth'] },
        schema: {
          tags: ['auth'],
          description: 'Your other sessions end.',
          body: z.strictObject({
            current: password.optional().describe('Not needed by who never had one.'),
            password: password.describe('10 to 1,024 characters, and not a common one.'),
          }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { userId, sessionId } = notImpersonated(personOf(request));
        await changePassword(deps, request, { userId, sessionId, ...request.body });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/v1/auth/email',
      {
        onRequest: gate.person(),
        // Not kept for an Idempotency-Key: its hash would be a quick one of the password.
        config: { limits: ['mails'], failures: ['auth'], answersOnce: true },
        schema: {
          tags: ['auth'],
          description: 'Mails a link to the new address; it counts once the link is followed.',
          body: z.strictObject({ email: z.email().max(254), password: password.optional() }),
          response: { 202: pending },
        },
      },
      async (request, reply) => {
        const { userId } = notImpersonated(personOf(request));
        await askEmailChange(deps, request, { userId, ...request.body });
        return reply.status(202).send({ next: 'mail' });
      },
    );

    app.post(
      '/v1/auth/confirm-new-address',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description: 'The link of the mail: the address it went to is yours from now on.',
          body: z.strictObject({ token }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await changeEmail(deps, request, request.body.token);
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/v1/auth/sessions',
      {
        onRequest: gate.person(),
        schema: { tags: ['auth'], querystring: listQuery, response: { 200: listOf(sessionBody) } },
      },
      async (request) => {
        const { userId, sessionId } = personOf(request);
        const { limit } = request.query;
        const rows = await db.withSystem("a person's sessions", (tx) =>
          listSessions(tx, userId, sliceOf(request.query, byTime)),
        );
        return page(
          rows,
          limit,
          (row) => [row.createdAt.toISOString(), row.id],
          (row) => present(row, sessionId),
        );
      },
    );

    app.delete(
      '/v1/auth/sessions/:id',
      {
        onRequest: gate.person(),
        schema: { tags: ['auth'], params: z.strictObject({ id: z.uuid() }), response: { 204: z.null() } },
      },
      async (request, reply) => {
        const { userId } = notImpersonated(personOf(request));
        const ended = await db.withSystem('end a session', (tx) =>
          revokeSessions(
            tx,
            { userId, only: request.params.id },
            { actor: selfOf(request, userId), audited: true },
          ),
        );
        if (ended.length === 0) throw errors.notFound('session', { id: request.params.id });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/v1/auth/sessions/end-others',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['auth'],
          description: 'Ends all your sessions but this one.',
          response: { 200: z.object({ ended: z.number() }) },
        },
      },
      async (request) => {
        const { userId, sessionId } = notImpersonated(personOf(request));
        const ended = await db.withSystem('end the other sessions', (tx) =>
          revokeSessions(
            tx,
            { userId, except: sessionId },
            { actor: selfOf(request, userId), audited: true },
          ),
        );
        return { ended: ended.length };
      },
    );

    app.post(
      '/v1/workspaces',
      {
        onRequest: gate.person(),
        config: { limits: ['workspaces'] },
        schema: {
          tags: ['workspace'],
          description:
            'A workspace of your own. With REGISTRATION=invite only superadmins and owners make any. How many one person may own is WORKSPACES_PER_USER.',
          body: z.strictObject({ name: z.string().trim().min(1).max(200) }),
          response: { 201: z.object({ id: z.string(), name: z.string() }) },
        },
      },
      async (request, reply) => {
        const person = notImpersonated(personOf(request));
        const isOwner = request.principal?.actor.role === 'owner';
        if (deps.registration !== 'open' && !isOwner && !person.isSuperadmin) {
          throw errors.forbidden('Whoever runs this installation makes new workspaces.', {
            reason: 'registration_closed',
          });
        }
        const made = await db.withSystem('a person makes a workspace', (tx) =>
          makeWorkspace(tx, deps, request, { name: request.body.name, person }),
        );
        return reply.status(201).send({ id: made.id, name: made.name });
      },
    );

    app.get(
      '/v1/workspaces',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['workspace'],
          description: 'The workspaces that you work in.',
          response: { 200: listOf(meBody.shape.workspaces.element) },
        },
      },
      async (request) => {
        const me = await db.withSystem("a person's workspaces", (tx) =>
          readMe(tx, personOf(request), request.principal),
        );
        return { data: me.workspaces, nextCursor: null };
      },
    );

    app.post(
      '/v1/invitations/look',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['members'],
          description: 'What the link of a mail invites to, before anybody signs in or fills in a form.',
          body: z.strictObject({ token }),
          response: {
            200: z.object({
              workspaceName: z.string(),
              email: z.string().describe('The address that the mail was sent to.'),
              invitedBy: z.string().nullable().describe('The name of who invites; null: nobody with a name.'),
              role: z.enum(roles),
            }),
          },
        },
      },
      (request) => db.withSystem('what a link invites to', (tx) => lookAtInvitation(tx, request.body.token)),
    );

    app.post(
      '/v1/invitations/accept',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['members'],
          description: 'Makes you a member, and the workspace your current one. Register takes the link too.',
          body: z.strictObject({ token }),
          response: { 200: z.object({ workspaceId: z.string() }) },
        },
      },
      async (request) => {
        const person = notImpersonated(personOf(request));
        return db.withSystem('accept an invitation', (tx) =>
          joinByInvitation(tx, request, request.body.token, person),
        );
      },
    );
  };
}
