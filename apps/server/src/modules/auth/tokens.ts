import { createHash, hkdfSync } from 'node:crypto';
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose';

/** Signs bearer tokens. Not JWT_SECRET itself: that also signs addresses of media and S0's own keys. */
export type TokenKey = Uint8Array & { readonly tokenKey?: never };

/** The key of bearer tokens, from the installation's JWT_SECRET. */
export function tokenKeyOf(jwtSecret: string): TokenKey {
  return new Uint8Array(hkdfSync('sha256', jwtSecret, '', 'chaski bearer token 1', 32));
}

const party = { issuer: 'chaski', audience: 'chaski:api' };
/** Ours have some 330 characters; nothing longer is worth a signature's check. */
const longest = 1_000;

/** What a bearer token says: who, and by which session. */
export interface TokenClaims {
  userId: string;
  sessionId: string;
}

/** A bearer token for a session: whoever holds it acts as the person until it expires or the session is revoked. */
export function signToken(
  key: TokenKey,
  claims: TokenClaims & { issuedAt: Date; expiresAt: Date },
): Promise<string> {
  return new SignJWT({ sid: claims.sessionId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(party.issuer)
    .setAudience(party.audience)
    .setSubject(claims.userId)
    .setIssuedAt(claims.issuedAt)
    .setNotBefore(claims.issuedAt)
    .setExpirationTime(claims.expiresAt)
    .sign(key);
}

/**
 * What a token of ours says, or null for anything else. The header must be exactly the one we write: whatever else it
 * could say (another algorithm, a key of its own, an address of keys, a key's name) is a forger's.
 */
export async function readToken(key: TokenKey, token: string, now: Date): Promise<TokenClaims | null> {
  if (token.length > longest) return null;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      ...party,
      algorithms: ['HS256'],
      typ: 'JWT',
      requiredClaims: ['sub', 'sid', 'iat', 'nbf', 'exp'],
      currentDate: now,
    });
    if (Object.keys(protectedHeader).sort().join() !== 'alg,typ') return null;
    const { sub, sid } = payload;
    return typeof sub === 'string' && typeof sid === 'string' ? { userId: sub, sessionId: sid } : null;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return null;
    throw error;
  }
}

/** What is stored of a secret of 32 random bytes: nothing to guess, so no slow hash. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
