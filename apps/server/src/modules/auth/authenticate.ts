import { createHash, timingSafeEqual } from 'node:crypto';
import { actionsOf, type Role } from '@chaski/contracts';
import type { Actor, Database } from '../../platform/db/index.ts';
import { errors, tolerate } from '../../platform/errors.ts';
import type { Authenticate, Caller, Principal } from '../../platform/http/index.ts';
import { isId, type WorkspaceId } from '../../platform/ids.ts';
import { actsFromOurPages, cookieToken, type Site } from './cookies.ts';
import { hashSecret } from './keys.ts';
import { authenticateOperatorKey } from './operator-keys.ts';
import { keyById, touchKey } from './queries.ts';
import { callerBySession, touchSession } from './queries-session.ts';
import { remembered } from './remembered.ts';
import { hashToken, readToken, type TokenKey } from './tokens.ts';

/** What a verified key amounts to: what the gates ask for, and which key it was. */
export interface KeyPrincipal extends Principal {
  keyId: string;
}

const shape = /^ck_([a-z2-7]{16})_([A-Za-z0-9_-]{43})$/;

const keys = remembered<KeyPrincipal | null>();
const sessions = remembered<Caller | null>();

/**
 * Who a key stands for, or null. A text of the wrong shape is refused without work; everything of the right shape
 * costs one look-up, one hash and two comparisons in constant time, whether the id exists or not.
 */
export function authenticateKey(db: Database, token: string): Promise<KeyPrincipal | null> {
  const parts = shape.exec(token);
  if (!parts) return Promise.resolve(null);
  const cacheKey = createHash('sha256').update(token).digest('base64');
  return keys(db, cacheKey, () => verify(db, parts[1]!, Buffer.from(parts[2]!, 'base64url')));
}

/** API keys only, as the gates ask for it. */
export function authenticateKeys(db: Database): Authenticate {
  return async ({ bearer }) => {
    const principal = bearer === null ? null : await authenticateKey(db, bearer);
    return principal && { person: null, principal };
  };
}

export interface AuthenticateOptions {
  db: Database;
  tokenKey: TokenKey;
  site: Site;
}

/**
 * Whoever comes: an API key, an operator key, a bearer token or a cookie, in this order, and only the first that is there counts. Role
 * and reach are read with the session, so a change of them holds from the next request on.
 */
export function createAuthenticate({ db, tokenKey, site }: AuthenticateOptions): Authenticate {
  return async (credentials) => {
    const { bearer, workspaceId } = credentials;
    if (bearer?.startsWith('ck_')) {
      const principal = await authenticateKey(db, bearer);
      return principal && { person: null, principal };
    }
    if (bearer?.startsWith('co_')) {
      const key = await authenticateOperatorKey(db, bearer);
      return key && { person: null, principal: null, operatorKey: key.id };
    }
    if (bearer !== null) {
      const claims = await readToken(tokenKey, bearer, db.clock.now());
      return claims && sessionCaller(db, { id: claims.sessionId, userId: claims.userId, workspaceId });
    }
    const secret = cookieToken(site, credentials.cookie);
    if (secret === null) return null;
    if (!actsFromOurPages(site, credentials)) throw errors.crossSite();
    return sessionCaller(db, { hash: hashToken(secret), workspaceId });
  };
}

const secondFactorNeeded = () =>
  errors.forbidden('This workspace asks for a second factor. Add an authenticator app or a passkey first.', {
    reason: 'second_factor_needed',
  });

interface SessionRow {
  id: string;
  user_id: string;
  impersonator_id: string | null;
  last_used_at: Date;
  expires_at: Date;
  email: string;
  name: string;
  is_superadmin: boolean;
  workspace_id: string | null;
  role: Role | null;
  number_ids: string[] | null;
  own_only: boolean | null;
  status: 'active' | 'suspended' | null;
  plan: string | null;
  /** The workspace asks for a second factor, and the person has none. */
  lacks_second_factor: boolean | null;
}

type Which = { workspaceId: string | null } & ({ hash: Buffer } | { id: string; userId: string });

/** A person by a live session: by the cookie's hash, or the id that a signed token named. */
export function sessionCaller(db: Database, which: Which): Promise<Caller | null> {
  if ('id' in which && !isId(which.id)) return Promise.resolve(null);
  const name = 'hash' in which ? which.hash.toString('base64') : `${which.id} ${which.userId}`;
  return sessions(db, `${name} ${which.workspaceId ?? ''}`, () => loadCaller(db, which));
}

