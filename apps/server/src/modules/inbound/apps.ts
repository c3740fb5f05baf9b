import { timingSafeEqual } from 'node:crypto';
import { verify } from '@chaski/providers';
import { type KeptOptions, keep } from './kept.ts';

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

export type DoorKeeperOptions = KeptOptions<DoorApp>;

/** Finds apps by address and signature. */
export function createDoorKeeper(options: DoorKeeperOptions): DoorKeeper {
  const apps = keep(options);

  const at = (list: readonly DoorApp[], appKey: string | null) =>
    list.filter((app) => (appKey === null ? app.isDefault : app.key === appKey));

  const find = (list: readonly DoorApp[], body: Buffer, signature: string | string[] | undefined) => {
    for (const app of list) if (verify('cloud', body, signature, app.secrets) !== -1) return app.id;
    return null;
  };

  return {
    async whoSigned(appKey, body, signature) {
      if (typeof signature !== 'string') {
        await apps.current();
        return null;
      }
      return apps.twice((list) => find(at(list, appKey), body, signature));
    },
    async knowsToken(appKey, token) {
      const known = await apps.twice(
        (list) => at(list, appKey).some((app) => same(app.verifyToken, token)) || null,
      );
      return known === true;
    },
    async problem() {
      const known = await apps.current();
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
