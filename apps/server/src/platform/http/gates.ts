import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Actor, Database, TenantTx } from '../db/index.ts';
import { type AppError, errors } from '../errors.ts';
import type { WorkspaceId } from '../ids.ts';

/** What a request brings along to say who sends it. */
export interface Credentials {
  /** What follows `Authorization: Bearer`: an API key or a signed token. */
  bearer: string | null;
  /** The whole Cookie header. */
  cookie: string | null;
  /** `X-Workspace-Id`: in which of a person's workspaces; the session's own when absent. */
  workspaceId: string | null;
  /** Of the request, for rules that differ for reading and changing (cross-site requests by cookie). */
  method: string;
  origin: string | null;
  site: string | null;
  host: string | null;
  contentType: string | null;
  ip: string;
  userAgent: string | null;
}

/** Somebody who signed in, in a workspace or not. */
export interface Person {
  userId: string;
  sessionId: string;
  email: string;
  name: string;
  isSuperadmin: boolean;
  /** The superadmin who acts as this person; may look and work, not change how the person signs in. */
  impersonatorId?: string | null;
}

/** Who passed the gate, in one workspace. */
export interface Principal {
  workspaceId: WorkspaceId;
  actor: Actor;
  /** `*`, `messages:*` or `messages:write`; a member's are the actions of the role. */
  scopes: readonly string[];
  /** null = every number of the workspace. */
  numberIds: readonly string[] | null;
  /** Name of the workspace's plan: its limits apply. */
  plan: string;
}

export interface Caller {
  person: Person | null;
  /** null: a person who is in no workspace. */
  principal: Principal | null;
  /** The operator's key that asks, which is in no workspace and no person. */
  operatorKey?: string;
  /** Why a person has no principal, where the reason is another: the workspace is suspended, or not theirs. */
  withheld?: AppError;
}

/**
 * Says who it is; null for credentials that do not count (unknown, revoked, expired) or none at all. Throws what the
 * caller should be told instead: a suspended workspace, a cross-site request.
 */
export type Authenticate = (credentials: Credentials) => Promise<Caller | null>;

/** What a route asks of its caller; kept on the hook, so that tests find routes that ask nothing. */
export type Access =
  | { kind: 'workspace'; actions: readonly string[] }
  | { kind: 'person' }
  | { kind: 'operator'; keys: boolean };

export type GateHook = onRequestAsyncHookHandler & { access: Access };

export interface Gate {
  /** Members whose role, and keys whose scopes, allow all of the actions. */
  (...actions: string[]): GateHook;
  /** Anybody signed in, member of a workspace or not. No API keys. */
  person(): GateHook;
  /** Superadmins; with `keys` the operator's keys too. No API keys of workspaces. */
  operator(options?: { keys: boolean }): GateHook;
}

/** Limits, asked before a request's body is read: what is too much is refused with 429. */
export interface Admission {
  /** Nobody known: no credentials, or none that count. */
  stranger(request: FastifyRequest): Promise<void>;
  /** Of routes that ask nothing of their caller, by address. */
  visitor(request: FastifyRequest): Promise<void>;
  /** Of the same routes, by the account that the body names. */
  account(request: FastifyRequest, email: string): Promise<void>;
  /** Somebody known: by user or key, and by workspace and plan. */
  caller(caller: Caller, request: FastifyRequest): Promise<void>;
  /** Nothing was refused them: what counts for failures alone is given back. */
  wentWell(caller: Caller, request: FastifyRequest): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
    person: Person | null;
    operatorKey: string | null;
    /** The limit that is closest: its figures are in the answer. */
    limit: { max: number; remaining: number; resetSeconds: number } | null;
  }
  interface FastifyContextConfig {
    /** Names of the limits that this route counts for; `points` is the plan's. */
    limits?: readonly string[];
    /**
     * Names of limits that this route counts for where it refuses somebody known: taken before, so that a hundred guesses
     * at once are counted, and given back when nothing was wrong.
     */
    failures?: readonly string[];
  }
}

/**
 * What belongs to the whole workspace and not to numbers, whatever the scopes say: its settings, who is in it and may do
 * what, who changed what, and lists of people without a conversation yet.
 */
const ofTheWhole: ReadonlySet<string> = new Set([
  'workspace:write',
  'workspace:own',
  'members:write',
  'audit:read',
  'contacts:import',
  // Written to people whom nobody has a thread with yet.
  'campaigns:write',
  'campaigns:approve',
  // Figures of all numbers and members.
  'analytics:read',
]);

/** The longest credential that is looked at; a JWT of ours has some 300 characters. */
const bearer = /^bearer +([\w.~+/=-]{1,4096}) *$/i;

