import { createHash, timingSafeEqual } from 'node:crypto';
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose';

/** What S0's keys say they are. `anon` opens sign-in and the socket's door and reads nothing; the other acts as operator. */
export type InstallationRole = 'anon' | 'service_role';

/** Reads the keys of an installation that Supabase's clients bring as `apikey`. */
export interface InstallationKeys {
  /** Whose key it is; null: not signed with JWT_SECRET, over, or an operator's key that is not the configured one. */
  read(key: string, now: Date): Promise<InstallationRole | null>;
}

/** S0's one-liner makes them for ten years. */
const lastsSeconds = 315_360_000;
const longest = 1_000;

const bytes = (text: string) => new TextEncoder().encode(text);

/** A key as S0's one-liner makes it, of the same claims. */
export function makeInstallationKey(jwtSecret: string, role: InstallationRole, now: Date): Promise<string> {
  const at = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ role, iss: 'supabase', iat: at, exp: at + lastsSeconds })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(bytes(jwtSecret));
}

/**
 * Anybody who knows JWT_SECRET could sign an operator's key, and keys made long ago stay good for ten years: so the one
 * that counts is the one that is configured, and none where none is.
 */
export function installationKeys(options: {
  jwtSecret: string;
  serviceRoleKey: string | null;
}): InstallationKeys {
  const secret = bytes(options.jwtSecret);
  const configured = options.serviceRoleKey === null ? null : digest(options.serviceRoleKey);
  return {
    async read(key, now) {
      if (key.length > longest) return null;
      const role = await roleOf(secret, key, now);
      if (role !== 'service_role') return role;
      return configured !== null && timingSafeEqual(digest(key), configured) ? role : null;
    },
  };
}

async function roleOf(secret: Uint8Array, key: string, now: Date): Promise<InstallationRole | null> {
  try {
    const { payload, protectedHeader } = await jwtVerify(key, secret, {
      algorithms: ['HS256'],
      requiredClaims: ['role', 'exp'],
      currentDate: now,
    });
    // Whatever else a header could say is a forger's.
    if (Object.keys(protectedHeader).some((name) => name !== 'alg' && name !== 'typ')) return null;
    return payload.role === 'anon' || payload.role === 'service_role' ? payload.role : null;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return null;
    throw error;
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();
