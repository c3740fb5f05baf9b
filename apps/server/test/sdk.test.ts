/** The SDK goes every way that the API has: each route's sample is sent by its operation. */
import { type Call, ChaskiError, createClient } from '@chaski/sdk';
import { addresses } from '@chaski/sdk/generated';
import { describe, expect, test } from 'vitest';
import { testApi } from './api.ts';
import { publicRoutes, routesOf } from './routes.ts';
import { allSamples } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();

/** The client's fetch, answered by the server without a socket. */
function injected(headers: Record<string, string>, calls: { count: number }): typeof fetch {
  return async (input, init) => {
    calls.count += 1;
    const { pathname, search } = new URL(String(input));
    const body = init?.body;
    const reply = await api.http.app.inject({
      method: (init?.method ?? 'GET') as 'GET',
      url: pathname + search,
      headers: { ...(init?.headers as Record<string, string>), ...headers },
      ...(body === undefined || body === null ? {} : { payload: body as string | Buffer }),
    });
    const empty = reply.statusCode === 204 || reply.statusCode === 304;
    return new Response(empty ? null : new Uint8Array(reply.rawPayload), {
      status: reply.statusCode,
      headers: reply.headers as Record<string, string>,
    });
  };
}

const operationOf = new Map<string, string>(
  Object.entries(addresses).map(([operation, address]) => [address, operation]),
);
const routes = routesOf(api.http).filter(({ url }) => url.startsWith('/v1/'));

describe('the SDK', () => {
  // What needs no caller and no sample is tried by tests of its own.
  const sampled = routes.map(({ key }) => key).filter((key) => key in samples || !(key in publicRoutes));
  test.each(sampled)('%s', async (key) => {
    const [method = '', url = ''] = key.split(' ');
    const operation = operationOf.get(`${method.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(operation, 'run `npm run api`').toBeDefined();
    const stage = await api.stage();
    const sample = await samples[key]!(stage);
    const calls = { count: 0 };
    const client = createClient({
      url: 'http://chaski.test',
      fetch: injected({ ...api.callerOf(key, stage), ...sample.headers }, calls),
    });
    const [area = '', name = ''] = operation!.split('.');
    const areas = client as unknown as Record<string, Record<string, (input: object) => Promise<unknown>>>;
    const input = {
      ...sample.params,
      ...(sample.query ? { query: sample.query } : {}),
      ...(sample.body === undefined ? {} : { body: sample.body }),
    };
    const answer = await areas[area]![name]!(input).catch((error: unknown) => {
      // Where a sample is for a refusal, it must come as one.
      if (error instanceof ChaskiError && error.status === sample.status) return error;
      throw error;
    });
    expect(calls.count).toBe(1);
    if (answer instanceof Response) await answer.body?.cancel();
  });

  test('every operation is a route', () => {
    const known = new Set(
      routes.map(({ method, url }) => `${method.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`),
    );
    expect(Object.values(addresses).filter((address) => !known.has(address))).toEqual([]);
  });

  test('takes the fetch that is there when it is called, not when it was made', async () => {
    const before = globalThis.fetch;
    const client = createClient({ url: 'http://chaski.test', key: 'ck_a_b' });
    const asked: string[] = [];
    try {
      globalThis.fetch = async (input) => {
        asked.push(String(input));
        return Response.json({ data: [], nextCursor: null });
      };
      expect(await client.contacts.list()).toEqual({ data: [], nextCursor: null });
    } finally {
      globalThis.fetch = before;
    }
    expect(asked).toEqual(['http://chaski.test/v1/contacts']);
  });

  test('repeats what may be repeated, and says what was refused', async () => {
    const waits: number[] = [];
    let answers: Response[] = [];
    const client = createClient({
      url: 'http://chaski.test/',
      key: 'ck_a_b',
      fetch: async () => answers.shift() ?? Response.json({ data: [], nextCursor: null }),
      sleep: async (ms) => void waits.push(ms),
    });
    const busy = (seconds: number) =>
      Response.json(
        { error: { code: 'rate_limited', message: 'Later.', details: { a: 1 }, requestId: 'r1' } },
        { status: 429, headers: { 'retry-after': String(seconds) } },
      );
    answers = [busy(3), busy(1)];
    expect(await client.contacts.list()).toEqual({ data: [], nextCursor: null });
    expect(waits).toEqual([3_000, 1_000]);

    const post: Call = client.call;
    const route = { method: 'POST', path: '/v1/messages', answer: 'json' } as const;
    answers = [busy(2)];
    await expect(post(route, { body: {} })).rejects.toMatchObject({
      status: 429,
      code: 'rate_limited',
      details: { a: 1 },
      requestId: 'r1',
      retryAfter: 2,
    });
    answers = [busy(2)];
    await post(route, { body: {} }, { idempotencyKey: 'k' });
    expect(waits).toEqual([3_000, 1_000, 2_000]);

    answers = [new Response('<h1>Bad gateway</h1>', { status: 502 })];
    await expect(client.contacts.list()).rejects.toMatchObject({ status: 502, code: 'unknown' });
    await expect(client.contacts.get({} as { id: string })).rejects.toThrow('needs id');
  });
});