/** The gates of all routes: who it is, then whether they may. */
export function gateWith(authenticate: Authenticate, admission?: Admission): Gate {
  const identify = async (request: FastifyRequest): Promise<Caller> => {
    const { headers } = request;
    const caller = await authenticate({
      bearer: bearer.exec(headers.authorization ?? '')?.[1] ?? null,
      cookie: headers.cookie ?? null,
      workspaceId: one(headers['x-workspace-id']),
      method: request.method,
      origin: headers.origin ?? null,
      site: one(headers['sec-fetch-site']),
      host: headers.host ?? null,
      contentType: headers['content-type'] ?? null,
      ip: request.ip,
      userAgent: headers['user-agent'] ?? null,
    });
    if (!caller) {
      await admission?.stranger(request);
      throw headers.authorization === undefined
        ? errors.unauthenticated()
        : errors.unauthenticated(
            'This API key or token is not known, revoked or expired. `chaski keys api create` makes a key.',
          );
    }
    request.person = caller.person;
    request.operatorKey = caller.operatorKey ?? null;
    request.principal = caller.principal && withOrigin(caller.principal, request);
    await admission?.caller(caller, request);
    return caller;
  };

  const gate = (...actions: string[]): GateHook =>
    hook({ kind: 'workspace', actions }, async (request) => {
      const { principal, withheld } = await identify(request);
      if (!principal) {
        if (withheld) throw withheld;
        if (request.operatorKey !== null) {
          throw errors.forbidden("An operator's key is in no workspace. Use an API key of one.", {
            reason: 'no_workspace',
          });
        }
        throw errors.forbidden('You are in no workspace yet. Make one, or accept an invitation.', {
          reason: 'no_workspace',
        });
      }
      const missing = actions.filter((action) => !allows(principal.scopes, action));
      if (missing.length > 0) {
        const holder = principal.actor.kind === 'user' ? `The role ${principal.actor.role}` : 'This API key';
        throw errors.forbidden(`${holder} lacks ${missing.join(', ')}.`, { missing });
      }
      const whole = principal.numberIds === null ? [] : actions.filter((action) => ofTheWhole.has(action));
      if (whole.length > 0) {
        throw errors.forbidden(
          `Whoever may use certain numbers only may not ${whole.join(', ')}: that is about the whole workspace.`,
          { whole },
        );
      }
    });
  return Object.assign(gate, {
    person: () =>
      hook({ kind: 'person' }, async (request) => {
        const { person } = await identify(request);
        if (!person) throw errors.forbidden('This address is for people who signed in, not for API keys.');
      }),
    operator: ({ keys } = { keys: false }) =>
      hook({ kind: 'operator', keys }, async (request) => {
        const { person, operatorKey } = await identify(request);
        if (person?.isSuperadmin || (keys && operatorKey !== undefined)) return;
        throw errors.forbidden(
          operatorKey === undefined
            ? 'This address is for superadmins.'
            : 'This address is for superadmins themselves, not for their keys.',
        );
      }),
  });
}

function hook(access: Access, run: (request: FastifyRequest) => Promise<void>): GateHook {
  const handler: onRequestAsyncHookHandler = (request) => run(request as FastifyRequest);
  return Object.assign(handler, { access });
}

/** Where a change came from: for the audit. */
function withOrigin(principal: Principal, request: FastifyRequest): Principal {
  const { actor } = principal;
  return {
    ...principal,
    actor: {
      ...actor,
      origin: {
        ...actor.origin,
        ip: request.ip,
        userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
        requestId: request.id,
      },
    },
  };
}

function one(header: string | string[] | undefined): string | null {
  return Array.isArray(header) ? (header[0] ?? null) : (header ?? null);
}

export function allows(held: readonly string[], wanted: string): boolean {
  const [area] = wanted.split(':');
  return held.includes('*') || held.includes(wanted) || held.includes(`${area}:*`);
}

/** Whoever passed the gate of this route, in their workspace. */
export function principalOf(request: Pick<FastifyRequest, 'principal'>): Principal {
  if (!request.principal) throw errors.unauthenticated();
  return request.principal;
}

/** Whoever signed in and passed the gate of this route. */
export function personOf(request: Pick<FastifyRequest, 'person'>): Person {
  if (!request.person) throw errors.unauthenticated();
  return request.person;
}

/** The superadmin who asks, or their key, as the audits of workspaces name them. */
export function operatorOf(
  request: Pick<FastifyRequest, 'person' | 'operatorKey' | 'ip' | 'headers' | 'id'>,
): Actor & { id: string } {
  const { operatorKey } = request;
  return {
    ...(operatorKey === null
      ? { kind: 'user', id: personOf(request).userId }
      : { kind: 'key', id: operatorKey }),
    role: 'superadmin',
    origin: {
      ip: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
      requestId: request.id,
    },
  };
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
