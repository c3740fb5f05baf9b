import { connect } from 'node:net';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { newId, type WorkspaceId } from '../ids.ts';
import {
  buildHttp,
  cursorOf,
  type Http,
  type HttpOptions,
  listOf,
  listQuery,
  page,
  principalOf,
  readCursor,
} from './index.ts';

const silent = pino({ level: 'silent' });
const key = 'ck_abc123_s3cret-Value_1';
let http: Http | null = null;

async function build(more: Partial<HttpOptions> = {}): Promise<Http> {
  const workspaceId = newId<WorkspaceId>();
  const built = await buildHttp({
    log: silent,
    environment: 'test',
    checks: {},
    authenticate: async ({ bearer: token }) =>
      token === key
        ? {
            person: null,
            principal: {
              workspaceId,
              actor: { kind: 'key', id: 'abc123', role: 'key' },
              scopes: ['contacts:read', 'messages:*'],
              numberIds: null,
              plan: 'free',
            },
          }
        : null,
    ...more,
  });
  built.app.post(
    '/v1/things/:id',
    {
      schema: {
        params: z.object({ id: z.string() }),
        querystring: z.object({ dry: z.enum(['yes', 'no']).optional() }),
        body: z.object({
          name: z.string().min(2),
          parts: z.array(z.strictObject({ size: z.number().int() })).default([]),
        }),
        response: { 200: z.object({ name: z.string() }) },
      },
    },
    async (request) => ({ name: request.body.name }),
  );
  built.app.get('/v1/broken', async () => {
    throw new Error('the password is hunter2');
  });
  built.app.get('/v1/busy', async () => {
    throw errors.rateLimited(7);
  });
  for (const scope of ['contacts:read', 'messages:write', 'contacts:write']) {
    built.app.get(
      `/v1/gated/${scope.replace(':', '-')}`,
      { onRequest: built.gate(scope) },
      async (request) => ({
        workspaceId: principalOf(request).workspaceId,
      }),
    );
  }
  http = built;
  return built;
}

afterEach(async () => {
  await http?.close(100);
  http = null;
});

test('a body is refused with the path and the fix of each problem', async () => {
  const { app } = await build();
  const reply = await app.inject({
    method: 'POST',
    url: '/v1/things/1?dry=maybe',
    payload: { name: 'a', parts: [{ size: 1 }, { size: 'big', colour: 'red' }], extra: 1 },
  });
  // Fastify checks one part of a request after the other: parameters, body, query.
  expect(reply.statusCode).toBe(400);
  const { error } = reply.json();
  expect(error.code).toBe('invalid_request');
  expect(error.requestId).toBe(reply.headers['x-request-id']);
  const paths = error.details.problems.map((problem: { path: string }) => problem.path);
  expect(paths.sort()).toEqual(['extra', 'name', 'parts.1.colour', 'parts.1.size']);
  // By rule too, for whoever says it in another language.
  const rules = error.details.problems.map(({ rule, limit }: { rule: string; limit?: number }) => [
    rule,
    limit,
  ]);
  expect(rules).toEqual(
    expect.arrayContaining([
      ['too_short', 2],
      ['wrong_kind', undefined],
      ['unknown_field', undefined],
    ]),
  );

  const query = await app.inject({
    method: 'POST',
    url: '/v1/things/1?dry=maybe&wet=1',
    payload: { name: 'abc' },
  });
  expect(
    query
      .json()
      .error.details.problems.map((p: { path: string }) => p.path)
      .sort(),
  ).toEqual(['query.dry', 'query.wet']);
  const good = await app.inject({ method: 'POST', url: '/v1/things/1', payload: { name: 'abc' } });
  expect([good.statusCode, good.json()]).toEqual([200, { name: 'abc' }]);
});

test.each([
  ['__proto__', '{"name":"ab","__proto__":{"admin":true}}', 400, 'invalid_request'],
  ['constructor.prototype', '{"name":"ab","constructor":{"prototype":{}}}', 400, 'invalid_request'],
  ['half a body', '{"name":', 400, 'invalid_request'],
  ['nothing', '', 400, 'invalid_request'],
  ['too much', `{"name":"${'a'.repeat(2_000_000)}"}`, 413, 'too_large'],
])('JSON that is refused: %s', async (_what, payload, status, code) => {
  const { app } = await build();
  const reply = await app.inject({
    method: 'POST',
    url: '/v1/things/1',
    headers: { 'content-type': 'application/json' },
    payload,
  });
  expect([reply.statusCode, reply.json().error.code]).toEqual([status, code]);
});

