import type { Redis } from '../redis/index.ts';
import { createFanout, type Fanout } from './fanout.ts';

const channel = 'realtime';

/** By a channel of Redis. While it is away presence and typing stay in this process; the events come all the same. */
export function createRedisFanout(redis: Redis): Promise<Fanout> {
  return createFanout(async (ear) => {
    const offs = [redis.subscribe(channel, ear.hear), redis.onBack(ear.back)];
    return {
      longest: 64 * 1024,
      carry(payloads) {
        for (const payload of payloads) redis.publish(channel, payload);
      },
      async close() {
        for (const off of offs) off();
      },
    };
  });
}
