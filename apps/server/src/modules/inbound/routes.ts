import type { IncomingMessage } from 'node:http';
import type { ProviderName } from '@chaski/providers';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
  RouteShorthandOptions,
} from 'fastify';
import { AppError } from '../../platform/errors.ts';
import { counter } from '../../platform/metrics.ts';
import type { Acceptor } from './accept.ts';
import type { DoorKeeper } from './apps.ts';
import type { YcloudKeeper } from './ycloud.ts';

export interface InboundRoutesDeps {
  keeper: DoorKeeper;
  ycloud: YcloudKeeper;
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

/** The first is ours, the second S0's. */
const ycloudAddresses = ['/webhooks/ycloud', '/api/functions/v1/whatsapp-webhook'];

const unauthentic = counter(
  'chaski_webhooks_unauthentic_total',
  'Webhooks that no known app had signed: 401.',
);

const hidden = { hide: true } as never;
const noBody = Buffer.alloc(0);

/**
 * Where WhatsApp speaks to us. The body stays the bytes that came: a signature over re-serialised JSON proves nothing.
 * Answers: 200 committed · 503 with Retry-After · 401 not authentic · 413 too large · 429 only past a flood level.
 *
 * A webhook is received and answered in the onRequest hook of its route, on node's own request and response: what lies
 * between hook and handler (content types, a parser, validation, promises, a reply with hooks of its own) does nothing
 * for bytes. docs/decisions/004-the-door-answers-itself.md has the figures.
 */
export async function inboundRoutes(app: FastifyInstance, deps: InboundRoutesDeps): Promise<void> {
  const { keeper, ycloud, acceptor } = deps;
  // No logger per request: making it was about 1.5 % of this door's busy time, and nothing here uses it.
  app.setChildLoggerFactory((logger) => logger);
  if (deps.flood) app.addHook('onRequest', deps.flood);
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof AppError ? error.status : (error.statusCode ?? 500);
    if (error instanceof AppError && error.details.retryAfterSeconds !== undefined) {
      reply.header('retry-after', String(error.details.retryAfterSeconds));
    }
    if (status >= 500) return reply.code(503).header('retry-after', '5').type('text/plain').send('');
    return reply.code(status).type('text/plain').send('');
  });

  const always = app.programHeaders ?? (() => []);
  function answer(request: FastifyRequest, reply: FastifyReply, [status, text, ...headers]: Answer): void {
    // One array and one text: node writes both in one go, headers and a Buffer in two.
    reply.raw.writeHead(status, [...always(), 'x-request-id', request.id, ...headers]);
    reply.raw.end(text, 'latin1');
  }

  async function store(
    { source, whoSigned }: Door,
    key: string | null,
    body: Buffer,
    signature: string | string[] | undefined,
  ) {
    try {
      const appId = await whoSigned(key, body, signature);
      if (appId === null) {
        unauthentic.inc();
        return notAuthentic;
      }
      const acceptance = await acceptor.accept({
        source,
        appId,
        body,
        signature: signature as string,
      });
      return acceptance === 'stored' ? stored : unavailable;
    } catch {
      return unavailable; // Who signs is not known yet: the database was away since the start.
    }
  }

  const cloudDoor: Door = {
    source: 'cloud',
    header: 'x-hub-signature-256',
    whoSigned: (...args) => keeper.whoSigned(...args),
  };
  const ycloudDoor: Door = {
    source: 'ycloud',
    header: 'ycloud-signature',
    whoSigned: (...args) => ycloud.whoSigned(...args),
  };

  function receiving(door: Door, keyOf: (request: FastifyRequest) => string | null): RouteShorthandOptions {
    return {
      schema: hidden,
      config: { untimed: true },
      onRequest(request, reply) {
        reply.hijack();
        readBody(request.raw, (body) => {
          if (body === null) {
            answer(request, reply, tooLarge);
            return;
          }
          void store(door, keyOf(request), body, request.raw.headers[door.header]).then((result) =>
            answer(request, reply, result),
          );
        });
      },
    };
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
    app.get(url, { schema: hidden }, (request, reply) => challenge(request, reply, null));
    app.post(
      url,
      receiving(cloudDoor, () => null),
      answeredByHook,
    );
  }
  const keyOf = (request: FastifyRequest) => (request.params as { appKey: string }).appKey;
  const keyed = '/webhooks/cloud/:appKey';
  app.get(keyed, { schema: hidden }, (request, reply) => challenge(request, reply, keyOf(request)));
  app.post(keyed, receiving(cloudDoor, keyOf), answeredByHook);
  for (const url of ycloudAddresses) {
    app.post(
      url,
      receiving(ycloudDoor, () => null),
      answeredByHook,
    );
  }
  app.post('/webhooks/ycloud/:appKey', receiving(ycloudDoor, keyOf), answeredByHook);
}

/** Whose webhooks an address takes. */
interface Door {
  source: ProviderName;
  /** What is signed, in lower case. */
  header: string;
  /** The app, or the account that signs for itself. */
  whoSigned(
    key: string | null,
    body: Buffer,
    signature: string | string[] | undefined,
  ): Promise<string | null>;
}

/** Status, text, headers (name and value in turns). */
type Answer = readonly [number, string, ...string[]];

const plain = (status: number, text: string, ...headers: string[]): Answer => [
  status,
  text,
  'content-type',
  'text/plain',
  'content-length',
  String(Buffer.byteLength(text)),
  ...headers,
];
const stored = plain(200, 'OK');
const notAuthentic = plain(401, '');
const unavailable = plain(503, '', 'retry-after', '5');
// The rest of the body is not read: the connection has to go.
const tooLarge = plain(413, '', 'connection', 'close');

const answeredByHook = () => {};

/** The body in one piece; null as soon as it is known to be too large; never, when the sender gives up. */
function readBody(request: IncomingMessage, done: (body: Buffer | null) => void): void {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
    done(null);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyLimit) {
      chunks.push(chunk);
      return;
    }
    request.off('data', onData).off('end', onEnd);
    done(null);
  };
  const onEnd = () =>
    done(chunks.length === 1 ? chunks[0]! : chunks.length === 0 ? noBody : Buffer.concat(chunks));
  request.on('data', onData).on('end', onEnd);
}
