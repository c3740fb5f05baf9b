import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { errors } from '../../platform/errors.ts';
import type { GateHook } from '../../platform/http/index.ts';
import type { InstallationRole } from '../auth/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** At Supabase's addresses: who asks by a key of the installation alone; null: a person, who passed the gate. */
    askedAs: InstallationRole | null;
  }
}

/** Whose key it is, now; null: nobody's. */
export type ReadKey = (key: string) => Promise<InstallationRole | null>;

const bearer = /^bearer +(\S{1,4096}) *$/i;

/** The apikey of the header; of the address none is read, so none is logged or taken for a person's. */
function apikeyOf({ headers }: FastifyRequest): string | null {
  const { apikey } = headers;
  return typeof apikey === 'string' && apikey !== '' ? apikey : null;
}

async function roleOf(read: ReadKey, key: string, request: FastifyRequest): Promise<InstallationRole> {
  const role = await read(key);
  if (role !== null) return role;
  request.log.warn({ ip: request.ip }, 'invalid JWT: an apikey is not signed with JWT_SECRET');
  throw errors.unauthenticated(
    'invalid JWT: this apikey is not signed with JWT_SECRET, is over, or is an operator’s and SERVICE_ROLE_KEY is not set to it. `chaski keys` makes both.',
  );
}

/** For what nobody has signed in for yet: the apikey opens it. */
export function withApikey(read: ReadKey): onRequestAsyncHookHandler {
  return async (request) => {
    const key = apikeyOf(request);
    if (key === null) {
      throw errors.unauthenticated('No API key found in request: send ANON_KEY in the header apikey.');
    }
    await roleOf(read, key, request);
  };
}

/** The gate of people who signed in; an apikey beside their token must be good as well. */
export function apikeyThen(gate: GateHook, read: ReadKey): GateHook {
  const hook: onRequestAsyncHookHandler = async function (request, reply) {
    const key = apikeyOf(request);
    if (key !== null) await roleOf(read, key, request);
    await gate.call(this, request, reply);
  };
  return Object.assign(hook, { access: gate.access });
}

/**
 * The gate of people, and beside it whoever brings a key of the installation and nothing else. supabase-js sends its
 * apikey as the bearer too, as long as nobody signed in; an apikey beside a person's token must be good as well.
 */
export function orApikey(gate: GateHook, read: ReadKey): GateHook {
  const hook: onRequestAsyncHookHandler = async function (request, reply) {
    const key = apikeyOf(request);
    const token = bearer.exec(request.headers.authorization ?? '')?.[1] ?? null;
    const role = key === null ? null : await roleOf(read, key, request);
    if (role !== null && (token === null || token === key)) {
      request.askedAs = role;
      return;
    }
    // Both of its keys at once: the bearer says who asks, the apikey only opens the door.
    const other = token === null ? null : await read(token);
    if (other !== null) {
      request.askedAs = other;
      return;
    }
    await gate.call(this, request, reply);
  };
  return Object.assign(hook, { access: gate.access });
}
