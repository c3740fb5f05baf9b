import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import type { HttpApp } from '../../platform/http/index.ts';
import { relyingParty } from './passkey-challenges.ts';
import type { PasskeyRoutesDeps } from './passkey-routes.ts';
import { beginPasskey, usePasskey, verifyPasskey } from './passkey-use.ts';
import { wrongCode } from './second-factor.ts';
import { blockedCode } from './second-factor-proof.ts';
import { checkPasskey, finishWithCode, finishWithPasskey, waitingUser } from './second-factor-sign-in.ts';
import { enter, refuseForeignPage, sessionAnswer, sessionKind, signedInBody } from './sign-in.ts';
import type { TokenKey } from './tokens.ts';

const challenge = z.string().min(1).max(100).describe('What the login answered beside `second-factor`.');
const long = z.string().max(20_000);

/** As browsers make it (`PublicKeyCredential.toJSON()`), without what is not looked at. */
const assertion = z
  .object({
    id: z.string().max(2_000),
    rawId: z.string().max(2_000),
    type: z.literal('public-key'),
    response: z.object({
      clientDataJSON: long,
      authenticatorData: long,
      signature: long,
      userHandle: z.string().max(200).nullish(),
    }),
  })
  .transform(({ response: { userHandle, ...response }, ...rest }) => ({
    ...rest,
    clientExtensionResults: {},
    response: { ...response, ...(userHandle ? { userHandle } : {}) },
  }));

/** WebAuthn's own shape, made by the library and read by the browser. */
const requestOptions = z.looseObject({ challenge: z.string() });

export interface SecondFactorLoginRoutesDeps extends PasskeyRoutesDeps {
  tokenKey: TokenKey;
}

/** /v1/auth: the second half of a login, and signing in by passkey alone. For the world: nobody is signed in yet. */
export function secondFactorLoginRoutes(deps: SecondFactorLoginRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, ring, site } = deps;
  return async (app) => {
    app.post(
      '/v1/auth/second-factor',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description:
            'Finishes a login with a code of the authenticator app or a recovery code. Five tries a login.',
          body: z.strictObject({ challenge, code: z.string().min(1).max(40) }),
          response: { 200: signedInBody },
        },
      },
      async (request, reply) => {
        refuseForeignPage(site, request);
        const done = await db.withSystem('finish a login with a code', async (tx) => {
          const finished = await finishWithCode(tx, ring, request.body);
          return finished.outcome === 'right'
            ? { ...finished, started: await enter(tx, deps, request, { ...finished, secondFactor: true }) }
            : finished;
        });
        if (done.outcome === 'over') throw errors.signInOver();
        if (done.outcome === 'blocked') throw blockedCode();
        if (done.outcome === 'wrong') throw wrongCode();
        return sessionAnswer(reply, site, done.kind, done.started);
      },
    );

    app.post(
      '/v1/auth/second-factor/passkey/options',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description: 'What `navigator.credentials.get` is given to finish a login.',
          body: z.strictObject({ challenge }),
          response: { 200: requestOptions },
        },
      },
      async (request) => {
        const party = relyingParty(site.publicUrl, request.headers.host);
        const options = await db.withSystem('ask for a passkey as second factor', async (tx) => {
          const userId = await waitingUser(tx, request.body.challenge);
          return userId === null ? null : await beginPasskey(tx, party, userId);
        });
        if (!options) throw errors.signInOver();
        return { ...options };
      },
    );

    app.post(
      '/v1/auth/second-factor/passkey',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description: 'Finishes a login with a passkey.',
          body: z.strictObject({ challenge, response: assertion }),
          response: { 200: signedInBody },
        },
      },
      async (request, reply) => {
        refuseForeignPage(site, request);
        const checked = await checkPasskey(
          db,
          relyingParty(site.publicUrl, request.headers.host),
          request.body,
        );
        if (checked.outcome === 'over') throw errors.signInOver();
        if (checked.outcome === 'wrong') throw errors.passkeyNotKnown();
        const done = await db.withSystem('finish a login with a passkey', async (tx) => {
          const finished = await finishWithPasskey(tx, request.body.challenge, checked);
          return finished.outcome === 'right'
            ? { ...finished, started: await enter(tx, deps, request, { ...finished, secondFactor: true }) }
            : finished;
        });
        if (done.outcome === 'right') return sessionAnswer(reply, site, done.kind, done.started);
        throw done.outcome === 'over' ? errors.signInOver() : errors.passkeyNotKnown();
      },
    );

    app.post(
      '/v1/auth/passkey/options',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          // Beside it stands /v1/auth/passkeys/options, which makes a new one.
          operationId: 'auth.createPasskeySignInOption',
          description: 'What `navigator.credentials.get` is given to sign in without a password.',
          body: z.strictObject({}).optional(),
          response: { 200: requestOptions },
        },
      },
      async (request) => {
        const party = relyingParty(site.publicUrl, request.headers.host);
        return {
          ...(await db.withSystem('ask for a passkey', (tx) => beginPasskey(tx, party, null))),
        };
      },
    );

    app.post(
      '/v1/auth/passkey',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description: 'Signs in by passkey alone: it stands for the password and the second factor.',
          body: z.strictObject({ response: assertion, session: sessionKind }),
          response: { 200: signedInBody },
        },
      },
      async (request, reply) => {
        refuseForeignPage(site, request);
        const { response, session: kind } = request.body;
        const use = await verifyPasskey(
          db,
          relyingParty(site.publicUrl, request.headers.host),
          null,
          response,
        );
        const started = use
          ? await db.withSystem('sign in by passkey', async (tx) =>
              (await usePasskey(tx, use))
                ? enter(tx, deps, request, { userId: use.userId, kind, how: 'passkey', secondFactor: true })
                : null,
            )
          : null;
        if (!started) throw errors.passkeyNotKnown();
        return sessionAnswer(reply, site, kind, started);
      },
    );
  };
}
