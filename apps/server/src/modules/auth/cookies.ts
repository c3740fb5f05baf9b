import type { Credentials } from '../../platform/http/index.ts';

/** How browsers are met: which pages are ours, and whether the connection is https. */
export interface Site {
  /** PUBLIC_URL; null: whatever Host the request names (a laptop). */
  publicUrl: string | null;
  /** Pages elsewhere that may act with a cookie. */
  corsOrigins: readonly string[];
}

const isHttps = (site: Site): boolean => site.publicUrl?.startsWith('https:') ?? false;

/** Over https the name binds the cookie to this very host and to https; a plain http page could not store such a one. */
const nameOn = (site: Site, name: string): string => (isHttps(site) ? `__Host-${name}` : name);

/** A Set-Cookie header of ours. Lax: also brought along on the way back from an issuer, which is another site. */
export function setCookie(site: Site, name: string, value: string, end: string): string {
  const secure = isHttps(site) ? '; Secure' : '';
  return `${nameOn(site, name)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}; ${end}`;
}

/** What a Cookie header holds under this name, if it has the shape of our secrets. */
export function readCookie(site: Site, name: string, header: string | null | undefined): string | null {
  for (const part of header?.split(';') ?? []) {
    const [found, value] = part.trim().split('=', 2);
    if (found === nameOn(site, name) && /^[A-Za-z0-9_-]{43}$/.test(value ?? '')) return value!;
  }
  return null;
}

/** The Set-Cookie header that signs a browser in. */
export function sessionCookie(site: Site, token: string, expiresAt: Date): string {
  return setCookie(site, 'chaski', token, `Expires=${expiresAt.toUTCString()}`);
}

/** The Set-Cookie header that signs a browser out. */
export function clearedCookie(site: Site): string {
  return setCookie(site, 'chaski', '', 'Max-Age=0');
}

/** The session's secret in a Cookie header, if there is one of our shape. */
export function cookieToken(site: Site, header: string | null): string | null {
  return readCookie(site, 'chaski', header);
}

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What a form of another page can send without asking first; multipart is left to uploads, which prove their origin. */
const formTypes = /^\s*(text\/plain|application\/x-www-form-urlencoded)/i;

/**
 * May this request act by cookie? Reading may (SameSite and CORS guard the answer); whatever changes something must
 * come from our own pages, and say so: a browser always does, in Sec-Fetch-Site or at least in Origin.
 */
export function actsFromOurPages(
  site: Site,
  request: Pick<Credentials, 'method' | 'origin' | 'site' | 'host' | 'contentType'>,
): boolean {
  if (safe.has(request.method)) return true;
  if (request.contentType !== null && formTypes.test(request.contentType)) return false;
  if (request.site === 'same-origin' || request.site === 'none') return true;
  return request.origin !== null && isOurOrigin(site, request.origin, request.host);
}

/** Signing in needs no cookie, yet another page must not sign a browser in as somebody else. No browser: no matter. */
export function mayStartCookie(
  site: Site,
  request: Pick<Credentials, 'method' | 'origin' | 'site' | 'host' | 'contentType'>,
): boolean {
  return (request.origin === null && request.site === null) || actsFromOurPages(site, request);
}

/** Is this the Origin of our own page, or of one that may act for us? Also asked before a socket is opened. */
export function isOurOrigin(site: Site, origin: string, host: string | null): boolean {
  const own =
    site.publicUrl === null
      ? host === null
        ? []
        : [`http://${host}`, `https://${host}`]
      : [new URL(site.publicUrl).origin];
  return [...own, ...site.corsOrigins.map((other) => other.replace(/\/+$/, ''))].includes(origin);
}
