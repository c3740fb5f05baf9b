/** One call of the Graph API that has a token: what it may do, what it sends, how lists and refusals look. */
import { GraphError, unknownObject } from './errors.ts';
import { bearer, type Call, readBody, sendJson } from './http.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import type { Scope, Token, World } from './world.ts';

export const OLDEST = 20;
export const NEWEST = 26;

export interface GraphCall extends Call {
  world: World;
  version: number;
  token: Token;
}

/** 190 for tokens that are unknown or expired. An app token is `{app id}|{app secret}`. */
export function authenticate(world: World, call: Call): Token {
  const given = bearer(call.req) ?? call.query.get('access_token');
  if (!given)
    throw new GraphError(104, undefined, { title: 'An access token is required to request this resource.' });
  if (world.faults.strike('token_expired'))
    throw new GraphError(190, undefined, {
      title: 'Error validating access token: Session has expired.',
      subcode: 463,
    });
  const token = world.tokens.get(given);
  if (token) {
    if (token.expired)
      throw new GraphError(190, undefined, {
        title: 'Error validating access token: Session has expired.',
        subcode: 463,
      });
    return token;
  }
  const [appId = '', secret] = given.split('|');
  if (secret !== undefined && world.apps.get(appId)?.secret === secret)
    return { token: given, appId, accountIds: new Set(), scopes: new Set(), expired: false };
  throw new GraphError(190, undefined, { title: 'Invalid OAuth access token - Cannot parse access token' });
}

export function permit(call: GraphCall, accountId: string, scope: Scope, id: string): void {
  if (!call.token.accountIds.has(accountId)) throw unknownObject(call.method, id);
  if (!call.token.scopes.has(scope))
    throw new GraphError(10, undefined, {
      title: `(#10) Application does not have permission for this action (needs ${scope})`,
    });
}

export function pick(
  fields: string | null,
  all: JsonObject,
  always: readonly string[],
  initial: readonly string[],
): JsonObject {
  const wanted = fields ? fields.split(',').map((field) => field.trim()) : initial;
  const out: JsonObject = {};
  for (const field of wanted) if (all[field] !== undefined) out[field] = all[field];
  for (const field of always) out[field] = all[field];
  return out;
}

export async function json(call: GraphCall): Promise<JsonObject> {
  const text = (await readBody(call.req)).toString('utf8');
  const type = call.req.headers['content-type'] ?? '';
  const fromQuery: JsonObject = Object.fromEntries([...call.query].filter(([key]) => key !== 'access_token'));
  if (text === '') return fromQuery;
  if (type.includes('x-www-form-urlencoded'))
    return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) };
  const body = parseJson(text);
  if (!isObject(body))
    throw new GraphError(100, undefined, { title: '(#100) The request body is not valid JSON.' });
  return body;
}

export function methodError(call: GraphCall, edge: string): GraphError {
  return new GraphError(100, undefined, {
    title: `Unsupported ${call.method.toLowerCase()} request on edge '${edge}'. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
    subcode: 33,
  });
}

/** Cursor paging; the cursor is the position of the last element. */
export function page(call: GraphCall, all: readonly JsonObject[]): void {
  const limit = Math.min(1000, Math.max(1, Number(call.query.get('limit') ?? 25) || 25));
  const after = call.query.get('after');
  const position = after === null ? 0 : Number(Buffer.from(after, 'base64url').toString()) + 1;
  if (!Number.isInteger(position) || position < 0 || position > all.length)
    throw new GraphError(131059, 'Invalid cursor; start again without one.');
  const data = all.slice(position, position + limit);
  const cursor = (index: number) => Buffer.from(String(index)).toString('base64url');
  const last = position + data.length - 1;
  const next = new URL(call.path, call.world.url);
  for (const [key, value] of call.query) if (key !== 'access_token') next.searchParams.set(key, value);
  next.searchParams.set('after', cursor(last));
  sendJson(call.res, 200, {
    data,
    ...(data.length > 0
      ? {
          paging: {
            cursors: { before: cursor(position), after: cursor(last) },
            ...(last < all.length - 1 ? { next: next.href } : {}),
          },
        }
      : {}),
  });
}

/** The callback must answer the challenge before it is saved. Empty = no override. */
export async function checkedOverride(
  world: World,
  url: string,
  verifyToken: string,
): Promise<string | null> {
  if (url === '') return null;
  if (url.length > 200)
    throw new GraphError(100, undefined, {
      title: '(#100) Param override_callback_uri must be at most 200 characters long.',
    });
  const ok = await world.webhooks.verify(url, verifyToken, world.ids.object('challenge'));
  if (!ok)
    throw new GraphError(2200, undefined, {
      title: '(#2200) Callback verification failed with the following errors: the challenge was not returned',
    });
  return url;
}
