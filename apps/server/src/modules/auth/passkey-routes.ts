import { z } from 'zod';
import { type HttpApp, personOf } from '../../platform/http/index.ts';
import type { Site } from './cookies.ts';
import { relyingParty } from './passkey-challenges.ts';
import { addPasskey, beginRegistration, verifyRegistration } from './passkey-register.ts';
import { listPasskeys, type Passkey, removePasskey, renamePasskey } from './passkeys.ts';
import { notImpersonated, proofBody, prove } from './second-factor-proof.ts';
import { recoveryCodesBody, type SecondFactorRoutesDeps } from './second-factor-routes.ts';
import { tell } from './second-factor-told.ts';

export interface PasskeyRoutesDeps extends SecondFactorRoutesDeps {
  site: Site;
}

const passkeyBody = z
  .object({
    id: z.string(),
    name: z.string(),
    synced: z.boolean().describe('It lives in several devices at once.'),
    createdAt: z.string(),
    lastUsedAt: z.string().nullable(),
  })
  .meta({ id: 'Passkey' });

const present = (passkey: Passkey): z.infer<typeof passkeyBody> => ({
  id: passkey.id,
  name: passkey.name,
  synced: passkey.synced,
  createdAt: passkey.createdAt.toISOString(),
  lastUsedAt: passkey.lastUsedAt?.toISOString() ?? null,
});

/** WebAuthn's own shape, made by the library and read by the browser. */
const creationOptions = z.looseObject({ challenge: z.string() });

const name = z.string().trim().min(1).max(100);
const onePasskey = z.strictObject({ id: z.uuid() });
const text = z.string().max(20_000);

/** As browsers make it (`PublicKeyCredential.toJSON()`), without what is not looked at. */
const registration = z.object({
  id: z.string().max(2_000),
  rawId: z.string().max(2_000),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.string().max(40)).max(10).default([]),
  }),
});

/** /v1/auth/passkeys: a person's passkeys. As with codes, nothing is kept for an Idempotency-Key. */
export function passkeyRoutes(deps: PasskeyRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, ring, site } = deps;
  return async (app) => {
    app.get(
      '/v1/auth/passkeys',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['auth'],
          description: 'All of them. There are few: no pages.',
          response: { 200: z.object({ data: z.array(passkeyBody), nextCursor: z.null() }) },
        },
      },
      async (request) => {
        const passkeys = await db.withSystem("a person's passkeys", (tx) =>
          listPasskeys(tx, personOf(request).userId),
        );
        return { data: passkeys.map(present), nextCursor: null };
      },
    );

    app.post(
      '/v1/auth/passkeys/options',
      {
        onRequest: gate.person(),
        config: { limits: ['api'], failures: ['auth'], answersOnce: true },
        schema: {
          tags: ['auth'],
          description: 'What `navigator.credentials.create` is given; good for 5 minutes and one answer.',
          body: proofBody,
          response: { 200: creationOptions },
        },
      },
      async (request) => {
        const person = personOf(request);
        await prove(db, ring, person, request.body);
        return db.withSystem('begin with a passkey', async (tx) => {
          await tell(tx, deps, request, person.userId, {
            name: 'second_factor.begun',
            data: { kind: 'passkey' },
          });
          return {
            ...(await beginRegistration(tx, relyingParty(site.publicUrl, request.headers.host), person)),
          };
        });
      },
    );

    app.post(
      '/v1/auth/passkeys',
      {
        onRequest: gate.person(),
        config: { answersOnce: true },
        schema: {
          tags: ['auth'],
          description:
            'Keeps a passkey. It signs in alone, or after the password. The first second factor brings recovery codes.',
          body: z.strictObject({ name, response: registration }),
          response: {
            201: z.object({ passkey: passkeyBody, recoveryCodes: recoveryCodesBody.nullable() }),
          },
        },
      },
      async (request, reply) => {
        const { userId } = personOf(request);
        const verified = await verifyRegistration(
          db,
          relyingParty(site.publicUrl, request.headers.host),
          userId,
          {
            ...request.body.response,
            clientExtensionResults: {},
          },
        );
        const made = await db.withSystem('keep a passkey', async (tx) => {
          const added = await addPasskey(tx, verified, request.body.name);
          await tell(tx, deps, request, userId, {
            name: 'second_factor.added',
            data: { kind: 'passkey', passkeyId: added.passkey.id, name: added.passkey.name },
          });
          return added;
        });
        return reply.status(201).send({ passkey: present(made.passkey), recoveryCodes: made.recoveryCodes });
      },
    );

    app.patch(
      '/v1/auth/passkeys/:id',
      {
        onRequest: gate.person(),
        schema: {
          tags: ['auth'],
          params: onePasskey,
          body: z.strictObject({ name }),
          response: { 200: passkeyBody },
        },
      },
      async (request) => {
        const { userId } = notImpersonated(personOf(request));
        return db.withSystem('rename a passkey', async (tx) => {
          const { passkey, nameBefore } = await renamePasskey(tx, {
            userId,
            id: request.params.id,
            name: request.body.name,
          });
          await tell(tx, deps, request, userId, {
            name: 'second_factor.renamed',
            data: { kind: 'passkey', passkeyId: passkey.id },
            before: { name: nameBefore },
            after: { name: passkey.name },
          });
          return present(passkey);
        });
      },
    );

    app.post(
      '/v1/auth/passkeys/:id/remove',
      {
        onRequest: gate.person(),
        config: { limits: ['api'], failures: ['auth'], answersOnce: true },
        schema: { tags: ['auth'], params: onePasskey, body: proofBody, response: { 204: z.null() } },
      },
      async (request, reply) => {
        const { userId } = personOf(request);
        await prove(db, ring, personOf(request), request.body);
        await db.withSystem('remove a passkey', async (tx) => {
          const passkey = await removePasskey(tx, { userId, id: request.params.id });
          await tell(tx, deps, request, userId, {
            name: 'second_factor.removed',
            data: { kind: 'passkey', passkeyId: passkey.id, name: passkey.name },
          });
        });
        return reply.status(204).send(null);
      },
    );
  };
}
