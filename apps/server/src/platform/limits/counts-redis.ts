import type { Redis } from '../redis/index.ts';
import type { Counts } from './buckets.ts';

/**
 * Counted in Redis: a key that lives as long as its window. What was asked for beyond the rule stays counted, and is
 * not given: taking it back might hit the next window. So a rule that is raised within a window gives a chunk less for
 * each process that had found it empty.
 */
export function redisCounts(redis: Redis): Counts {
  return {
    async lease(rule, bucket, chunk, now) {
      const key = redis.key(`limit:${bucket}`);
      const [, used, left] = await redis.together([
        ['SET', key, '0', 'PX', String(rule.windowSeconds * 1_000), 'NX'],
        ['INCRBY', key, String(chunk)],
        ['PTTL', key],
      ]);
      if (typeof used !== 'number' || typeof left !== 'number' || left < 0) {
        throw new Error('Redis does not count');
      }
      return {
        taken: Math.max(0, Math.min(chunk, rule.max - (used - chunk))),
        left: Math.max(0, rule.max - used),
        // From before we asked: a lease must end before its window does there.
        until: now.getTime() + left,
      };
    },
  };
}
