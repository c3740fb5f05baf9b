import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { installation } from '../../platform/ids.ts';
import { mayStartCookie, type Site, sessionCookie } from './cookies.ts';
import type { AuthDeps } from './deps.ts';
import { beginChallenge } from './login.ts';
import { hashPassword, needsRehash, verifyPassword } from './passwords.ts';
import { type PersonRecord, personByEmail, personUnchanged, setPersonPassword } from './queries-people.ts';
import { factorsOf, hasSecondFactor } from './second-factor.ts';
import { type AskedBy, selfOf } from './second-factor-told.ts';
import { type SessionKind, type StartedSession, startSession } from './sessions.ts';
import type { TokenKey } from './tokens.ts';

/** What every way of signing in asks for and answers. */
export const sessionKind = z
  .enum(['cookie', 'token'])
  .default('cookie')
  .describe('`cookie` signs this browser in; `token` answers a bearer token for 7 days.');

export const signedInBody = z
  .object({
    next: z.literal('done'),
    token: z.string().nullable().describe('The bearer token; null where the cookie holds it.'),
    expiresAt: z.string(),
  })
  .meta({ id: 'SignedIn' });

export const challengeBody = z
  .object({
    next: z.literal('second-factor'),
    challenge: z.string().describe('Send it with the code or passkey within 5 minutes.'),
    factors: z.object({ totp: z.boolean(), passkey: z.boolean(), recoveryCode: z.boolean() }),
  })
  .meta({ id: 'SecondFactorWanted' });

/** How a session came to be, for the audit. */
export type SignInMeans =
  | 'password'
  | 'registration'
  | 'invitation'
  | 'totp'
  | 'recovery'
  | 'passkey'
  | 'sso';

/** Starts a session for whoever showed who they are, and says so. */
export async function enter(
  tx: SystemTx,
  deps: { tokenKey: TokenKey },
  request: AskedBy,
  who: {
    userId: string;
    kind: SessionKind;
    how: SignInMeans;
    secondFactor: boolean;
    workspaceId?: string | null;
    /** Another event of this request is the audit's line already. */
    told?: boolean;
  },
): Promise<StartedSession> {
  const started = await startSession(tx, deps, {
    userId: who.userId,
    kind: who.kind,
    workspaceId: who.workspaceId ?? null,
    ip: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    secondFactor: who.secondFactor,
  });
  const said = { sessionId: started.sessionId, kind: who.kind, how: who.how };
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'session.started',
      actor: selfOf(request, who.userId),
      data: { userId: who.userId, ...said },
      ...(who.told ? {} : { audit: { target: { kind: 'user', id: who.userId }, after: said } }),
    },
  ]);
  return started;
}

/** Refuses what another page sends to sign this browser in as somebody else. */
export function refuseForeignPage(site: Site, request: FastifyRequest): void {
  const one = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header) ?? null;
  const { headers } = request;
  const asked = {
    method: request.method,
    origin: headers.origin ?? null,
    site: one(headers['sec-fetch-site']),
    host: headers.host ?? null,
    contentType: headers['content-type'] ?? null,
  };
  if (!mayStartCookie(site, asked)) throw errors.crossSite();
}

/** The answer to a started session: a cookie for browsers, else the token in the body. */
export function sessionAnswer(
  reply: { header(name: string, value: string): unknown },
  site: Site,
  kind: SessionKind,
  started: StartedSession,
): z.infer<typeof signedInBody> {
  if (kind === 'cookie') reply.header('set-cookie', sessionCookie(site, started.token, started.expiresAt));
  return {
    next: 'done',
    token: kind === 'token' ? started.token : null,
    expiresAt: started.expiresAt.toISOString(),
  };
}

export type SignInOutcome =
  | { outcome: 'in'; started: StartedSession; userId: string }
  | { outcome: 'challenge'; answer: z.infer<typeof challengeBody> };

/** Whoever showed the first half: in, or asked for the second factor that they have. */
export async function enterOrAsk(
  tx: SystemTx,
  deps: { tokenKey: TokenKey },
  request: AskedBy,
  who: { userId: string; kind: SessionKind; how: 'password' | 'sso'; told?: boolean },
): Promise<SignInOutcome> {
  const { userId, kind } = who;
  const factors = await factorsOf(tx, userId);
  if (!hasSecondFactor(factors)) {
    const started = await enter(tx, deps, request, { ...who, secondFactor: false });
    return { outcome: 'in', started, userId };
  }
  const challenge = await beginChallenge(tx, { userId, kind });
  await emit(tx, [
    {
      workspaceId: installation,
      name: 'session.challenged',
      actor: selfOf(request, userId),
      data: { userId },
      ...(who.told ? {} : { audit: { target: { kind: 'user', id: userId } } }),
    },
  ]);
  const { totp, passkeys, recoveryCodesLeft } = factors;
  return {
    outcome: 'challenge',
    answer: {
      next: 'second-factor',
      challenge,
      factors: { totp, passkey: passkeys > 0, recoveryCode: recoveryCodesLeft > 0 },
    },
  };
}

type SignInDeps = Pick<AuthDeps, 'db' | 'tokenKey' | 'log'>;

interface PasswordSignIn {
  email: string;
  password: string;
  kind: SessionKind;
}

/**
 * E-mail and password. One derivation, whoever it is; one refusal, whatever the reason: unknown, wrong, without
 * password, disabled, not confirmed. Where the hash changed meanwhile it is read and verified once more: the same person
 * may have signed in beside this and made an imported hash ours.
 */
export async function signIn(
  deps: SignInDeps,
  request: AskedBy,
  command: PasswordSignIn,
): Promise<SignInOutcome> {
  const attempt = () => trySignIn(deps, request, command);
  const outcome = (await attempt()) ?? (await attempt());
  if (outcome === null) throw errors.invalidCredentials();
  return outcome;
}

/** null: the password was right, for a hash that is no longer there. */
async function trySignIn(
  deps: SignInDeps,
  request: AskedBy,
  command: PasswordSignIn,
): Promise<SignInOutcome | null> {
  const { db, log } = deps;
  const person = await db.withSystem('who signs in', async (tx) => {
    const [row] = await tx.query<PersonRecord>(personByEmail, [command.email.trim()]);
    return row ?? null;
  });
  const stored = person?.password_hash ?? null;
  const right = await verifyPassword(stored, command.password);
  if (!right || !person || person.disabled_at !== null || person.email_verified_at === null) {
    // No address: what people type there by mistake is often a password.
    log.info({ ip: request.ip, user: person?.id ?? null }, 'sign-in refused');
    throw errors.invalidCredentials();
  }
  const fresh = stored !== null && needsRehash(stored) ? await hashPassword(command.password) : null;
  return db.withSystem('sign in', async (tx) => {
    // A new password ends what the old one began, and one that was derived meanwhile comes too late.
    if ((await tx.query(personUnchanged, [person.id, stored])).length === 0) return null;
    if (fresh !== null) await tx.execute(setPersonPassword, [person.id, fresh]);
    return enterOrAsk(tx, deps, request, { userId: person.id, kind: command.kind, how: 'password' });
  });
}
