/** Security headers on every answer of every route: success, refusals of each kind, and our own faults. */
import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { createAdmission, createBuckets } from '../src/platform/limits/index.ts';
import { testApi } from './api.ts';
import { routesOf } from './routes.ts';
import { type Answer, allSamples } from './samples/index.ts';

let limited = false;
const api = await testApi({
  secure: true,
  // Strangers are refused from the first request on while `limited`, nobody else ever.
  admission: {
    stranger: async (request) => {
      if (limited) await strict.stranger(request);
    },
    visitor: async () => {},
    account: async () => {},
    caller: async () => {},
    wentWell: () => {},
  },
  routes: ({ app }) => {
    app.get('/v1/crash', async () => {
      throw new Error('a fault of ours');
    });
  },
});
const { db, http, logger: log } = api;
const strict = createAdmission({
  buckets: createBuckets({ db, log }),
  rules: { anonymous: { max: 1, windowSeconds: 900 } },
  planOf: async () => ({ points: null, pointsSeconds: 60, requestsPerMinute: null }),
});
const samples = await allSamples();
const routes = routesOf(http);
const stage = await api.stage();

const standing = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Answers that differ, by route: what and why. */
const differs: Record<string, Partial<Record<keyof typeof standing, string>>> = {
  // Bytes that a browser shows: our own pages may, in a sandbox, and none may run.
  'GET /v1/media/:id': {
    'cache-control': 'private, no-store',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-site',
  },
};

/** Answered without credentials too: a page of ours with the style that it brings. */
const open: Record<string, Record<string, unknown>> = {
  'GET /outbox': {
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; frame-ancestors 'none'$/,
    ),
  },
};

/** What WhatsApp's machines are answered: text that nobody sniffs. The rest of the list is for pages. */
const forPrograms = {
  ...Object.fromEntries(Object.keys(standing).map((name) => [name, undefined])),
  'x-content-type-options': 'nosniff',
};
const isDoor = (key: string) =>
  /^POST \/((api\/(v1\/)?|whatsapp\/)?webhook|api\/functions\/v1\/whatsapp-webhook)/.test(key);

function securityOf(headers: Answer['headers']): Record<string, unknown> {
  return Object.fromEntries(Object.keys(standing).map((name) => [name, headers[name]]));
}

const url = (path: string) => path.replaceAll(/:(\w+)/g, '00000000-0000-4000-8000-000000000000');

describe.each(routes.map((route) => [route.key, route] as const))('%s', (key, route) => {
  test('its answers', async () => {
    const seen: Record<string, unknown> = {};
    if (key in samples) {
      const sample = await samples[key]!(stage);
      const answer = await api.send(key, sample, api.callerOf(key, stage));
      if (sample.status === undefined) expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(400);
      seen.success = securityOf(answer.headers);
    }
    const bare = await http.app.inject({ method: route.method as 'GET', url: url(route.url) });
    seen.bare = securityOf(bare.headers);
    for (const [what, got] of Object.entries(seen)) {
      expect(got, what).toEqual(
        isDoor(key)
          ? forPrograms
          : { ...standing, ...open[key], ...(what === 'success' ? differs[key] : {}) },
      );
    }
    expect(bare.headers['x-request-id'] ?? 'none').not.toBe('');
  });
});

test('what the framework and we ourselves refuse: 400, 401, 404, 405, 413, 415, 429, 500', async () => {
  const owner = api.as(stage, 'owner');
  const json = { ...owner, 'content-type': 'application/json' };
  const asked: [number, InjectOptions][] = [
    [400, { method: 'POST', url: '/v1/messages', headers: json, payload: '{"to":' }],
    [400, { method: 'GET', url: '/v1/%zz' }],
    [401, { method: 'GET', url: '/v1/contacts' }],
    [404, { method: 'GET', url: '/v1/nothing' }],
    [405, { method: 'PUT', url: '/v1/messages', headers: owner }],
    [413, { method: 'POST', url: '/v1/messages', headers: json, payload: `"${'x'.repeat(1_100_000)}"` }],
    [
      415,
      {
        method: 'POST',
        url: '/v1/messages',
        headers: { ...owner, 'content-type': 'text/csv' },
        payload: 'a,b',
      },
    ],
    [500, { method: 'GET', url: '/v1/crash', headers: owner }],
  ];
  for (const [status, request] of asked) {
    const reply = await http.app.inject(request);
    expect(reply.statusCode, `${request.method} ${String(request.url)}: ${reply.body}`).toBe(status);
    expect(securityOf(reply.headers), String(status)).toEqual(standing);
    expect(reply.json().error).toMatchObject({ code: expect.any(String), requestId: expect.any(String) });
  }
  limited = true;
  await http.app.inject({ url: '/v1/contacts' });
  const refused = await http.app.inject({ url: '/v1/contacts' });
  limited = false;
  expect(refused.statusCode).toBe(429);
  expect(securityOf(refused.headers)).toEqual(standing);
});
