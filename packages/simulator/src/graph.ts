/**
 * The Graph API side: versions, tokens, objects and their edges.
 * Source: Meta "Cloud API reference", "Graph API versions" (v26.0 current on 2026-11-20, v20.0 expired 2026-09-24).
 */
import { GraphError, unknownObject } from './errors.ts';
import { accountEdge } from './graph-accounts.ts';
import { appEdge, debugToken, exchange } from './graph-apps.ts';
import { authenticate, type GraphCall, methodError, NEWEST, OLDEST } from './graph-call.ts';
import { numberEdge } from './graph-numbers.ts';
import { templateNode } from './graph-templates.ts';
import { type Call, sendJson } from './http.ts';
import { dropMedia, findMedia, openMediaUrl, presentMedia, seenBy } from './media.ts';
import { openUpload, uploadNode } from './template-uploads.ts';
import type { World } from './world.ts';

/** Whether the path belongs to the Graph API. */
export function isGraphPath(path: string): boolean {
  return /^\/v\d+\.\d+(\/|$)/.test(path) || path.startsWith('/_lookaside/');
}

export async function graph(world: World, call: Call): Promise<void> {
  try {
    await route(world, call);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    if (call.res.headersSent || call.res.destroyed) return;
    const authenticate =
      error.status === 401
        ? { 'www-authenticate': `OAuth "Facebook Platform" "invalid_token" "${error.code}"` }
        : {};
    sendJson(
      call.res,
      error.status,
      error.envelope(world.ids.trace()),
      authenticate as Record<string, string>,
    );
  }
}

async function route(world: World, call: Call): Promise<void> {
  if (call.path.startsWith('/_lookaside/')) return lookaside(world, call);
  const [, major = '0', rest = ''] = /^\/v(\d+)\.\d+\/?(.*)$/.exec(call.path) ?? [];
  const version = Number(major);
  if (version < OLDEST || version > NEWEST)
    throw new GraphError(2500, undefined, { title: `Unknown path components: /v${major}.0` });
  call.res.setHeader('facebook-api-version', `v${version}.0`);
  if (version === OLDEST)
    call.res.setHeader(
      'x-ad-api-version-warning',
      'The call has been auto-upgraded to v21.0 as v20.0 has expired.',
    );
  const [id = '', edge = '', extra] = rest.split('/');
  if (!id || extra !== undefined)
    throw new GraphError(2500, undefined, { title: `Unknown path components: /${rest}` });
  if (id === 'oauth' && edge === 'access_token') return exchange(world, call);

  const token = authenticate(world, call);
  const graphCall: GraphCall = { ...call, world, version, token };
  if (id === 'debug_token') return debugToken(graphCall);
  const number = world.numbers.get(id);
  if (number) return numberEdge(graphCall, number, edge);
  const account = world.accounts.get(id);
  if (account) return accountEdge(graphCall, account, edge);
  if (id.startsWith('upload:') && edge === '') return uploadNode(graphCall, id);
  if (edge === 'uploads' && (id === 'app' || id === token.appId)) return openUpload(graphCall);
  const app = world.apps.get(id);
  if (app) return appEdge(graphCall, app.id, edge);
  for (const owner of world.accounts.values()) {
    const template = owner.templates.find((candidate) => candidate.id === id);
    if (template) return templateNode(graphCall, owner, template, edge);
  }
  if (edge === '') return mediaNode(graphCall, id);
  throw unknownObject(call.method, id);
}

async function mediaNode(call: GraphCall, id: string): Promise<void> {
  const { world, method, res } = call;
  const medium = findMedia(world, id);
  const through = call.query.get('phone_number_id');
  const isTheirs = medium && seenBy(world, medium, call.token);
  if (!isTheirs || !(through === null || medium.numberIds.includes(through))) throw unknownObject(method, id);
  if (!call.token.scopes.has('whatsapp_business_messaging')) throw new GraphError(10);
  if (method === 'GET') return sendJson(res, 200, presentMedia(world, medium));
  if (method === 'DELETE') {
    dropMedia(world, id);
    return sendJson(res, 200, { success: true });
  }
  throw methodError(call, '');
}

/** The URL alone is not enough: the token goes along, and five minutes later it is gone. */
function lookaside(world: World, call: Call): void {
  const token = authenticate(world, call);
  const medium = openMediaUrl(world, call.query);
  if (!medium || !seenBy(world, medium, token)) {
    call.res.writeHead(404, { 'content-type': 'text/plain' });
    call.res.end('URL signature expired');
    return;
  }
  call.res.writeHead(200, { 'content-type': medium.mimeType, 'content-length': medium.bytes.length });
  call.res.end(medium.bytes);
}
