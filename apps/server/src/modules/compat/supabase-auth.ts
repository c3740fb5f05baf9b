import { z } from 'zod';
import { AppError, errors } from '../../platform/errors.ts';
import { type HttpApp, type Person, personOf } from '../../platform/http/index.ts';
import {
  askEmailChange,
  askReset,
  changePassword,
  changeProfile,
  makeRenewable,
  notImpersonated,
  type RenewableSession,
  readMe,
  register,
  renewSession,
  revokeSessions,
  selfOf,
  signIn,
} from '../auth/index.ts';
import { hidden } from './hidden.ts';
import type { CompatDeps } from './routes.ts';
import { apikeyThen, type ReadKey, withApikey } from './supabase-gate.ts';

const prefix = '/api/auth/v1';
const password = z.string().min(1).max(1024);
const email = z.string().min(1).max(254);

/** What supabase-js adds to its bodies whether it is asked to or not. */
const trimmings = {
  gotrue_meta_security: z.looseObject({}).optional(),
  code_challenge: z.string().max(200).nullish(),
  code_challenge_method: z.string().max(20).nullish(),
};
const data = z.looseObject({ full_name: z.string().trim().max(200).optional() });

const tokenBody = z.strictObject({
  email: email.optional(),
  password: password.optional(),
  refresh_token: z.string().min(1).max(200).optional(),
  ...trimmings,
});

