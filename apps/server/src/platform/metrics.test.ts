import { afterEach, expect, test } from 'vitest';
import { buildHttp, type Http } from './http/index.ts';
import { createLog } from './log.ts';
import { counter } from './metrics.ts';
import { type Figure, metricsRoutes } from './metrics-routes.ts';

const seen = counter('chaski_test_seen_total', 'Counted by a test.', ['outcome']);

let http: Http | null = null;
afterEach(async () => {
  await http?.close();
  http = null;
});

async function build(
  options: { token?: string; figures?: Figure[]; trustedProxies?: string[] } = {},
): Promise<Http> {
  const { token = null, figures = [], trustedProxies = [] } = options;
  http = await buildHttp({
    log: createLog('silent'),
    environment: 'test',
    authenticate: async () => null,
    checks: {},
    trustedProxies,
  });
  metricsRoutes(http.app, { token, figures });
  http.app.get('/v1/things/:id', { onRequest: http.gate('things:read') }, async () => ({}));
  return http;
}

async function read(from: { address?: string; headers?: Record<string, string> } = {}) {
  const { address = '127.0.0.1', headers = {} } = from;
  return http!.app.inject({ url: '/metrics', remoteAddress: address, headers });
}

const lineOf = (text: string, start: string) => text.split('\n').find((line) => line.startsWith(start));

test('counters, figures, the event loop and the time of answers by route pattern, never by address', async () => {
  const { app } = await build({
    figures: [
      { name: 'chaski_test_waiting', help: 'x', read: () => [{ value: 7 }] },
      {
        kind: 'counter',
        name: 'chaski_test_taken_total',
        help: 'x',
        read: async () => [{ labels: { outcome: 'accepted' }, value: 3 }],
      },
      {
        name: 'chaski_test_away',
        help: 'x',
        read: async () => {
          throw new Error('the database is away');
        },
      },
    ],
  });
  seen.inc({ outcome: 'good' }, 2);
  await app.inject({ url: '/v1/things/0192f0c1-secret-id?q=secret' });
  const answer = await read();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = answer.body;
  expect(lineOf(text, 'chaski_test_seen_total{')).toBe('chaski_test_seen_total{outcome="good"} 2');
  expect(lineOf(text, 'chaski_test_waiting')).toBe('chaski_test_waiting 7');
  expect(text).toContain('# TYPE chaski_test_taken_total counter');
  expect(lineOf(text, 'chaski_test_taken_total{')).toBe('chaski_test_taken_total{outcome="accepted"} 3');
  expect(lineOf(text, 'chaski_metrics_failed ')).toBe('chaski_metrics_failed 1');
  expect(text).toContain(
    'chaski_http_request_seconds_count{method="GET",route="/v1/things/:id",status="4xx"} 1',
  );
  expect(text).toMatch(/chaski_refusals_total\{code="unauthenticated"\} \d+/);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  expect(text).not.toContain('secret-id');
});

test('without a token: private addresses only, whatever headers say, and nobody through a proxy', async () => {
  await build({ trustedProxies: ['127.0.0.1'] });
  for (const address of ['127.0.0.1', '::1', '::ffff:10.1.2.3', '172.31.0.9', '192.168.1.1', 'fd00::1']) {
    expect((await read({ address })).statusCode, address).toBe(200);
  }
  for (const address of ['8.8.8.8', '172.32.0.1', '2a00::1', '::ffff:9.9.9.9']) {
    expect((await read({ address })).statusCode, address).toBe(403);
    expect((await read({ address, headers: { 'x-forwarded-for': '127.0.0.1' } })).statusCode).toBe(403);
  }
  // Behind a proxy on this machine the whole world comes from loopback.
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
    expect((await read({ headers: { [name]: '127.0.0.1' } })).statusCode, name).toBe(403);
  }
});

test('with a token: the token from anywhere, nothing else from nowhere', async () => {
  const token = 'metrics-token-of-the-test';
  await build({ token });
  const authorization = `Bearer ${token}`;
  expect((await read({ address: '8.8.8.8', headers: { authorization } })).statusCode).toBe(200);
  expect((await read()).statusCode).toBe(401);
  expect((await read({ headers: { authorization: `${authorization}x` } })).statusCode).toBe(401);
});
