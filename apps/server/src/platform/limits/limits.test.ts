import fc from 'fast-check';
import Fastify from 'fastify';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { testDatabase } from '../../../test/harness.ts';
import { openDatabase } from '../db/index.ts';
import { renderError } from '../http/index.ts';
import { type Buckets, createBuckets, floodGate, forgetQuietKeys, type Rule } from './index.ts';

const log = pino({ level: 'silent' });
const { db, clock } = await testDatabase();
/** What one process has: its own leases on the shared rows. */
const process = () => createBuckets({ db, log });

async function passed(processes: Buckets[], rule: Rule, key: string, tries: number): Promise<number> {
  const verdicts = await Promise.all(
    Array.from({ length: tries }, (_, i) => processes[i % processes.length]!.take(rule, key)),
  );
  return verdicts.filter((verdict) => verdict.pass).length;
}

test('all processes together never pass more than the rule allows in a window, and no key pays for another', async () => {
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
      async (max, windowSeconds, count, bursts) => {
        const rule = { name: `p${run++}`, max, windowSeconds };
        const processes = Array.from({ length: count }, process);
        let windowEnds = 0;
        let inWindow = 0;
        for (const burst of bursts) {
          const now = clock.now().getTime();
          if (burst.tries > 0 && now >= windowEnds) {
            windowEnds = now + windowSeconds * 1_000;
            inWindow = 0;
          }
          inWindow += await passed(processes, rule, 'a', burst.tries);
          expect(inWindow).toBeLessThanOrEqual(max);
          clock.advance(burst.waitMs);
        }
        // One process alone gets all of an untouched bucket.
        expect(await passed(processes.slice(0, 1), rule, 'b', max + 20)).toBe(max);
      },
    ),
    { numRuns: 40 },
  );
});

test('two processes on one database admit what the rule says, less one leased chunk at most', async () => {
  const rule = { name: 'pair', max: 100, windowSeconds: 60 };
  const pair = [process(), process()];
  // The first leases ten for one; the second then takes all that is left.
  expect(await passed(pair.slice(0, 1), rule, 'a', 1)).toBe(1);
  const second = await passed(pair.slice(1), rule, 'a', 200);
  expect(second).toBe(90);
  expect(await passed(pair.slice(0, 1), rule, 'a', 200)).toBe(9);
});

test('who is refused learns when to come back, and then passes', async () => {
  const rule = { name: 'wait', max: 10, windowSeconds: 60 };
  const one = process();
  expect(await one.take(rule, 'a')).toEqual({ pass: true, max: 10, remaining: 9, resetSeconds: 60 });
  clock.advance(20_000);
  expect(await passed([one], rule, 'a', 9)).toBe(9);
  expect(await one.take(rule, 'a')).toEqual({ pass: false, max: 10, remaining: 0, resetSeconds: 40 });
  clock.advance(39_999);
  expect((await one.take(rule, 'a')).pass).toBe(false);
  clock.advance(1);
  expect(await one.take(rule, 'a')).toEqual({ pass: true, max: 10, remaining: 9, resetSeconds: 60 });
});

test('a clock that is set back refuses nobody for longer than two windows', async () => {
  const rule = { name: 'back', max: 10, windowSeconds: 60 };
  const one = process();
  expect(await passed([one], rule, 'a', 12)).toBe(10);
  clock.advance(-6 * 3_600_000);
  try {
    for (const each of [one, process()]) {
      expect(await each.take(rule, 'a')).toMatchObject({ pass: true, resetSeconds: 60 });
    }
    expect(await passed([process()], rule, 'a', 12)).toBe(8);
    clock.advance(60_000);
    expect(await passed([one, process()], rule, 'a', 12)).toBe(10);
  } finally {
    clock.advance(6 * 3_600_000);
  }
});

test('a plan that is changed counts in the same window', async () => {
  const small = { name: 'plan', max: 5, windowSeconds: 60 };
  expect(await passed([process()], small, 'a', 9)).toBe(5);
  expect(await passed([process()], { ...small, max: 8 }, 'a', 9)).toBe(3);
  expect(await passed([process()], small, 'a', 9)).toBe(0);
});

test('quiet keys are forgotten', async () => {
  const rule = { name: 'quiet', max: 5, windowSeconds: 10 };
  await forgetQuietKeys(db);
  clock.advance(86_400_001);
  await process().take(rule, 'b');
  expect(await forgetQuietKeys(db)).toBeGreaterThan(0);
  expect(await forgetQuietKeys(db)).toBe(0);
});

test('the gate answers 429 with Retry-After per address, and is off when unset', async () => {
  for (const [set, expected] of [
    [{ name: 'door', max: 2, windowSeconds: 60 }, [200, 200, 429, 200]],
    [null, [200, 200, 200, 200]],
  ] as const) {
    const app = Fastify();
    app.setErrorHandler((error, request, reply) => renderError(error, request, reply));
    app.post('/hook', { onRequest: floodGate(process(), set) }, async () => 'ok');
    const replies = [];
    for (const remoteAddress of ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2']) {
      replies.push(await app.inject({ method: 'POST', url: '/hook', remoteAddress }));
    }
    expect(replies.map((reply) => reply.statusCode)).toEqual(expected);
    if (set) {
      expect(Number(replies[2]?.headers['retry-after'])).toBe(60);
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
  const one = createBuckets({ db: gone, log });
  expect(await passed([one], { name: 'gone', max: 1, windowSeconds: 60 }, 'a', 50)).toBe(50);
  await gone.close();
});
