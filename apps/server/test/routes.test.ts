/** Every route of the program, found by walking the server: none without a sample, none that the table does not guard. */
import { describe, expect, test } from 'vitest';
import { testApi } from './api.ts';
import { publicRoutes, routesOf } from './routes.ts';
import { allSamples } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();
const routes = routesOf(api.http);
const stage = await api.stage();

const known = new Set(routes.map((route) => route.key));

describe('every route', () => {
  test('has a sample, or stands among the public ones with its reason', () => {
    const untested = routes.filter((r) => !(r.key in samples) && !(r.key in publicRoutes)).map((r) => r.key);
    expect(untested).toEqual([]);
  });

  test('that a sample or the public list names exists', () => {
    const stale = [...Object.keys(samples), ...Object.keys(publicRoutes)].filter((key) => !known.has(key));
    expect(stale).toEqual([]);
  });

  test('asks something of its caller, or stands among the public ones', () => {
    const open = routes.filter((route) => route.access === null && !(route.key in publicRoutes));
    expect(open.map((route) => route.key)).toEqual([]);
    const both = routes.filter((route) => route.access !== null && route.key in publicRoutes);
    expect(both.map((route) => route.key)).toEqual([]);
  });

  test('that somebody guesses has a neighbour that is meant: the answer names it', async () => {
    for (const [method, use] of [
      ['GET', 'GET /v1/messages?conversationId=abc'],
      ['POST', 'POST /v1/messages with "conversationId": "abc" in the body'],
      ['DELETE', undefined],
    ] as const) {
      const answer = await api.http.app.inject({ method, url: '/v1/conversations/abc/messages' });
      expect(answer.statusCode, method).toBe(404);
      const { message, details } = answer.json().error;
      expect(details.use, method).toBe(use);
      if (use === undefined) continue;
      expect(message).toContain(use);
      expect(known).toContain(use.split(/[ ?]/, 2).join(' '));
    }
  });

  test.each(Object.keys(samples))('%s: its sample is answered with success', async (key) => {
    const sample = await samples[key]!(stage);
    const answer = await api.send(key, sample, api.callerOf(key, stage));
    expect(answer, JSON.stringify(answer.body)).toMatchObject({
      status: sample.status ?? expect.toSatisfy((status: number) => status >= 200 && status < 400),
    });
  });
});
