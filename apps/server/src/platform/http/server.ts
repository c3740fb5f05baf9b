import swagger from '@fastify/swagger';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import type { Database } from '../db/index.ts';
import { AppError, errors } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../log.ts';
import { histogram } from '../metrics.ts';
import { speakPlainly } from '../sentences.ts';
import { compression, isCompressible } from './compress.ts';
import { envelope, renderError } from './errors.ts';
import {
  type Access,
  type Admission,
  type Authenticate,
  type Gate,
  type GateHook,
  gateWith,
} from './gates.ts';
import { healthRoutes, type ReadyCheck } from './health.ts';
import { once } from './once.ts';
import { completeSpec } from './openapi.ts';
import { inTime } from './slow.ts';

export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** One address with one method. */
export interface Route {
  method: string;
  /** As registered: `/v1/contacts/:id`. */
  url: string;
  access: Access | null;
  /** Media types of a body that is a file: no schema describes it. */
  consumes: readonly string[];
  /** Its answers are compressed for whoever can read that. */
  compressed: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Not timed for /metrics: the hook alone would be felt at this address. */
    untimed?: boolean;
  }
  interface FastifyInstance {
    /** In development errors tell where they arose. */
    showsStacks?: boolean;
    /**
     * What an answer to a program carries, name and value in turns, for who writes past Fastify's reply
     * (`reply.hijack()`). The others of ours tell a browser what a page may do.
     */
    programHeaders?: () => readonly string[];
  }
}

export interface HttpOptions {
  log: Logger;
  environment: string;
  /** In development errors tell where they arose. */
  showsStacks?: boolean;
  /** Calls that people guess (`GET /v1/…`), and the ones they mean; `$1` stands for what the first group matched. */
  meant?: readonly (readonly [guessed: RegExp, call: string])[];
  authenticate: Authenticate;
  /** Where answers to the POSTs of people and operators are kept for their Idempotency-Key. */
  db?: Database;
  /** Limits of addresses, users, keys and workspaces. */
  admission?: Admission;
  /** What /readyz asks, by name. */
  checks: Record<string, ReadyCheck>;
  clock?: Clock;
  version?: string;
  /** Addresses of proxies in front of us (CIDR); only they may say whom they speak for. */
  trustedProxies?: string[];
  /** For JSON bodies. */
  bodyLimit?: number;
  /** How long the body of a request may take to come; files may take five minutes. */
  bodyTimeoutMs?: number;
  /** Origins of other web pages that may call /v1 from a browser. */
  corsOrigins?: readonly string[];
  /** The public address is https: browsers may remember it. */
  secure?: boolean;
}

export interface Http {
  app: HttpApp;
  /** Every route that is not for the world passes through here: `onRequest: http.gate('messages:write')`. */
  gate: Gate;
  /** Every route so far, and what it asks of its caller (null: nothing). */
  routes: readonly Route[];
  /** What /openapi.json answers; after the server is ready. */
  openapi(): Record<string, unknown>;
  listen(address: { host: string; port: number }): Promise<string>;
  /** First phase of closing: not ready any more, connections are asked to go; everything is still answered. */
  stopIntake(): void;
  /** Second phase: no new connections, requests in flight finish, within the limit. */
  close(limitMs?: number): Promise<void>;
}

/** What pages of other origins may call, when they are listed. */
const callable = /^\/(v1|api|tenants|graph)\/|^\/(health|openapi\.json)(\?|$)/;
const exposed =
  'x-request-id, idempotent-replayed, retry-after, etag, content-range, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset';

const answering = histogram(
  'chaski_http_request_seconds',
  'From the first byte of a request to the last of its answer, by route pattern.',
  [0.005, 0.02, 0.1, 0.5, 2, 10],
  ['method', 'route', 'status'],
);