test('another content type is refused where JSON is wanted', async () => {
  const { app } = await build();
  const reply = await app.inject({
    method: 'POST',
    url: '/v1/things/1',
    headers: { 'content-type': 'text/xml' },
    payload: '<a/>',
  });
  expect([reply.statusCode, reply.json().error.code]).toEqual([415, 'unsupported_media_type']);
});

test('unknown addresses, methods and failures have the same envelope and the security headers', async () => {
  const { app } = await build({ secure: true });
  const cases = [
    ['GET', '/nowhere', 404, 'not_found'],
    ['GET', '/v1/things/1', 405, 'method_not_allowed'],
    ['GET', '/v1/broken', 500, 'internal'],
    ['GET', '/v1/busy', 429, 'rate_limited'],
    ['GET', '/%ff', 400, 'invalid_request'],
  ] as const;
  for (const [method, url, status, code] of cases) {
    const reply = await app.inject({ method, url });
    expect([url, reply.statusCode, reply.json().error.code]).toEqual([url, status, code]);
    expect(Object.keys(reply.json().error).sort()).toEqual(['code', 'details', 'message', 'requestId']);
    expect(reply.body).not.toContain('hunter2');
    expect(reply.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': expect.stringContaining('max-age=31536000'),
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    if (status === 405) expect(reply.headers.allow).toContain('POST');
    if (status === 429) expect(reply.headers['retry-after']).toBe('7');
  }
});

test('what is not even HTTP gets the envelope and an end', async () => {
  const { app } = await build();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('\x16\x03\x01 hello\r\n\r\n'));
    let text = '';
    socket.on('data', (part) => {
      text += part;
    });
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1.1 400/);
  expect(JSON.parse(answer.split('\r\n\r\n')[1]!).error.code).toBe('invalid_request');
});

test('the gate: no key, a wrong key, a key without the scope, a key', async () => {
  const { app } = await build();
  const ask = async (scope: string, authorization?: string) =>
    (
      await app.inject({
        url: `/v1/gated/${scope.replace(':', '-')}`,
        headers: authorization ? { authorization } : {},
      })
    ).statusCode;
  expect(await ask('contacts:read')).toBe(401);
  for (const wrong of [
    '',
    key,
    'Bearer',
    'Basic abc',
    'Bearer ck_abc123',
    'Bearer ck_abc123_other',
    `Bearer ${key} x`,
  ]) {
    expect([wrong, await ask('contacts:read', wrong)]).toEqual([wrong, 401]);
  }
  expect(await ask('contacts:write', `Bearer ${key}`)).toBe(403);
  expect(await ask('contacts:read', `Bearer ${key}`)).toBe(200);
  expect(await ask('messages:write', `bearer ${key}`)).toBe(200);
});

test('OpenAPI 3.1 shows the routes and hides the doors', async () => {
  const { app } = await build();
  const document = (await app.inject('/openapi.json')).json();
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/v1/things/{id}');
  const body = document.paths['/v1/things/{id}'].post.requestBody.content['application/json'].schema;
  expect(body.additionalProperties).toBe(false);
  expect(body.required).toEqual(['name']);
});

test('health answers by itself; readiness asks the checks and says which one failed', async () => {
  let database: string | null = null;
  const { app, stopIntake } = await build({
    checks: {
      database: async () => database,
      secrets: async () => {
        if (database) throw new Error('no sealing key');
        return null;
      },
      stuck: () => (database ? new Promise(() => {}) : Promise.resolve(null)),
    },
  });
  const health = (await app.inject('/health')).json();
  expect(health).toMatchObject({ status: 'ok', ok: true, environment: 'test' });
  expect(Number.isNaN(Date.parse(health.timestamp))).toBe(false);
  expect((await app.inject('/readyz')).statusCode).toBe(200);

  database = 'connection refused';
  const [ready, live] = await Promise.all([app.inject('/readyz'), app.inject('/livez')]);
  expect(live.statusCode).toBe(200);
  expect(ready.statusCode).toBe(503);
  expect(ready.json().checks).toEqual({
    database: 'connection refused',
    secrets: 'no sealing key',
    stuck: 'no answer within 2 s',
  });

  database = null;
  stopIntake();
  const closing = await app.inject('/readyz');
  expect([closing.statusCode, closing.headers.connection]).toEqual([503, 'close']);
  expect((await app.inject('/health')).statusCode).toBe(200);
});

