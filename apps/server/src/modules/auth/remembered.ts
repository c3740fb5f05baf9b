import type { Database } from '../../platform/db/index.ts';
import { callersEpoch } from '../../platform/http/index.ts';

/** How long a revoked key or session may still pass in another process. */
const rememberedMs = 1_000;
const most = 10_000;

/**
 * Answers by credential, kept for a second and never past `forgetCallers`. `key` must be a hash: a heap dump should
 * hold no live secret.
 */
export function remembered<T>(): (db: Database, key: string, load: () => Promise<T>) => Promise<T> {
  const caches = new WeakMap<Database, Map<string, { until: number; epoch: number; answer: Promise<T> }>>();
  return (db, key, load) => {
    const cache = caches.get(db) ?? new Map();
    caches.set(db, cache);
    const now = performance.now();
    const epoch = callersEpoch();
    const hit = cache.get(key);
    if (hit && hit.until > now && hit.epoch === epoch) return hit.answer;
    if (cache.size >= most) cache.clear();
    const answer = load();
    cache.set(key, { until: now + rememberedMs, epoch, answer });
    // A database that was away must not refuse for a second after it is back; nor does a refusal that has a reason.
    answer.catch(() => cache.delete(key));
    return answer;
  };
}
