/**
 * issuer — a small OpenID provider in the test's own process: discovery, keys, the token endpoint with PKCE and client
 * secret checked. People "sign in" by a call; what its tokens claim can be bent, so that tests see what is refused.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll } from 'vitest';

export interface IssuerPerson {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
}

export interface Issuer {
  url: string;
  clientId: string;
  clientSecret: string;
  /** Claims of the next tokens that are not as they should be. */
  bend: Record<string, unknown>;
  /** Signs the next tokens with a key that nobody published. */
  foreignKey: boolean;
  /** Answers nothing any more. */
  away: boolean;
  /** Tells the address at the userinfo endpoint alone. */
  tersely: boolean;
  /** Token requests it refused, with the reason. */
  refusals: string[];
  /** What a person's browser is sent back to: `/v1/auth/oidc/callback?code=…&state=…`. */
  signIn(authorizationUrl: string, person: IssuerPerson): string;
}

interface Grant {
  person: IssuerPerson;
  nonce: string | null;
  challenge: string;
  redirectUri: string;
}

/** One per test file; closes with it. */
export async function startIssuer(): Promise<Issuer> {
  const [{ publicKey, privateKey }, foreign] = await Promise.all([
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('RS256'),
  ]);
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' };
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, IssuerPerson>();
  const issuer: Issuer = {
    url: '',
    clientId: 'chaski',
    clientSecret: randomBytes(16).toString('hex'),
    bend: {},
    foreignKey: false,
    away: false,
    tersely: false,
    refusals: [],
    signIn(authorizationUrl, person) {
      const asked = new URL(authorizationUrl).searchParams;
      const need = (name: string): string => {
        const value = asked.get(name);
        if (value === null) throw new Error(`the authorization request has no ${name}`);
        return value;
      };
      if (need('client_id') !== issuer.clientId || need('response_type') !== 'code') {
        throw new Error('a request of another client');
      }
      if (need('code_challenge_method') !== 'S256' || !need('scope').split(' ').includes('openid')) {
        throw new Error('no PKCE, or no OpenID');
      }
      const code = randomBytes(16).toString('hex');
      grants.set(code, {
        person,
        nonce: asked.get('nonce'),
        challenge: need('code_challenge'),
        redirectUri: need('redirect_uri'),
      });
      const back = new URL(need('redirect_uri'));
      back.search = new URLSearchParams({ code, state: need('state') }).toString();
      return back.pathname + back.search;
    },
  };

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (issuer.away) return void request.socket.destroy();
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname } = new URL(request.url ?? '/', issuer.url);
    if (pathname === '/.well-known/openid-configuration') {
      return answer(200, {
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
        jwks_uri: `${issuer.url}/keys`,
        userinfo_endpoint: `${issuer.url}/me`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    if (pathname === '/keys') return answer(200, { keys: [jwk] });
    if (pathname === '/me') {
      const person = tokens.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
      return person ? answer(200, person) : answer(401, { error: 'invalid_token' });
    }
    if (pathname !== '/token') return answer(404, {});
    const form = new URLSearchParams(body);
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const problem =
      (form.get('client_id') !== issuer.clientId || form.get('client_secret') !== issuer.clientSecret
        ? 'client'
        : null) ??
      (grant ? null : 'code') ??
      (grant?.challenge === verifier ? null : 'PKCE') ??
      (grant?.redirectUri === form.get('redirect_uri') ? null : 'redirect_uri');
    if (!grant || problem !== null) {
      issuer.refusals.push(problem ?? 'code');
      return answer(400, { error: 'invalid_grant' });
    }
    const accessToken = randomBytes(16).toString('hex');
    tokens.set(accessToken, grant.person);
    const claims = issuer.tersely ? { sub: grant.person.sub } : { ...grant.person };
    const now = Math.floor(Date.now() / 1000);
    const idToken = await new SignJWT({
      ...claims,
      iss: issuer.url,
      aud: issuer.clientId,
      iat: now,
      exp: now + 300,
      nonce: grant.nonce,
      ...issuer.bend,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(issuer.foreignKey ? foreign.privateKey : privateKey);
    return answer(200, {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: idToken,
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return issuer;
}