async function loadCaller(db: Database, which: Which): Promise<Caller | null> {
  const now = db.clock.now();
  // A word that is no id names no workspace; the query would choke on it.
  const wanted = which.workspaceId !== null && isId(which.workspaceId) ? which.workspaceId : null;
  const [result] = await db.runSystem('authenticate a person', [
    {
      statement: callerBySession,
      values: [
        'hash' in which ? which.hash : null,
        'id' in which ? which.id : null,
        now.toISOString(),
        wanted,
      ],
    },
  ]);
  const row = result?.rows[0] as unknown as SessionRow | undefined;
  if (!row || ('userId' in which && row.user_id !== which.userId)) return null;
  if (now.getTime() - row.last_used_at.getTime() > 60_000) {
    await tolerate(
      'last use of a session',
      db.runSystem('last use of a session', [
        { statement: touchSession, values: [row.id, now.toISOString()] },
      ]),
    );
  }
  const impersonated = row.impersonator_id !== null;
  const caller: Caller = {
    person: {
      userId: row.user_id,
      sessionId: row.id,
      email: row.email,
      name: row.name,
      // Acting as another superadmin must not give what the other may do to the installation.
      isSuperadmin: row.is_superadmin && !impersonated,
      impersonatorId: row.impersonator_id,
    },
    principal: null,
  };
  if (row.workspace_id === null || row.role === null || (which.workspaceId !== null && wanted === null)) {
    return which.workspaceId === null ? caller : { ...caller, withheld: errors.notFound('workspace') };
  }
  if (row.status === 'suspended' && !row.is_superadmin && !impersonated) {
    return { ...caller, withheld: errors.workspaceSuspended() };
  }
  if (row.lacks_second_factor && !impersonated) {
    return { ...caller, withheld: secondFactorNeeded() };
  }
  const reach =
    row.number_ids === null && !row.own_only
      ? {}
      : { reach: { numberIds: row.number_ids, ownOnly: row.own_only ?? false } };
  const actor: Actor = { kind: 'user', id: row.user_id, role: row.role, ...reach };
  if (impersonated) {
    actor.origin = { ip: null, userAgent: null, requestId: null, impersonatorId: row.impersonator_id };
  }
  return {
    ...caller,
    principal: {
      workspaceId: row.workspace_id as WorkspaceId,
      actor,
      scopes: actionsOf(row.role),
      numberIds: row.number_ids,
      plan: row.plan ?? 'free',
    },
  };
}

const nobody = Buffer.alloc(32);

async function verify(db: Database, id: string, secret: Buffer): Promise<KeyPrincipal | null> {
  const [result] = await db.runSystem('authenticate a key', [{ statement: keyById, values: [id] }]);
  const row = result?.rows[0] as
    | {
        workspace_id: string;
        id: string;
        hash: Buffer;
        old_hash: Buffer | null;
        old_hash_until: Date | null;
        scopes: string[];
        number_ids: string[] | null;
        last_used_at: Date | null;
        expires_at: Date | null;
        revoked_at: Date | null;
        plan: string;
        status: string;
      }
    | undefined;
  const now = db.clock.now();
  const hash = hashSecret(secret);
  const same = timingSafeEqual(hash, row?.hash.length === 32 ? row.hash : nobody);
  const graced = row?.old_hash != null && row.old_hash_until !== null && row.old_hash_until > now;
  const sameAsOld = timingSafeEqual(hash, graced && row.old_hash?.length === 32 ? row.old_hash : nobody);
  if (!row || !(same || sameAsOld)) return null;
  if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return null;
  if (row.status === 'suspended') throw errors.workspaceSuspended();
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() > 60_000) {
    // Not awaited by the request's outcome: a key is good even if nobody can write down that it was used.
    await tolerate(
      'last use of a key',
      db.runSystem('last use of a key', [{ statement: touchKey, values: [id, now.toISOString()] }]),
    );
  }
  return {
    keyId: row.id,
    workspaceId: row.workspace_id as WorkspaceId,
    actor: {
      kind: 'key',
      id: row.id,
      role: 'key',
      ...(row.number_ids === null ? {} : { reach: { numberIds: row.number_ids, ownOnly: false } }),
    },
    scopes: row.scopes,
    numberIds: row.number_ids,
    plan: row.plan,
  };
}
