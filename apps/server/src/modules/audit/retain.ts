import type { Database } from '../../platform/db/index.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { currentKey } from './keys.ts';
import { deleteLines, lockChains, nextRetained } from './queries.ts';
import { append } from './sealer.ts';

const batch = 2_000;
const dayMs = 86_400_000;

/**
 * Deletes a workspace's lines older than `days`, oldest first, up to the first that is younger. Their seals stay, and a
 * mark in the chain says up to where lines are gone by rule.
 */
export async function applyRetention(
  deps: { db: Database; ring: KeyRing },
  workspaceId: string,
  days: number,
): Promise<number> {
  const { db, ring } = deps;
  const cutoff = db.clock.now().getTime() - days * dayMs;
  let gone = 0;
  for (;;) {
    const { ids, full } = await db.withSystem('retention of the audit', async (tx) => {
      await tx.query(lockChains);
      const rows = await tx.query<{ seq: number; kind: string; id: string | null; at: Date | null }>(
        nextRetained,
        [workspaceId, batch],
      );
      const young = rows.findIndex((row) => row.at !== null && row.at.getTime() >= cutoff);
      const old = young === -1 ? rows : rows.slice(0, young);
      const ids = old.flatMap((row) => (row.id === null ? [] : [row.id]));
      const last = old.findLast((row) => row.id !== null);
      if (!last) return { ids, full: false };
      await tx.execute(deleteLines, [workspaceId, ids]);
      await append(tx, await currentKey(tx, ring), [
        {
          workspaceId,
          kind: 'retention',
          auditId: null,
          untilSeq: last.seq,
          factsHash: null,
          contentHash: null,
        },
      ]);
      return { ids, full: old.length === batch };
    });
    gone += ids.length;
    if (!full) return gone;
  }
}
