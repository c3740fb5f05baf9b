import { createHash, createHmac, randomBytes } from 'node:crypto';
import * as openid from 'openid-client';
import type { Database } from '../../platform/db/index.ts';
import { sameSecret } from '../../platform/seal.ts';
import { dropOidcStates, insertOidcState, takeOidcState } from './queries-oidc.ts';

/** How long a person may take at the issuer. */
export const oidcStateMs = 10 * 60_000;

/** The issuer that this installation trusts with signing people in, and who we are there. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  /** null: a public client; PKCE alone protects the code. */
  clientSecret: string | null;
  /** What the button says. */
  name: string;
  /** Whether people come in whom nobody knows or invited. */
  autoCreate: boolean;
  /** Where the issuer sends people back to: this installation's /v1/auth/oidc/callback. */
  redirectUri: string;
}

/** Whom the issuer means. The address was verified by it. */
export interface OidcPerson {
  issuer: string;
  subject: string;
  email: string;
  name: string;
}

export type OidcOutcome =
  | { outcome: 'person'; person: OidcPerson }
  /** The way back fits no way there: forged, repeated, too late, or another browser's. */
  | { outcome: 'state' }
  /** The person or the issuer said no, or what it said does not hold: another audience, a wrong nonce or signature. */
  | { outcome: 'refused'; cause: unknown }
  | { outcome: 'unverified-email' };

export interface Oidc {
  settings: OidcSettings;
  /** Where to send the browser, and what it must keep and bring back. */
  begin(db: Database): Promise<{ url: string; cookie: string }>;
  finish(db: Database, back: { query: string; cookie: string | null }): Promise<OidcOutcome>;
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** PKCE's verifier and the nonce, made of what only the browser holds. */
const derived = (cookie: string, purpose: string): string =>
  createHmac('sha256', cookie).update(purpose).digest('base64url');

/** Single sign-on by the code flow with PKCE, state and nonce. The issuer is asked what it can at the first sign-in. */
export function createOidc(settings: OidcSettings): Oidc {
  let discovered: Promise<openid.Configuration> | null = null;

  function configuration(): Promise<openid.Configuration> {
    discovered ??= openid
      .discovery(
        new URL(settings.issuer),
        settings.clientId,
        undefined,
        settings.clientSecret === null ? openid.None() : openid.ClientSecretPost(settings.clientSecret),
        {
          timeout: 10,
          execute: [
            // The signature too, although the token comes from the issuer itself: a proxy in between may terminate TLS.
            openid.enableNonRepudiationChecks,
            // http is refused in production when the configuration is read.
            ...(settings.issuer.startsWith('http:') ? [openid.allowInsecureRequests] : []),
          ],
        },
      )
      .catch((error: unknown) => {
        // An issuer that was away is asked again.
        discovered = null;
        throw error;
      });
    return discovered;
  }

  return {
    settings,

    async begin(db) {
      const issuer = await configuration();
      const [state, cookie] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
      const url = openid.buildAuthorizationUrl(issuer, {
        redirect_uri: settings.redirectUri,
        scope: 'openid email profile',
        state,
        nonce: derived(cookie, 'nonce'),
        code_challenge: await openid.calculatePKCECodeChallenge(derived(cookie, 'verifier')),
        code_challenge_method: 'S256',
      });
      await db.withSystem('a person leaves for the issuer', async (tx) => {
        const now = tx.now();
        await tx.execute(dropOidcStates, [now.toISOString()]);
        await tx.execute(insertOidcState, [
          hashOf(state),
          hashOf(cookie),
          new Date(now.getTime() + oidcStateMs).toISOString(),
        ]);
      });
      return { url: url.href, cookie };
    },

    async finish(db, { query, cookie }) {
      const state = new URLSearchParams(query).get('state');
      if (state === null || cookie === null) return { outcome: 'state' };
      // Spent and committed first: no answer may be tried twice.
      const kept = await db.withSystem('a person comes back from the issuer', async (tx) => {
        const [row] = await tx.query<{ cookie_hash: Buffer; expires_at: Date }>(takeOidcState, [
          hashOf(state),
        ]);
        return row && row.expires_at > tx.now() ? row : null;
      });
      if (!kept || !sameSecret(kept.cookie_hash, hashOf(cookie))) return { outcome: 'state' };
      try {
        const issuer = await configuration();
        const back = new URL(settings.redirectUri);
        back.search = query;
        const tokens = await openid.authorizationCodeGrant(issuer, back, {
          expectedState: state,
          expectedNonce: derived(cookie, 'nonce'),
          pkceCodeVerifier: derived(cookie, 'verifier'),
          idTokenExpected: true,
        });
        const claims = tokens.claims()!;
        // Some issuers tell the address only when asked once more.
        const said =
          claims.email === undefined && issuer.serverMetadata().userinfo_endpoint !== undefined
            ? await openid.fetchUserInfo(issuer, tokens.access_token, claims.sub)
            : claims;
        const { email, email_verified: verified, name } = said as Record<string, unknown>;
        if (typeof email !== 'string' || verified !== true || !/^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email)) {
          return { outcome: 'unverified-email' };
        }
        return {
          outcome: 'person',
          person: {
            issuer: claims.iss,
            subject: claims.sub,
            email,
            name: typeof name === 'string' ? name.slice(0, 200) : '',
          },
        };
      } catch (cause) {
        return { outcome: 'refused', cause };
      }
    },
  };
}
