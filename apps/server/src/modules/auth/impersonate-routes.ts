import { z } from 'zod';
import { type HttpApp, operatorOf, personOf } from '../../platform/http/index.ts';
import type { AuthRoutesDeps } from './deps.ts';
import { impersonate } from './impersonate.ts';
import { sessionAnswer, sessionKind, signedInBody } from './sign-in.ts';

/** The operator's way into a workspace, as one of its members. */
export function impersonateRoutes(deps: AuthRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, site } = deps;
  return async (app) => {
    app.post(
      '/v1/operator/workspaces/:id/impersonate',
      {
        onRequest: gate.operator(),
        config: { answersOnce: true },
        schema: {
          tags: ['operator'],
          description:
            'Acts as a member of a workspace for an hour: there alone, and never to change how the member signs in. Its audit says so, with the reason.',
          params: z.strictObject({ id: z.uuid() }),
          body: z.strictObject({
            userId: z.uuid().optional().describe('Which member; left out: the oldest of the owners.'),
            reason: z.string().trim().min(3).max(500).describe('The workspace reads it in its audit.'),
            session: sessionKind,
          }),
          response: { 201: signedInBody.extend({ userId: z.string() }).meta({ id: 'Impersonation' }) },
        },
      },
      async (request, reply) => {
        const { session, ...asked } = request.body;
        const operator = { ...operatorOf(request), id: personOf(request).userId };
        const started = await db.withSystem('a superadmin acts as a member', (tx) =>
          impersonate(tx, deps, operator, { ...asked, workspaceId: request.params.id, kind: session }),
        );
        return reply
          .status(201)
          .send({ ...sessionAnswer(reply, site, session, started), userId: started.userId });
      },
    );
  };
}
