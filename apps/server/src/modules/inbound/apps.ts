import { timingSafeEqual } from 'node:crypto';
import { verify } from '@chaski/providers';
import type { Logger } from '../../platform/log.ts';

/** A Meta app as the door needs it: opened secrets, newest first. */
export interface DoorApp {
  id: string;
  key: string;
  isDefault: boolean;
  verifyToken: string;
  secrets: readonly string[];
}

/** Which app an address and a signature belong to. */
export interface DoorKeeper {
  /** The app whose secret signed these bytes, or null. `appKey` null: the address without key. */
  whoSigned(
    appKey: string | null,
    body: Buffer,
    signature: string | string[] | undefined,
  ): Promise<string | null>;
  /** Is this the verify token of an app of that address. */
  knowsToken(appKey: string | null, token: string): Promise<boolean>;
  /** Null when at least one secret is configured; otherwise why every body is refused. */
  problem(): Promise<string | null>;
}

export interface DoorKeeperOptions {
  load: () => Promise<readonly DoorApp[]>;
  log: Logger;
  /** An app added or a secret rotated elsewhere is known after this long at the latest. */
  maxAgeMs?: number;
  /** A signature that nobody made causes one look, but not more often than this: it may be an attack. */
  floorMs?: number;
}

/**
 * Keeps the apps in memory. While the database is away the last known ones serve on: verifying must not fail then,
 * or WhatsApp would see a 401 for what deserves a 503.
 */
export function createDoorKeeper(options: DoorKeeperOptions): DoorKeeper {
  const { load, log } = options;
  const maxAgeMs = options.maxAgeMs ?? 2_000;
  const floorMs = options.floorMs ?? 250;
  let apps: readonly DoorApp[] | null = null;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;

  function refresh(): Promise<void> {
    triedAt = performance.now();
    loading ??= load()
      .then((found) => {
        apps = found;
        loadedAt = performance.now();
      })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the apps that sign webhooks could not be read');
        if (apps === null) throw error;
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  }

  async function current(): Promise<readonly DoorApp[]> {
    if (apps === null) await refresh();
    else if (performance.now() - loadedAt > maxAgeMs && performance.now() - triedAt > floorMs) {
      // Stale by a little is good enough for this request; the next one sees the new state.
      refresh().catch(() => {});
    }
    return apps ?? [];
  }

  const at = (list: readonly DoorApp[], appKey: string | null) =>
    list.filter((app) => (appKey === null ? app.isDefault : app.key === appKey));

  const find = (list: readonly DoorApp[], body: Buffer, signature: string | string[] | undefined) => {
    for (const app of list) if (verify(body, signature, app.secrets) !== -1) return app.id;
    return null;
  };

  async function twice<T>(look: (list: readonly DoorApp[]) => T | null): Promise<T | null> {
    const found = look(await current());
    if (found !== null || performance.now() - triedAt < floorMs) return found;
    await refresh();
    return look(apps ?? []);
  }

  return {
    async whoSigned(appKey, body, signature) {
      if (typeof signature !== 'string') {
        await current();
        return null;
      }
      return twice((list) => find(at(list, appKey), body, signature));
    },
    async knowsToken(appKey, token) {
      const known = await twice(
        (list) => at(list, appKey).some((app) => same(app.verifyToken, token)) || null,
      );
      return known === true;
    },
    async problem() {
      const known = await current();
      if (known.some((app) => app.secrets.length > 0)) return null;
      return 'no app secret is configured: every webhook is refused with 401';
    },
  };
}

function same(a: string, b: string): boolean {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return a !== '' && x.length === y.length && timingSafeEqual(x, y);
}
