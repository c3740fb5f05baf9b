import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { AppError } from '../../platform/errors.ts';
import type { Acceptor } from './accept.ts';
import type { DoorKeeper } from './apps.ts';

export interface InboundRoutesDeps {
  keeper: DoorKeeper;
  acceptor: Acceptor;
  /** Refuses past the flood level per address; without it an authentic body is never refused. */
  flood?: onRequestAsyncHookHandler | undefined;
}

/** WhatsApp sends up to 3 MB. */
export const bodyLimit = 4 * 1024 * 1024;

const addresses = [
  '/webhooks/cloud',
  '/webhook',
  '/webhook/whatsapp',
  '/api/webhook',
  '/api/v1/webhook',
  '/whatsapp/webhook',
];

// Text, not bytes: node writes headers and text in one go, headers and a Buffer in two.
const ok = 'OK';
const nothing = '';
const noBody = Buffer.alloc(0);

/**
 * Where WhatsApp speaks to us. The body stays the bytes that came: a signature over re-serialised JSON proves nothing.
 * Answers: 200 committed · 503 with Retry-After · 401 not authentic · 413 too large · 429 only past a flood level.
 */
export async function inboundRoutes(app: FastifyInstance, deps: InboundRoutesDeps): Promise<void> {
  const { keeper, acceptor } = deps;
  // No logger per request: making it was about 1.5 % of this door's busy time, and nothing here uses it.
  app.setChildLoggerFactory((logger) => logger);
  if (deps.flood) app.addHook('onRequest', deps.flood);
  // Bytes are bytes: a content-type that Fastify cannot read would be refused with 415 before the signature is seen.
  app.addHook('onRequest', async (request) => {
    request.raw.headers['content-type'] = 'application/octet-stream';
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof AppError ? error.status : (error.statusCode ?? 500);
    if (error instanceof AppError && error.details.retryAfterSeconds !== undefined) {
      reply.header('retry-after', String(error.details.retryAfterSeconds));
    }
    if (status >= 500) return unavailable(reply);
    return reply.code(status).type('text/plain').send(nothing);
  });

  async function receive(request: FastifyRequest, reply: FastifyReply, appKey: string | null) {
    const body = Buffer.isBuffer(request.body) ? request.body : noBody;
    const signature = request.headers['x-hub-signature-256'];
    const appId = await keeper.whoSigned(appKey, body, signature);
    if (appId === null) return reply.code(401).type('text/plain').send(nothing);
    const acceptance = await acceptor.accept({
      source: 'cloud',
      appId,
      body,
      signature: signature as string,
    });
    if (acceptance === 'stored') return reply.code(200).type('text/plain').send(ok);
    return unavailable(reply);
  }

  async function challenge(request: FastifyRequest, reply: FastifyReply, appKey: string | null) {
    const query = request.query as Record<string, unknown>;
    const mode = query['hub.mode'];
    if (typeof mode !== 'string') {
      return reply
        .code(400)
        .type('text/plain')
        .send(
          'This address takes webhooks. WhatsApp verifies it with hub.mode, hub.verify_token, hub.challenge.',
        );
    }
    const token = query['hub.verify_token'];
    const answer = query['hub.challenge'];
    if (mode !== 'subscribe' || typeof token !== 'string' || !(await keeper.knowsToken(appKey, token))) {
      return reply.code(403).type('text/plain').send('The verify token is not the one configured here.');
    }
    // Text, sniffing off: the challenge is whatever the caller wrote.
    return reply
      .code(200)
      .header('x-content-type-options', 'nosniff')
      .type('text/plain')
      .send(typeof answer === 'string' ? answer : '');
  }

  for (const url of addresses) {
    app.get(url, { schema: { hide: true } as never }, (request, reply) => challenge(request, reply, null));
    app.post(url, { schema: { hide: true } as never }, (request, reply) => receive(request, reply, null));
  }
  const keyed = '/webhooks/cloud/:appKey';
  const keyOf = (request: FastifyRequest) => (request.params as { appKey: string }).appKey;
  app.get(keyed, { schema: { hide: true } as never }, (request, reply) =>
    challenge(request, reply, keyOf(request)),
  );
  app.post(keyed, { schema: { hide: true } as never }, (request, reply) =>
    receive(request, reply, keyOf(request)),
  );
}

function unavailable(reply: FastifyReply) {
  return reply.code(503).header('retry-after', '5').type('text/plain').send(nothing);
}
