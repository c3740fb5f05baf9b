import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { testApi } from '../../../test/api.ts';
import { createLog } from '../log.ts';
import { buildHttp, type Http } from './index.ts';

// Not inside its test, where nothing of it would be closed.
const { http: api } = await testApi();
let http: Http | null = null;
afterEach(async () => {
  await http?.close();
  http = null;
});

const many = Array.from({ length: 200 }, (_, n) => ({ id: n, name: `contact ${n}` }));
const rows = z.object({ data: z.array(z.object({ id: z.number(), name: z.string() })) });
const key = z.object({ data: z.array(z.object({ id: z.number(), name: z.string(), apiKey: z.string() })) });

async function build(showsStacks = false): Promise<Http> {
  http = await buildHttp({
    log: createLog('silent'),
    environment: 'test',
    showsStacks,
    authenticate: async () => null,
    checks: {},
  });
  const { app } = http;
  app.get('/v1/list', { schema: { response: { 200: rows } } }, async () => ({ data: many }));
  app.get('/v1/few', { schema: { response: { 200: rows } } }, async () => ({ data: many.slice(0, 3) }));
  app.post('/v1/list', { schema: { response: { 200: rows } } }, async () => ({ data: many }));
  app.get('/v1/secrets', { schema: { response: { 200: key } } }, async () => ({
    data: many.map((row) => ({ ...row, apiKey: 'ck_abc' })),
  }));
  app.get('/v1/crash', async () => {
    throw new Error('the reason');
  });
  return http;
}

const ask = (url: string, encoding: string, method: 'GET' | 'POST' = 'GET') =>
  http!.app.inject({ method, url, headers: { 'accept-encoding': encoding } });

test('lists above 1 KB come as br or gzip, whole, and say so', async () => {
  await build();
  const br = await ask('/v1/list', 'gzip, br');
  expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
  expect(JSON.parse(brotliDecompressSync(br.rawPayload).toString())).toEqual({ data: many });
  const gzip = await ask('/v1/list', 'gzip');
  expect(gzip.headers['content-encoding']).toBe('gzip');
  expect(JSON.parse(gunzipSync(gzip.rawPayload).toString())).toEqual({ data: many });
  expect(gzip.rawPayload.length).toBeLessThan(JSON.stringify({ data: many }).length / 2);
  expect((await ask('/openapi.json', 'br')).headers['content-encoding']).toBe('br');
});

test('what is small, was not asked for, changes something or may hold a secret comes as it is', async () => {
  await build();
  for (const [url, encoding, method] of [
    ['/v1/few', 'br', 'GET'],
    ['/v1/list', 'identity', 'GET'],
    ['/v1/list', 'br', 'POST'],
    ['/v1/secrets', 'br', 'GET'],
  ] as const) {
    const answer = await ask(url, encoding, method);
    expect(answer.statusCode, url).toBe(200);
    expect(answer.headers['content-encoding'], `${method} ${url}`).toBeUndefined();
  }
});

test('a body that comes in compressed is not unpacked', async () => {
  await build();
  const answer = await http!.app.inject({
    method: 'POST',
    url: '/v1/list',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    payload: Buffer.from([0x1f, 0x8b, 8, 0]),
  });
  expect(answer.statusCode).toBe(400);
});

test('errors carry the stack where it was asked for, and nowhere else', async () => {
  await build(true);
  const told = (await ask('/v1/crash', 'identity')).json().error;
  expect(told).toMatchObject({ code: 'internal', message: expect.not.stringContaining('the reason') });
  expect(told.stack).toMatch(/the reason[\s\S]+compress\.test\.ts/);
  await http!.close();
  await build();
  const answer = await ask('/v1/crash', 'identity');
  expect(Object.keys(answer.json().error).sort()).toEqual(['code', 'details', 'message', 'requestId']);
  expect(answer.body).not.toContain('the reason');
});

test('of the API: the lists are compressed; sign-in, keys, tickets, signed addresses and webhooks are not', async () => {
  const routes = api.routes.filter(({ method }) => method === 'GET');
  const lists = routes.filter(({ compressed }) => compressed).map(({ url }) => url);
  for (const url of ['/v1/contacts', '/v1/conversations', '/v1/messages', '/v1/audit', '/openapi.json']) {
    expect(lists, url).toContain(url);
  }
  const secret = /\/auth\/|webhook|signed|\/url$|\/outbox/;
  expect(routes.filter(({ url }) => secret.test(url)).length).toBeGreaterThan(10);
  expect(routes.filter(({ url, compressed }) => compressed && secret.test(url))).toEqual([]);
  expect(api.routes.filter(({ method, compressed }) => compressed && !/GET|HEAD/.test(method))).toEqual([]);
});
