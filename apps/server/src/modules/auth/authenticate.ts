import { createHash, timingSafeEqual } from 'node:crypto';
import type { Database } from '../../platform/db/index.ts';
import { tolerate } from '../../platform/errors.ts';
import type { Authenticate, Principal } from '../../platform/http/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { hashSecret } from './keys.ts';
import { keyById, touchKey } from './queries.ts';

/** What a verified key amounts to: what the gates ask for, and which key it was. */
export interface KeyPrincipal extends Principal {
  keyId: string;
}

const shape = /^ck_([a-z2-7]{16})_([A-Za-z0-9_-]{43})$/;
/** How long a revoked key may still pass in a process. */
const cacheMs = 1_000;
const cacheSize = 10_000;

const caches = new WeakMap<Database, Map<string, { until: number; answer: Promise<KeyPrincipal | null> }>>();

/**
 * Who a key stands for, or null. A text of the wrong shape is refused without work; everything of the right shape
 * costs one look-up, one hash and one comparison in constant time, whether the id exists or not. The answer is kept
 * for a second under the hash of the key, refusals too.
 */
export function authenticateKey(db: Database, token: string): Promise<KeyPrincipal | null> {
  const parts = shape.exec(token);
  if (!parts) return Promise.resolve(null);
  let cache = caches.get(db);
  if (!cache) {
    cache = new Map();
    caches.set(db, cache);
  }
  const known = cache;
  // Not the token itself: a heap dump should hold no live key.
  const cacheKey = createHash('sha256').update(token).digest('base64');
  const now = performance.now();
  const hit = known.get(cacheKey);
  if (hit && hit.until > now) return hit.answer;
  if (known.size >= cacheSize) known.clear();
  const answer = verify(db, parts[1]!, Buffer.from(parts[2]!, 'base64url'));
  known.set(cacheKey, { until: now + cacheMs, answer });
  // A database that was away must not refuse for a second after it is back.
  answer.catch(() => known.delete(cacheKey));
  return answer;
}

/** API keys only, as the gates ask for it. */
export function authenticateKeys(db: Database): Authenticate {
  return async ({ bearer }) => {
    const principal = bearer === null ? null : await authenticateKey(db, bearer);
    return principal && { person: null, principal };
  };
}

/** The next request reads the database: after a key was revoked in this process. */
export function forgetKeys(db: Database): void {
  caches.get(db)?.clear();
}

const nobody = Buffer.alloc(32);

async function verify(db: Database, id: string, secret: Buffer): Promise<KeyPrincipal | null> {
  const [result] = await db.runSystem('authenticate a key', [{ statement: keyById, values: [id] }]);
  const row = result?.rows[0] as
    | {
        workspace_id: string;
        id: string;
        hash: Buffer;
        scopes: string[];
        number_ids: string[] | null;
        last_used_at: Date | null;
        expires_at: Date | null;
        revoked_at: Date | null;
        plan: string;
      }
    | undefined;
  const same = timingSafeEqual(hashSecret(secret), row?.hash.length === 32 ? row.hash : nobody);
  if (!row || !same) return null;
  const now = db.clock.now();
  if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return null;
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() > 60_000) {
    // Not awaited by the request's outcome: a key is good even if nobody can write down that it was used.
    await tolerate(
      'last use of a key',
      db.runSystem('last use of a key', [{ statement: touchKey, values: [id, now.toISOString()] }]),
    );
  }
  return {
    keyId: row.id,
    workspaceId: row.workspace_id as WorkspaceId,
    actor: {
      kind: 'key',
      id: row.id,
      role: 'key',
      ...(row.number_ids === null ? {} : { reach: { numberIds: row.number_ids, ownOnly: false } }),
    },
    scopes: row.scopes,
    numberIds: row.number_ids,
    plan: row.plan,
  };
}