test('closing lets the request in flight finish and takes no new connection', async () => {
  const built = await build();
  let release = () => {};
  let arrived = () => {};
  const inside = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  built.app.get('/slow', async () => {
    arrived();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return { done: true };
  });
  const url = await built.listen({ host: '127.0.0.1', port: 0 });
  const slow = fetch(`${url}/slow`);
  await inside;
  built.stopIntake();
  const closed = built.close();
  release();
  const reply = await slow;
  expect([reply.status, await reply.json(), reply.headers.get('connection')]).toEqual([
    200,
    { done: true },
    'close',
  ]);
  await closed;
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});

test('a cursor is read back as it was made, and nothing else is taken for one', () => {
  const shape = z.tuple([z.iso.datetime(), z.string()]);
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }),
      fc.string(),
      (at, id) => {
        expect(readCursor(cursorOf([at.toISOString(), id]), shape)).toEqual([at.toISOString(), id]);
      },
    ),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => readCursor(text, shape)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    }),
  );
  expect(readCursor(undefined, shape)).toBeNull();
});

test('a page ends without a cursor, and the pages together are the list', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat()), fc.integer({ min: 1, max: 7 }), (numbers, limit) => {
      const all = numbers.sort((a, b) => a - b);
      const seen: number[] = [];
      let cursor: string | undefined;
      for (;;) {
        const after = readCursor(cursor, z.tuple([z.number()]));
        const rows = all.filter((n) => after === null || n > after[0]).slice(0, limit + 1);
        const list = page(
          rows,
          limit,
          (n) => [n],
          (n) => n,
        );
        seen.push(...list.data);
        if (list.nextCursor === null) break;
        cursor = list.nextCursor;
      }
      expect(seen).toEqual(all);
    }),
  );
  expect(listQuery.safeParse({ limit: '101' }).success).toBe(false);
  expect(listQuery.parse({})).toEqual({ limit: 50, offset: 0 });
  expect(listOf(z.number()).parse({ data: [1], nextCursor: null })).toEqual({ data: [1], nextCursor: null });
});

test('pages of listed origins may call /v1, others may not', async () => {
  http = await build({ corsOrigins: ['https://app.example.com/'] });
  const ask = (method: 'GET' | 'OPTIONS', url: string, origin: string) =>
    http!.app.inject({ method, url, headers: { origin, 'access-control-request-method': 'POST' } });
  const preflight = await ask('OPTIONS', '/v1/things/1', 'https://app.example.com');
  expect(preflight.statusCode).toBe(204);
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-methods': expect.stringContaining('PATCH'),
    'access-control-allow-headers': expect.stringContaining('authorization'),
    'access-control-allow-credentials': 'true',
    vary: 'origin',
  });
  for (const url of ['/api/auth/login', '/tenants/register', '/openapi.json']) {
    expect((await ask('OPTIONS', url, 'https://app.example.com')).statusCode, url).toBe(204);
  }
  const refused = await ask('GET', '/v1/broken', 'https://app.example.com');
  expect(refused.headers['access-control-allow-origin']).toBe('https://app.example.com');
  for (const [url, origin] of [
    ['/v1/things/1', 'https://evil.example.com'],
    ['/elsewhere', 'https://app.example.com'],
  ] as const) {
    const answer = await ask('OPTIONS', url, origin);
    expect(answer.statusCode).toBeGreaterThanOrEqual(404);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  }
});

test('a key for certain numbers cannot change the workspace, whatever its scopes', async () => {
  let numberIds: string[] | null = ['n1'];
  http = await build({
    authenticate: async () => ({
      person: null,
      principal: {
        workspaceId: newId<WorkspaceId>(),
        actor: { kind: 'key', id: 'abc123', role: 'key' },
        scopes: ['*'],
        numberIds,
        plan: 'free',
      },
    }),
  });
  http.app.patch('/v1/all', { onRequest: http.gate('workspace:write') }, async () => ({}));
  http.app.get('/v1/all', { onRequest: http.gate('workspace:read') }, async () => ({}));
  const ask = async (method: 'GET' | 'PATCH') =>
    (await http!.app.inject({ method, url: '/v1/all', headers: { authorization: `Bearer ${key}` } }))
      .statusCode;
  expect(await ask('PATCH')).toBe(403);
  expect(await ask('GET')).toBe(200);
  numberIds = null;
  expect(await ask('PATCH')).toBe(200);
});

test('what a route does not have is not found, and no wrong method', async () => {
  http = await build();
  http.app.get('/files/*', async (_request, reply) => reply.callNotFound());
  expect((await http.app.inject({ url: '/files/gone.js' })).statusCode).toBe(404);
  const wrong = await http.app.inject({ method: 'POST', url: '/files/gone.js' });
  expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET, HEAD']);
});
