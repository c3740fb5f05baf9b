import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Actor, Database, TenantTx } from '../db/index.ts';
import { errors } from '../errors.ts';
import type { WorkspaceId } from '../ids.ts';

/** Who passed the gate. */
export interface Principal {
  workspaceId: WorkspaceId;
  actor: Actor;
  /** `*`, `messages:*` or `messages:write`. */
  scopes: readonly string[];
  /** null = every number of the workspace. */
  numberIds: readonly string[] | null;
}

/** Says whose key it is; null for any key that does not count (unknown, revoked, expired). */
export type Authenticate = (token: string) => Promise<Principal | null>;

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
  }
}

const bearer = /^bearer +(ck_[A-Za-z0-9-]{1,64}_[A-Za-z0-9_-]{1,256}) *$/i;

/** The gate of routes for API keys: who it is, then whether the key has every scope. */
export function gateWith(authenticate: Authenticate): (...scopes: string[]) => onRequestAsyncHookHandler {
  return (...scopes) =>
    async (request) => {
      const token = bearer.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined) throw errors.unauthenticated();
      const principal = await authenticate(token);
      if (!principal) {
        throw errors.unauthenticated(
          'This API key is not known, revoked or expired. `chaski keys api create` makes one.',
        );
      }
      const missing = scopes.filter((scope) => !allows(principal.scopes, scope));
      if (missing.length > 0) {
        throw errors.forbidden(`This API key lacks the scope ${missing.join(', ')}.`, { missing });
      }
      // What belongs to the whole workspace, whatever the key's scopes say.
      if (principal.numberIds !== null && scopes.includes('workspace:write')) {
        throw errors.forbidden('This API key may use certain numbers only and cannot change the workspace.');
      }
      request.principal = principal;
    };
}

function allows(held: readonly string[], wanted: string): boolean {
  const [area] = wanted.split(':');
  return held.includes('*') || held.includes(wanted) || held.includes(`${area}:*`);
}

/** Whoever passed the gate of this route. */
export function principalOf(request: Pick<FastifyRequest, 'principal'>): Principal {
  if (!request.principal) throw errors.unauthenticated();
  return request.principal;
}

/** One transaction as the principal, in its workspace. */
export function inTenant<T>(
  db: Database,
  request: Pick<FastifyRequest, 'principal'>,
  fn: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  const { workspaceId, actor } = principalOf(request);
  return db.withTenant(workspaceId, actor, fn);
}
