import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { newId } from '../../platform/ids.ts';
import { clearedCookie, cookieToken, sessionCookie } from './cookies.ts';
import { readToken, signToken, tokenKeyOf } from './tokens.ts';

const key = tokenKeyOf('the installation secret of this test, long enough');
const now = new Date('2026-11-20T12:00:00Z');
const claims = { userId: newId(), sessionId: newId() };
const token = await signToken(key, {
  ...claims,
  issuedAt: now,
  expiresAt: new Date(now.getTime() + 7 * 86_400_000),
});
const [header, payload, signature] = token.split('.') as [string, string, string];

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
/** A signature that only the holder of a key can make. */
const signed = (head: object, body: object, by: Uint8Array | string = key) => {
  const input = `${encode(head)}.${encode(body)}`;
  return `${input}.${createHmac('sha256', by).update(input).digest('base64url')}`;
};
const good = { alg: 'HS256', typ: 'JWT' };
const seconds = now.getTime() / 1000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const attacker = randomBytes(32);
const attackersJwk = await exportJWK(attacker);
const byRsa = await new SignJWT(said).setProtectedHeader({ alg: 'RS256', typ: 'JWT' }).sign(rsa.privateKey);

describe('bearer tokens', () => {
  it('say who and by which session', async () => {
    expect(await readToken(key, token, now)).toEqual(claims);
    // The control of what follows: our own hand made it, so it counts.
    expect(await readToken(key, signed(good, said), now)).toEqual(claims);
  });

  const forgeries: [string, string][] = [
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg): [string, string] => [
      `alg ${alg || 'empty'}, no signature`,
      `${encode({ ...good, alg })}.${payload}.`,
    ]),
    ['alg none with our signature', `${encode({ ...good, alg: 'none' })}.${payload}.${signature}`],
    ['no alg', signed({ typ: 'JWT' }, said)],
    ['another HMAC', signed({ ...good, alg: 'HS512' }, said)],
    ['HMAC with a public key as secret', signed(good, said, publicPem)],
    ['RS256 with a key of their own', byRsa],
    ['a key of their own', signed(good, said, attacker)],
    ['an empty key', signed(good, said, '')],
    ['an empty signature', `${header}.${payload}.`],
    ['no signature', `${header}.${payload}`],
    ['a cut signature', token.slice(0, -5)],
    ['a cut payload', `${header}.${payload.slice(0, -4)}.${signature}`],
    ['four parts', `${token}.${signature}`],
    ['another person', `${header}.${encode({ ...said, sub: newId() })}.${signature}`],
    ['a later end', `${header}.${encode({ ...said, exp: seconds + 9e9 })}.${signature}`],
    ['expired', signed(good, { ...said, exp: seconds - 1 })],
    ['not yet', signed(good, { ...said, nbf: seconds + 60 })],
    ['no end', signed(good, { ...said, exp: undefined })],
    ['another issuer', signed(good, { ...said, iss: 'supabase' })],
    ['another audience', signed(good, { ...said, aud: 'someone' })],
    ['several audiences without ours', signed(good, { ...said, aud: ['a', 'b'] })],
    ['no session', signed(good, { ...said, sid: undefined })],
    ['no person', signed(good, { ...said, sub: undefined })],
    ['a kid that is a path', signed({ ...good, kid: '../../../../dev/null' }, said)],
    ['a kid that is SQL', signed({ ...good, kid: "x' union select 'key" }, said)],
    ['a jwk', signed({ ...good, jwk: attackersJwk }, said, attacker)],
    ['a jku', signed({ ...good, jku: 'https://evil.example/keys' }, said, attacker)],
    ['an x5c', signed({ ...good, x5c: ['MIIB'] }, said, attacker)],
    ['an x5u', signed({ ...good, x5u: 'https://evil.example/cert' }, said, attacker)],
    ['a critical extension', signed({ ...good, crit: ['b64'], b64: false }, said)],
    ['another type', signed({ ...good, typ: 'at+jwt' }, said)],
    ['a nested token', signed({ ...good, cty: 'JWT' }, said)],
    ['a huge one', `${header}.${'A'.repeat(1e6)}.${signature}`],
    ['JWT_SECRET itself as the key', signed(good, said, 'the installation secret of this test, long enough')],
    ['nothing', ''],
    ['dots', '..'],
  ];
  it.each(forgeries)('are refused: %s', async (_name, forged) => {
    expect(await readToken(key, forged, now)).toBeNull();
  });

  it('are refused with any letter of the signature changed', async () => {
    for (let at = 0; at < signature.length - 1; at++) {
      const other = signature[at] === 'A' ? 'B' : 'A';
      const forged = `${header}.${payload}.${signature.slice(0, at)}${other}${signature.slice(at + 1)}`;
      expect(await readToken(key, forged, now)).toBeNull();
    }
  });
});

describe('the cookie', () => {
  const secret = randomBytes(32).toString('base64url');

  it('is bound to this host and https where the public address is', () => {
    const site = { publicUrl: 'https://chat.example.com', corsOrigins: [] };
    const set = sessionCookie(site, secret, now);
    expect(set).toBe(
      `__Host-chaski=${secret}; Path=/; HttpOnly; SameSite=Lax; Secure; Expires=Fri, 20 Nov 2026 12:00:00 GMT`,
    );
    expect(cookieToken(site, `a=b; __Host-chaski=${secret}`)).toBe(secret);
    // What a page on plain http could have stored.
    expect(cookieToken(site, `chaski=${secret}`)).toBeNull();
    expect(clearedCookie(site)).toContain('Max-Age=0');
  });

  it('has no Secure on plain http, where browsers would drop it', () => {
    const site = { publicUrl: null, corsOrigins: [] };
    expect(sessionCookie(site, secret, now)).not.toContain('Secure');
    for (const header of [null, '', 'chaski=short', `chaski=${secret}x`, `Chaski=${secret}`]) {
      expect(cookieToken(site, header)).toBeNull();
    }
  });
});
