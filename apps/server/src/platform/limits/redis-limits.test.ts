import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { redisDouble, redisProcess, redisServer } from '../../../test/redis.ts';
import { openRedis } from '../redis/index.ts';
import { type Buckets, createBuckets, type Rule } from './index.ts';

const log = pino({ level: 'silent' });
const { db, clock } = await testDatabase();
const server = await redisDouble(() => clock.now().getTime());
const redis = await openRedis(server.url, log);
afterAll(async () => {
  redis.close();
  await server.close();
});
const process = () => createBuckets({ db, log, redis });

async function passed(processes: Buckets[], rule: Rule, key: string, tries: number): Promise<number> {
  const verdicts = await Promise.all(
    Array.from({ length: tries }, (_, i) => processes[i % processes.length]!.take(rule, key)),
  );
  return verdicts.filter((verdict) => verdict.pass).length;
}

const rowsOf = async (name: string) => {
  const [row] = await db.withSystem('test', (tx) =>
    tx.query<{ count: number }>(
      'select count(*)::int as count from rate_buckets where starts_with(key, $1)',
      [`${name}:`],
    ),
  );
  return row?.count;
};

describe('limits counted in Redis', () => {
  test('all processes together never pass more than the rule allows in a window', async () => {
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
          const rule = { name: `r${run++}`, max, windowSeconds };
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
          expect(await passed(processes.slice(0, 1), rule, 'b', max + 20)).toBe(max);
          expect(await rowsOf(rule.name)).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('the same figures as without: less one leased chunk at most, and when to come back', async () => {
    const rule = { name: 'pair', max: 100, windowSeconds: 60 };
    const [one, two] = [process(), process()];
    expect(await one.take(rule, 'a')).toEqual({ pass: true, max: 100, remaining: 99, resetSeconds: 60 });
    expect(await passed([two], rule, 'a', 200)).toBe(90);
    clock.advance(20_000);
    expect(await passed([one], rule, 'a', 200)).toBe(9);
    expect(await one.take(rule, 'a')).toEqual({ pass: false, max: 100, remaining: 0, resetSeconds: 40 });
    clock.advance(40_000);
    expect(await passed([one], rule, 'a', 200)).toBe(100);
  });

  test('a plan that is raised counts in the same window, less a chunk', async () => {
    const small = { name: 'plan', max: 5, windowSeconds: 60 };
    expect(await passed([process()], small, 'a', 9)).toBe(5);
    expect(await passed([process()], { ...small, max: 8 }, 'a', 9)).toBe(2);
  });

  test('while Redis is away PostgreSQL counts, and Redis again when it is back', async () => {
    const rule = { name: 'away', max: 10, windowSeconds: 60 };
    expect(await passed([process()], rule, 'a', 20)).toBe(10);
    await server.down();
    await until('the loss is known', () => !redis.isConnected());
    expect(await passed([process(), process()], rule, 'a', 20)).toBe(10);
    expect(await rowsOf('away')).toBe(1);
    await server.up();
    await until('it is back', () => redis.isConnected());
    expect(await passed([process()], rule, 'b', 20)).toBe(10);
    expect(await rowsOf('away')).toBe(1);
  });

  test.skipIf(redisServer === null)(
    'a real redis-server: eight processes, one window, never more',
    async () => {
      const real = await redisProcess(redisServer!);
      const client = await openRedis(real.url, log);
      const rule = { name: 'real', max: 250, windowSeconds: 600 };
      const processes = Array.from({ length: 8 }, () => createBuckets({ db, log, redis: client }));
      const total = await passed(processes, rule, 'a', 2_000);
      expect(total).toBeLessThanOrEqual(250);
      expect(total).toBeGreaterThanOrEqual(225);
      client.close();
      await real.close();
    },
  );
});