/** Builds the server: schemas, envelope, headers, health, OpenAPI. Routes are added by whoever composes the program. */
export async function buildHttp(options: HttpOptions): Promise<Http> {
  speakPlainly();
  let closing = false;
  const headers: [string, string][] = [
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['content-security-policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"],
    ['cache-control', 'no-store'],
    ...(options.secure
      ? ([['strict-transport-security', 'max-age=31536000; includeSubDomains']] as [string, string][])
      : []),
  ];
  const decorate = (requestId: string, reply: FastifyReply) => {
    for (const [name, value] of headers) if (!reply.hasHeader(name)) reply.header(name, value);
    reply.header('x-request-id', requestId);
  };
  const forPrograms = headers.filter(([name]) => name === 'x-content-type-options').flat();
  const leaving = [...forPrograms, 'connection', 'close'];
  const app: HttpApp = fastify({
    // Its only words at info are "Server listening", once per address; main says where it listens.
    loggerInstance: options.log.child(
      {},
      {
        level: options.log.level === 'info' ? 'warn' : options.log.level,
        // The multipart parser tells its options at trace, and in them the caller's credentials.
        redact: ['busboyOptions.headers'],
      },
    ) as FastifyBaseLogger,
    // One line per request costs more than a webhook's own work; refusals are logged where they are rendered.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    // As Node has it by itself, for files and webhooks too.
    requestTimeout: 300_000,
    trustProxy: options.trustedProxies && options.trustedProxies.length > 0 ? options.trustedProxies : false,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : newId();
    },
    requestIdHeader: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      // Before any hook: the address could not be decoded.
      decorate(request.id, reply as never);
      renderError(error, request, reply as never);
    },
    clientErrorHandler(_error, socket) {
      // Not even HTTP: no request, no reply, but the same envelope.
      const body = envelope(new AppError('invalid_request', 400, 'The request cannot be read.'), newId());
      if (socket.writable) {
        socket.end(
          `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
        );
      } else socket.destroy();
    },
  }).withTypeProvider<ZodTypeProvider>();

  // Many clients name JSON with every request: no body is none, whatever its type says.
  const json = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else json(request, body as string, done);
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => renderError(error, request, reply));
  app.decorate('showsStacks', options.showsStacks === true);
  app.decorateRequest('principal', null);
  app.decorateRequest('person', null);
  app.decorateRequest('operatorKey', null);
  app.decorateRequest('limit', null);
  app.decorateRequest('claimed', null);
  const remember = options.db && once(options.db);

  const slow = inTime(options.bodyTimeoutMs ?? 30_000);
  const routes: (Route & { pattern: RegExp })[] = [];
  app.addHook('onRoute', (route) => {
    const hooks = [route.onRequest ?? []].flat() as Partial<GateHook>[];
    const access = hooks.find((hook) => hook.access !== undefined)?.access ?? null;
    const compressed = isCompressible(route);
    if (!compressed) route.compress = false;
    const consumes = (route.schema as { consumes?: string[] } | undefined)?.consumes ?? [];
    if (consumes.length === 0 && !route.config?.untimed && route.method !== 'GET') {
      route.preParsing = [...[route.preParsing ?? []].flat(), slow];
    }
    for (const method of [route.method].flat()) {
      routes.push({ method, url: route.url, access, consumes, compressed, pattern: patternOf(route.url) });
    }
    if (!route.config?.untimed) {
      const { url } = route;
      route.onResponse = [
        ...[route.onResponse ?? []].flat(),
        (request, reply, done) => {
          const status = `${Math.floor(reply.statusCode / 100)}xx`;
          answering.observe({ method: request.method, route: url, status }, reply.elapsedTime / 1_000);
          done();
        },
      ];
    }
    const isPersons = access?.kind === 'person' || access?.kind === 'operator';
    if (remember && isPersons && route.method === 'POST' && !route.config?.answersOnce) {
      route.preHandler = [...[route.preHandler ?? []].flat(), remember.begin];
      route.onSend = [...[route.onSend ?? []].flat(), remember.end];
    }
    if (access === null && route.config?.limits && options.admission) {
      const { admission } = options;
      route.onRequest = [(request) => admission.visitor(request), ...[route.onRequest ?? []].flat()];
      // Between parsing and validating: what is not valid counts too.
      route.preValidation = [
        async (request) => {
          const email = (request.body as { email?: unknown } | null | undefined)?.email;
          if (typeof email === 'string') await admission.account(request, email);
        },
        ...[route.preValidation ?? []].flat(),
      ];
    }
    if (route.config?.failures && options.admission) {
      const { admission } = options;
      route.onSend = [
        ...[route.onSend ?? []].flat(),
        (request, reply, payload, done) => {
          const { person, principal, operatorKey } = request;
          const isRefused = reply.statusCode >= 400 && reply.statusCode < 500;
          if (person && !isRefused) {
            admission.wentWell({ person, principal, ...(operatorKey && { operatorKey }) }, request);
          }
          done(null, payload);
        },
      ];
    }
    const schema = route.schema;
    if (!schema) return;
    // Keys nobody knows are refused, also where a schema forgot to say so.
    for (const part of ['body', 'querystring', 'params'] as const) {
      const given = schema[part];
      if (given instanceof z.ZodObject && given.def.catchall === undefined) schema[part] = given.strict();
    }
  });
  // After our own onRoute: what is kept for an Idempotency-Key is kept before it is compressed.
  await app.register(compression.plugin, compression.options);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = [
      ...new Set(routes.filter((route) => route.pattern.test(path)).map((route) => route.method)),
    ];
    // A route that is there and has no such thing (a file) is no wrong method.
    if (allowed.length > 0 && !allowed.includes(request.method)) {
      reply.header('allow', allowed.join(', '));
      return renderError(
        new AppError('method_not_allowed', 405, `Use ${allowed.join(' or ')} here.`, { allowed }),
        request,
        reply,
      );
    }
    const asked = `${request.method} ${path}`;
    const [guessed, call] = options.meant?.find(([one]) => one.test(asked)) ?? [];
    if (guessed === undefined || call === undefined) {
      return renderError(errors.notFound('address', { path }), request, reply);
    }
    const use = asked.replace(guessed, call);
    return renderError(
      new AppError('not_found', 404, `There is no such address. Use ${use}.`, { path, use }),
      request,
      reply,
    );
  });

  // With a callback: a promise per answer would do nothing but wait for itself.
  app.addHook('onSend', (request, reply, payload, done) => {
    decorate(request.id, reply);
    const { limit } = request;
    if (limit) {
      reply.header('x-ratelimit-limit', String(limit.max));
      reply.header('x-ratelimit-remaining', String(limit.remaining));
      reply.header('x-ratelimit-reset', String(limit.resetSeconds));
    }
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.decorate('programHeaders', () => (closing ? leaving : forPrograms));

  const origins = new Set(options.corsOrigins?.map((origin) => origin.replace(/\/+$/, '')));
  if (origins.size > 0) {
    app.addHook('onRequest', async (request, reply) => {
      if (!callable.test(request.url)) return;
      reply.header('vary', 'origin');
      const { origin } = request.headers;
      if (origin === undefined || !origins.has(origin)) return;
      reply.header('access-control-allow-origin', origin);
      // Only these may bring a session's cookie; what it may do across sites its gate decides again.
      reply.header('access-control-allow-credentials', 'true');
      reply.header('access-control-expose-headers', exposed);
      reply.header('cross-origin-resource-policy', 'cross-origin');
      if (request.method !== 'OPTIONS') return;
      reply.header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE');
      reply.header(
        'access-control-allow-headers',
        // The last line is what supabase-js sends.
        'authorization, content-type, idempotency-key, x-idempotency-key, x-request-id, x-workspace-id, if-match, ' +
          'apikey, x-client-info, x-supabase-api-version, accept-profile, content-profile, prefer, range, range-unit',
      );
      reply.header('access-control-max-age', '600');
      return reply.status(204).send(undefined as never);
    });
  }

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Chaski', version: options.version ?? '0.0.0' },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', bearerFormat: 'ck_<id>_<secret>' },
          token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          session: { type: 'apiKey', in: 'cookie', name: 'chaski' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  let spec: Record<string, unknown> | null = null;
  const openapi = () => {
    spec ??= completeSpec(structuredClone(app.swagger()) as unknown as Record<string, unknown>, routes);
    return spec;
  };
  app.get('/openapi.json', { schema: { hide: true } as never }, async () => openapi());
  healthRoutes(app as unknown as FastifyInstance, {
    environment: options.environment,
    clock: options.clock ?? systemClock,
    checks: options.checks,
    closing: () => closing,
  });

  return {
    app,
    gate: gateWith(options.authenticate, options.admission),
    routes,
    openapi,
    listen: (address) => app.listen(address),
    stopIntake() {
      closing = true;
      app.server.closeIdleConnections();
    },
    async close(limitMs = 10_000) {
      closing = true;
      const limit = setTimeout(() => app.server.closeAllConnections(), limitMs);
      try {
        await app.close();
      } finally {
        clearTimeout(limit);
      }
    },
  };
}

/** A route's address as a pattern, to tell a wrong method from a wrong address. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    if (part === '*') return '.*';
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
