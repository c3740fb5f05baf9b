import type { Database, SystemTx } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/log.ts';
import { startLoop } from '../../platform/loop.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { createAnchors } from './anchors.ts';
import { genesis, hashChain, hashContent, hashFacts, type Line, type Mark } from './chain.ts';
import { type AuditKey, currentKey } from './keys.ts';
import {
  anyQueued,
  type HeadRow,
  headsOf,
  insertMarks,
  type QueuedRow,
  takeQueued,
  tryLockChains,
} from './queries.ts';

const batch = 500;

export interface SealerOptions {
  db: Database;
  ring: KeyRing;
  log: Logger;
  /** Where anchors are written, outside the database. */
  anchorFile: string;
  anchorMs?: number;
}

export interface Sealer {
  /** Seals what waits and anchors the heads. */
  stop(): Promise<void>;
}

/** Five minutes: what the last anchor has not seen is what cutting the end of a chain could hide. */
const anchorEvery = 5 * 60_000;

/** Seals lines within a second or so of their commit, in a transaction of its own. */
export function startSealer(options: SealerOptions): Sealer {
  const { db, ring, log, anchorFile, anchorMs = anchorEvery } = options;
  const anchors = createAnchors({ db, log, file: anchorFile });
  let anchored = performance.now();
  // The first words are anchored at once: whoever looks into a new installation finds it whole.
  let isFirst = true;
  const loop = startLoop({
    name: 'audit sealer',
    log,
    idleMs: 1_000,
    async step() {
      const sealed = await sealBatch(db, ring, log);
      if ((isFirst && sealed > 0) || performance.now() - anchored >= anchorMs) {
        await anchors.write();
        anchored = performance.now();
        isFirst = false;
      }
      return sealed === batch;
    },
  });
  return {
    async stop() {
      await loop.stop();
      while ((await sealBatch(db, ring, log)) === batch);
      await anchors.write();
    },
  };
}

/** Seals up to 500 lines; 0 when there are none or another process is at it. */
export async function sealBatch(db: Database, ring: KeyRing, log?: Logger): Promise<number> {
  return db.withSystem('seal the audit', async (tx) => {
    const [[first], [lock]] = (await tx.batch([{ statement: anyQueued }, { statement: tryLockChains }])) as [
      { waiting: boolean }[],
      { held: boolean }[],
    ];
    if (!first?.waiting || !lock?.held) return 0;
    const rows = await tx.query<QueuedRow>(takeQueued, [batch]);
    const lost = rows.filter((row) => row.id === null && row.kind === 'line');
    if (lost.length > 0) {
      log?.error(
        { lines: lost.map((row) => row.auditId) },
        'audit lines were deleted before they were sealed',
      );
    }
    const key = await currentKey(tx, ring);
    await append(
      tx,
      key,
      rows.map((row) => ({
        workspaceId: row.workspaceId,
        kind: row.kind,
        auditId: row.auditId,
        untilSeq: null,
        ...(row.kind === 'line' && row.id !== null
          ? { factsHash: hashFacts(key.key, row as Line), contentHash: hashContent(key.key, row as Line) }
          : { factsHash: null, contentHash: null }),
      })),
    );
    return rows.length;
  });
}

/** Adds marks to their workspaces' chains, in the given order; the caller holds the chains' lock. */
export async function append(
  tx: SystemTx,
  key: AuditKey,
  news: readonly Omit<Mark, 'seq' | 'keyId'>[],
): Promise<void> {
  const workspaces = [...new Set(news.map((mark) => mark.workspaceId))].sort();
  const heads = new Map(
    (await tx.query<HeadRow>(headsOf, [workspaces])).map((head) => [head.workspaceId, head]),
  );
  const marks = news.map((mark) => {
    const head = heads.get(mark.workspaceId) ?? { workspaceId: mark.workspaceId, seq: 0, chainHash: genesis };
    const next = { ...mark, seq: head.seq + 1, keyId: key.id };
    const chainHash = hashChain(key.key, head.chainHash, next);
    heads.set(mark.workspaceId, { workspaceId: mark.workspaceId, seq: next.seq, chainHash });
    return { ...next, chainHash };
  });
  await insertMarks(tx, key.id, marks);
}
