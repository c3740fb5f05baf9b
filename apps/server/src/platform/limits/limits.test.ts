import fc from 'fast-check';
import Fastify from 'fastify';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { openDatabase } from '../db/index.ts';
import { renderError } from '../http/index.ts';
import { createLimit, floodGate, forgetQuietKeys, type Limit } from './index.ts';

const log = pino({ level: 'silent' });
const t = await testDatabase();
const { db, clock } = t;

const limit = (name: string, max: number, windowSeconds: number) =>
  createLimit({ db, name, max, windowSeconds, log });

async function passed(limits: Limit[], key: string, tries: number): Promise<number> {
  const verdicts = await Promise.all(
    Array.from({ length: tries }, (_, i) => limits[i % limits.length]!.take(key)),
  );
  return verdicts.filter((verdict) => verdict.pass).length;
}

test('all processes together never pass more than the bucket gave, and no key pays for another', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ tries: fc.nat({ max: 90 }), waitMs: fc.nat({ max: 30_000 }) }), {
        minLength: 1,
        maxLength: 5,
      }),
      async (max, windowSeconds, processes, bursts) => {
        const name = `p${run++}`;
        const limits = Array.from({ length: processes }, () => limit(name, max, windowSeconds));
        const began = clock.now().getTime();
        let all = 0;
        for (const burst of bursts) {
          all += await passed(limits, 'a', burst.tries);
          const seconds = (clock.now().getTime() - began) / 1_000;
          expect(all).toBeLessThanOrEqual(max + (seconds * max) / windowSeconds + 1e-6);
          clock.advance(burst.waitMs);
        }
        // One process alone gets all of an untouched bucket.
        expect(await passed(limits.slice(0, 1), 'b', max + 20)).toBe(max);
      },
    ),
    { numRuns: 40 },
  );
});

test('who is refused learns when to come back, and then passes', async () => {
  const one = limit('wait', 10, 60);
  expect(await passed([one], 'a', 10)).toBe(10);
  const verdict = await one.take('a');
  expect(verdict).toEqual({ pass: false, retryAfterSeconds: 6 });
  clock.advance(5_999);
  expect((await one.take('a')).pass).toBe(false);
  clock.advance(1);
  expect((await one.take('a')).pass).toBe(true);
  expect((await one.take('a')).pass).toBe(false);
});

test('quiet keys are forgotten', async () => {
  const one = limit('quiet', 5, 10);
  await one.take('a');
  clock.advance(11_000);
  await one.take('b');
  expect(await forgetQuietKeys(db, 'quiet', 10)).toBe(1);
});

test('the gate answers 429 with Retry-After per address, and is off when unset', async () => {
  for (const [set, expected] of [
    [limit('door', 2, 60), [200, 200, 429, 200]],
    [null, [200, 200, 200, 200]],
  ] as const) {
    const app = Fastify();
    app.setErrorHandler((error, request, reply) => renderError(error, request, reply));
    app.post('/hook', { onRequest: floodGate(set) }, async () => 'ok');
    const replies = [];
    for (const remoteAddress of ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2']) {
      replies.push(await app.inject({ method: 'POST', url: '/hook', remoteAddress }));
    }
    expect(replies.map((reply) => reply.statusCode)).toEqual(expected);
    if (set) {
      expect(Number(replies[2]?.headers['retry-after'])).toBe(30);
      expect(replies[2]?.json().error.code).toBe('rate_limited');
    }
    await app.close();
  }
});

test('without the database everything passes', async () => {
  const gone = openDatabase({
    url: 'postgres://nobody@127.0.0.1:1/none',
    rolePrefix: 'chaski',
    poolSize: 1,
    clock,
  });
  const one = createLimit({ db: gone, name: 'gone', max: 1, windowSeconds: 60, log });
  expect(await passed([one], 'a', 50)).toBe(50);
  await gone.close();
});
