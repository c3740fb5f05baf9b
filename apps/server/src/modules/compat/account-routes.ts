import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import {
  type HttpApp,
  inTenant,
  type Person,
  type Principal,
  personOf,
  principalOf,
} from '../../platform/http/index.ts';
import { readMe, register, signIn } from '../auth/index.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { hidden } from './hidden.ts';
import type { CompatDeps } from './routes.ts';

const email = z.email().max(254);
const password = z.string().min(1).max(1024);

/** The person as S3 and S2 spell one. */
async function userBody(db: Database, person: Person, principal: Principal | null) {
  const me = await db.withSystem('who am I', (tx) => readMe(tx, person, principal));
  const { id, email: address, name } = me.person;
  return { user: { id, email: address, fullName: name }, workspace: me.workspace };
}

/** S3: register, log in, who am I. S2: who am I. */
export function accountRoutes(app: HttpApp, { db, gate, auth }: CompatDeps): void {
  app.post(
    '/api/auth/register',
    {
      config: { limits: ['auth', 'addressMails'] },
      schema: hidden({
        body: z.strictObject({ email, password, fullName: z.string().trim().max(200).default('') }),
      }),
    },
    async (request, reply) => {
      const { fullName, ...command } = request.body;
      await register(auth, request, { ...command, name: fullName });
      // One answer for new and known addresses; the mail tells its reader which it was.
      return reply.status(201).send({
        success: true,
        message: 'Follow the link in the mail that was sent to this address, then log in.',
        user: { email: command.email, fullName },
      });
    },
  );

  app.post(
    '/api/auth/login',
    {
      config: { limits: ['auth'] },
      schema: hidden({ body: z.strictObject({ email: z.string().min(1).max(254), password }) }),
    },
    async (request) => {
      const result = await signIn(auth, request, { ...request.body, kind: 'token' });
      if (result.outcome === 'challenge') {
        throw new AppError(
          'second_factor_required',
          401,
          'This account has a second factor. Send it with the challenge to POST /v1/auth/second-factor.',
          { challenge: result.answer.challenge, factors: result.answer.factors },
        );
      }
      const { token, expiresAt, sessionId } = result.started;
      const person = { userId: result.userId, sessionId, email: '', name: '', isSuperadmin: false };
      const { user } = await userBody(db, person, null);
      return { success: true, token, expiresAt: expiresAt.toISOString(), user };
    },
  );

  app.get(
    '/api/auth/me',
    { onRequest: gate.person(), config: { limits: ['api'] }, schema: { hide: true } as never },
    async (request) => ({
      success: true,
      ...(await userBody(db, personOf(request), request.principal)),
    }),
  );

  // S2's document asks with POST; nothing is changed by it.
  app.route({
    method: ['GET', 'POST'],
    url: '/api/v1/auth/me',
    onRequest: gate('workspace:read'),
    schema: { hide: true } as never,
    handler: async (request) => {
      const { person, principal } = request;
      const workspace = await inTenant(db, request, (tx) => readWorkspace(tx));
      return {
        success: true,
        // A key stands for nobody.
        user: person === null ? null : (await userBody(db, person, principal)).user,
        workspace: {
          id: workspace.id,
          name: workspace.name,
          plan: workspace.plan,
          role: principalOf(request).actor.role,
        },
      };
    },
  });
}