/** Supabase's auth addresses, for supabase-js: our people, our passwords, our sessions. */
export function supabaseAuthRoutes(app: HttpApp, { db, gate, auth }: CompatDeps, readKey: ReadKey): void {
  const apikey = withApikey(readKey);
  const person = apikeyThen(gate.person(), readKey);

  /** A person as GoTrue spells one. */
  async function userBody(who: Person) {
    const me = await db.withSystem('who am I', (tx) => readMe(tx, who, null));
    const first = me.workspaces[0];
    return {
      id: me.person.id,
      aud: 'authenticated',
      role: 'authenticated',
      email: me.person.email,
      app_metadata: {
        provider: 'email',
        providers: ['email'],
        company_id: first?.id ?? null,
        role: first?.role ?? null,
      },
      user_metadata: { full_name: me.person.name },
      identities: [],
      is_anonymous: false,
    };
  }

  async function sessionBody(session: RenewableSession) {
    const { userId, accessToken, expiresAt, refreshToken } = session;
    const who = { userId, sessionId: '', email: '', name: '', isSuperadmin: false };
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: Math.round((expiresAt.getTime() - db.clock.now().getTime()) / 1_000),
      expires_at: Math.floor(expiresAt.getTime() / 1_000),
      refresh_token: refreshToken,
      user: await userBody(who),
    };
  }

  app.get(`${prefix}/health`, { schema: { hide: true } as never }, async () => ({
    name: 'chaski',
    version: '1',
    description: 'People of Chaski at the addresses of Supabase Auth',
  }));

  app.get(`${prefix}/settings`, { onRequest: apikey, schema: { hide: true } as never }, async () => ({
    external: { email: true, phone: false },
    disable_signup: auth.registration !== 'open',
    // A registration waits for the link in its mail.
    mailer_autoconfirm: false,
    phone_autoconfirm: false,
    sms_provider: '',
  }));

  app.post(
    `${prefix}/signup`,
    {
      onRequest: apikey,
      config: { limits: ['auth', 'addressMails'] },
      schema: hidden({
        body: z.strictObject({ email: z.email().max(254), password, data: data.optional(), ...trimmings }),
      }),
    },
    async (request) => {
      const { email: address, password: chosen } = request.body;
      const name = request.body.data?.full_name ?? '';
      await register(auth, request, { email: address, password: chosen, name });
      // GoTrue's answer while the mail waits: a user and no session. One answer for new and known addresses, so no id.
      return {
        id: '',
        aud: 'authenticated',
        role: '',
        email: address,
        confirmation_sent_at: db.clock.now().toISOString(),
        app_metadata: { provider: 'email', providers: ['email'] },
        user_metadata: { full_name: name },
        identities: [],
        is_anonymous: false,
      };
    },
  );

  app.post(
    `${prefix}/token`,
    {
      onRequest: apikey,
      config: { limits: ['auth'] },
      schema: hidden({
        querystring: z.strictObject({ grant_type: z.enum(['password', 'refresh_token']) }),
        body: tokenBody,
      }),
    },
    async (request) => {
      const { email: address, password: given, refresh_token: refreshToken } = request.body;
      const renews = request.query.grant_type === 'refresh_token';
      if (renews) {
        if (refreshToken === undefined) throw missing('refresh_token');
        return sessionBody(await renewSession(auth, request, refreshToken));
      }
      if (address === undefined) throw missing('email');
      if (given === undefined) throw missing('password');
      const result = await signIn(auth, request, { email: address, password: given, kind: 'token' });
      if (result.outcome === 'challenge') {
        throw new AppError(
          'second_factor_required',
          401,
          'This account has a second factor. Send it with the challenge to POST /v1/auth/second-factor.',
          { challenge: result.answer.challenge, factors: result.answer.factors },
        );
      }
      const { sessionId } = result.started;
      return sessionBody(await makeRenewable(auth, { sessionId, userId: result.userId }));
    },
  );

  app.post(
    `${prefix}/recover`,
    {
      onRequest: apikey,
      config: { limits: ['auth', 'addressMails'] },
      schema: hidden({ body: z.strictObject({ email, ...trimmings }) }),
    },
    async (request) => {
      await askReset(auth, request, request.body.email);
      return {};
    },
  );

  app.get(`${prefix}/user`, { onRequest: person, schema: { hide: true } as never }, (request) =>
    userBody(personOf(request)),
  );

  app.put(
    `${prefix}/user`,
    {
      onRequest: person,
      config: { limits: ['api'], failures: ['auth'] },
      schema: hidden({
        body: z.strictObject({
          email: z.email().max(254).optional(),
          password: password.optional(),
          current_password: password.optional(),
          data: data.optional(),
          ...trimmings,
        }),
      }),
    },
    async (request) => {
      const self = notImpersonated(personOf(request));
      const { userId, sessionId } = self;
      const { email: address, password: chosen, current_password: current, data: about } = request.body;
      const name = about?.full_name;
      // One change, one line of the audit; supabase-js sends them apart, too.
      if ([address, chosen, name].filter((change) => change !== undefined).length !== 1) {
        throw errors.invalidRequest([
          { path: '', message: 'Change one thing at a time: email, password or data.full_name.' },
        ]);
      }
      if (name !== undefined)
        await db.withSystem('change oneself', (tx) => changeProfile(tx, request, userId, { name }));
      if (chosen !== undefined)
        await changePassword(auth, request, { userId, sessionId, current, password: chosen });
      if (address !== undefined)
        await askEmailChange(auth, request, { userId, email: address, password: current });
      const user = await userBody(self);
      return address === undefined ? user : { ...user, new_email: address };
    },
  );

  app.post(
    `${prefix}/logout`,
    {
      onRequest: person,
      schema: hidden({
        querystring: z.strictObject({ scope: z.enum(['global', 'local', 'others']).default('global') }),
      }),
    },
    async (request, reply) => {
      const { userId, sessionId } = personOf(request);
      const { scope } = request.query;
      const which = scope === 'global' ? {} : scope === 'local' ? { only: sessionId } : { except: sessionId };
      await db.withSystem('sign out', (tx) =>
        revokeSessions(tx, { userId, ...which }, { actor: selfOf(request, userId), audited: true }),
      );
      return reply.status(204).send(null);
    },
  );
}

const missing = (field: string) =>
  errors.invalidRequest([{ path: field, message: 'This grant type needs it.' }]);
