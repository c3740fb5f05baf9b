import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../platform/log.ts';

/** A list of the database that the door looks things up in. */
export interface Kept<Item> {
  current(): Promise<readonly Item[]>;
  /** Looks in what is known, and once more after reading anew when nothing was found. */
  twice<T>(look: (list: readonly Item[]) => T | null): Promise<T | null>;
}

export interface KeptOptions<Item> {
  load: () => Promise<readonly Item[]>;
  log: Logger;
  /** An app added or a secret rotated elsewhere is known after this long at the latest. */
  maxAgeMs?: number;
  /** A signature that nobody made causes one look, but not more often than this: it may be an attack. */
  floorMs?: number;
  /** How long somebody waits for it to be read anew. Then the last known one serves on: the database may hang. */
  patienceMs?: number;
}

/** Older than this the list does not answer before it was read anew: a secret retired in a quiet hour opens nothing. */
const tooOldMs = 10_000;
/**
 * Keeps a list in memory. While the database is away the last known one serves on: verifying must not fail then, or
 * WhatsApp would see a 401 for what deserves a 503.
 */
export function keep<Item>(options: KeptOptions<Item>): Kept<Item> {
  const { load, log, maxAgeMs = 2_000, floorMs = 250, patienceMs = 2_000 } = options;
  let list: readonly Item[] | null = null;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;

  function refresh(): Promise<void> {
    triedAt = performance.now();
    loading ??= load()
      .then((found) => {
        list = found;
        loadedAt = performance.now();
      })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the apps that sign webhooks could not be read');
        if (list === null) throw error;
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  }

  async function current(): Promise<readonly Item[]> {
    if (list === null) {
      await refresh();
      return list ?? [];
    }
    const now = performance.now();
    const age = now - loadedAt;
    // Stale by a little is good enough for this request; the next one sees the new state.
    if (age > maxAgeMs && now - triedAt > floorMs) refresh().catch(() => {});
    if (age > tooOldMs && loading !== null) await patiently(loading);
    return list;
  }

  const patiently = (reading: Promise<void>) =>
    Promise.race([reading, pause(patienceMs, undefined, { ref: false })]);

  return {
    current,
    async twice(look) {
      const found = look(await current());
      if (found !== null) return found;
      // One that the age of the list began counts as well: what it brings may be what is missing.
      if (loading === null && performance.now() - triedAt < floorMs) return null;
      await patiently(refresh());
      return look(list ?? []);
    },
  };
}
