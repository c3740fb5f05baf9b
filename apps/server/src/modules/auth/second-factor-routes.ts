import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type Http, type HttpApp, personOf } from '../../platform/http/index.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';
import { beginTotp, confirmTotp, factorsOf, hasSecondFactor, removeTotp } from './second-factor.ts';
import { proofBody, prove } from './second-factor-proof.ts';
import { type TellDeps, tell } from './second-factor-told.ts';

export interface SecondFactorRoutesDeps extends TellDeps {
  db: Database;
  gate: Http['gate'];
  ring: KeyRing;
}

export const recoveryCodesBody = z
  .array(z.string())
  .describe('Each signs in once in place of a code. Shown here and never again.');

const factorsBody = z
  .object({
    totp: z.boolean().describe('An authenticator app is confirmed.'),
    passkeys: z.number(),
    recoveryCodesLeft: z.number(),
    hasPassword: z.boolean(),
  })
  .meta({ id: 'SecondFactors' });

/**
 * /v1/auth: a person's authenticator app and recovery codes. No answer and no body here is kept for an Idempotency-Key:
 * they hold what is shown once, and passwords.
 */
export function secondFactorRoutes(deps: SecondFactorRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, ring } = deps;
  return async (app) => {
    app.get(
      '/v1/auth/factors',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['auth'],
          description: 'What you have besides a password.',
          response: { 200: factorsBody },
        },
      },
      async (request) =>
        db.withSystem("a person's second factors", (tx) => factorsOf(tx, personOf(request).userId)),
    );

    app.post(
      '/v1/auth/totp',
      {
        onRequest: gate.person(),
        config: { limits: ['api'], failures: ['auth'], answersOnce: true },
        schema: {
          tags: ['auth'],
          description:
            'Begins with an authenticator app: show `uri` as a QR code, then confirm a first code.',
          body: proofBody,
          response: { 201: z.object({ secret: z.string(), uri: z.string() }) },
        },
      },
      async (request, reply) => {
        const person = personOf(request);
        await prove(db, ring, person, request.body);
        const begun = await db.withSystem('begin with an authenticator app', async (tx) => {
          await tell(tx, deps, request, person.userId, {
            name: 'second_factor.begun',
            data: { kind: 'totp' },
          });
          return beginTotp(tx, ring, person);
        });
        return reply.status(201).send(begun);
      },
    );

    app.post(
      '/v1/auth/totp/confirm',
      {
        onRequest: gate.person(),
        config: { answersOnce: true },
        schema: {
          tags: ['auth'],
          description:
            'From now on signing in asks for a code. The first second factor brings recovery codes.',
          body: z.strictObject({ code: z.string().max(40) }),
          response: { 200: z.object({ recoveryCodes: recoveryCodesBody.nullable() }) },
        },
      },
      async (request) => {
        const { userId } = personOf(request);
        return db.withSystem('confirm an authenticator app', async (tx) => {
          await tell(tx, deps, request, userId, { name: 'second_factor.added', data: { kind: 'totp' } });
          return confirmTotp(tx, ring, userId, request.body.code);
        });
      },
    );

    app.post(
      '/v1/auth/totp/remove',
      {
        onRequest: gate.person(),
        config: { limits: ['api'], failures: ['auth'], answersOnce: true },
        schema: { tags: ['auth'], body: proofBody, response: { 204: z.null() } },
      },
      async (request, reply) => {
        const { userId } = personOf(request);
        await prove(db, ring, personOf(request), request.body);
        await db.withSystem('remove an authenticator app', async (tx) => {
          if (!(await removeTotp(tx, userId))) throw errors.notFound('authenticator app');
          await tell(tx, deps, request, userId, { name: 'second_factor.removed', data: { kind: 'totp' } });
        });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/v1/auth/recovery-codes',
      {
        onRequest: gate.person(),
        config: { limits: ['api'], failures: ['auth'], answersOnce: true },
        schema: {
          tags: ['auth'],
          description: 'Ten new codes; those before are void.',
          body: proofBody,
          response: { 201: z.object({ recoveryCodes: recoveryCodesBody }) },
        },
      },
      async (request, reply) => {
        const { userId } = personOf(request);
        await prove(db, ring, personOf(request), request.body);
        const recoveryCodes = await db.withSystem('make recovery codes', async (tx) => {
          if (!hasSecondFactor(await factorsOf(tx, userId))) {
            throw errors.conflict(
              'no_second_factor',
              'Recovery codes stand in for a second factor. Add one first.',
            );
          }
          await tell(tx, deps, request, userId, { name: 'recovery_codes.made' });
          return makeRecoveryCodes(tx, userId);
        });
        return reply.status(201).send({ recoveryCodes });
      },
    );
  };
}
