import { z } from 'zod';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { HttpApp } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/log.ts';
import { readCookie, type Site, sessionCookie, setCookie } from './cookies.ts';
import { type Oidc, oidcStateMs } from './oidc.ts';
import { accountOf } from './oidc-link.ts';
import { type TellDeps, tell } from './second-factor-told.ts';
import { enterOrAsk } from './sign-in.ts';
import type { TokenKey } from './tokens.ts';

export interface OidcRoutesDeps extends TellDeps {
  db: Database;
  log: Logger;
  site: Site;
  tokenKey: TokenKey;
  /** null: this installation has no single sign-on. */
  oidc: Oidc | null;
  /** Was somebody with this address invited to a workspace? */
  invited(tx: SystemTx, email: string): Promise<boolean>;
}

/** Who began to sign in, until the issuer sends them back. */
const stateCookie = 'chaski-oidc';

/** /v1/auth/oidc: to the issuer and back. A browser walks here, so what goes wrong is told on the sign-in page. */
export function oidcRoutes(deps: OidcRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, log, site, oidc } = deps;
  return async (app) => {
    app.get(
      '/v1/auth/oidc',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description: 'Whether there is single sign-on here, and what its button says.',
          response: { 200: z.object({ enabled: z.boolean(), name: z.string().nullable() }) },
        },
      },
      async () => ({ enabled: oidc !== null, name: oidc?.settings.name ?? null }),
    );

    app.get(
      '/v1/auth/oidc/start',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description: 'Sends the browser to the issuer.',
          response: { 302: z.null() },
        },
      },
      async (_request, reply) => {
        if (!oidc) throw errors.notFound('single sign-on');
        try {
          const { url, cookie: value } = await oidc.begin(db);
          reply.header('set-cookie', setCookie(site, stateCookie, value, `Max-Age=${oidcStateMs / 1000}`));
          return reply.redirect(url) as never;
        } catch (error) {
          log.warn({ err: error }, 'the issuer of single sign-on cannot be asked');
          return reply.redirect(signInPage('oidc_unavailable')) as never;
        }
      },
    );

    app.get(
      '/v1/auth/oidc/callback',
      {
        config: { limits: ['anonymous'] },
        schema: {
          tags: ['auth'],
          description: 'Where the issuer sends the browser back to.',
          querystring: z.looseObject({}),
          response: { 302: z.null() },
        },
      },
      async (request, reply) => {
        if (!oidc) throw errors.notFound('single sign-on');
        const back = await oidc.finish(db, {
          query: request.url.split('?')[1] ?? '',
          cookie: readCookie(site, stateCookie, request.headers.cookie),
        });
        const cleared = setCookie(site, stateCookie, '', 'Max-Age=0');
        const refuse = (reason: string): never => {
          reply.header('set-cookie', cleared);
          return reply.redirect(signInPage(reason)) as never;
        };
        if (back.outcome === 'refused') {
          log.warn({ err: back.cause }, 'a sign-in by single sign-on was refused');
          return refuse('oidc_refused');
        }
        if (back.outcome !== 'person') {
          return refuse(back.outcome === 'state' ? 'oidc_state' : 'oidc_email_unverified');
        }
        const done = await db.withSystem('sign in by single sign-on', async (tx) => {
          const account = await accountOf(tx, back.person, (tx, email) =>
            oidc.settings.autoCreate ? Promise.resolve(true) : deps.invited(tx, email),
          );
          if (account.outcome !== 'user') return account;
          const { user, how } = account;
          if (how !== 'known') {
            await tell(tx, deps, request, user.id, {
              name: 'single_sign_on.linked',
              data: { issuer: back.person.issuer, subject: back.person.subject, created: how === 'created' },
            });
          }
          return {
            outcome: 'entered' as const,
            signIn: await enterOrAsk(tx, deps, request, {
              userId: user.id,
              kind: 'cookie',
              how: 'sso',
              told: how !== 'known',
            }),
          };
        });
        if (done.outcome !== 'entered') return refuse(refusals[done.outcome]);
        if (done.signIn.outcome === 'challenge') {
          // Behind #, so that no log of a server holds it.
          reply.header('set-cookie', cleared);
          return reply.redirect(`/login#challenge=${done.signIn.answer.challenge}`) as never;
        }
        const { token, expiresAt } = done.signIn.started;
        reply.header('set-cookie', [cleared, sessionCookie(site, token, expiresAt)]);
        return reply.redirect('/app') as never;
      },
    );
  };
}

const signInPage = (reason: string): string => `/login?error=${reason}`;

const refusals = {
  nobody: 'oidc_no_account',
  disabled: 'account_disabled',
  'other-subject': 'oidc_other_account',
  'unconfirmed-account': 'oidc_unconfirmed_account',
} as const;
