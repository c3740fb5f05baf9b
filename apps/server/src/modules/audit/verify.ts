import type { Database } from '../../platform/db/index.ts';
import type { KeyRing } from '../../platform/seal.ts';
import type { Anchor } from './anchors.ts';
import { genesis, hashChain, hashContent, hashFacts, type Line } from './chain.ts';
import { readKeys } from './keys.ts';
import {
  auditedWorkspaces,
  countQueued,
  newestRetention,
  type SealRow,
  sealedWorkspaces,
  sealsWithLines,
  strangers,
} from './queries.ts';

export interface Problem {
  /**
   * edited: a line is not what was sealed. deleted: a sealed line, or seals, are gone. inserted: a line that no change of
   * ours wrote. forged: a seal does not follow the one before it (exchanged, changed, made without the key). truncated:
   * the chain ends before its anchor, or differs from it.
   */
  kind: 'edited' | 'deleted' | 'inserted' | 'forged' | 'truncated';
  /** Place in the workspace's chain; null for a line that has none. */
  seq: number | null;
  auditId: string | null;
  says: string;
}

export interface Verdict {
  workspaceId: string;
  seals: number;
  /** Lines and marks that wait to be sealed: seconds old, or no worker runs. */
  waiting: number;
  anchors: number;
  problems: Problem[];
}

const page = 1_000;
/** What a broken chain lists; beyond that it is broken all the same. */
const shown = 1_000;

/** Checks the chains of one workspace or all against their lines and the anchors. Changes nothing, blocks nobody. */
export async function verifyAudit(
  deps: { db: Database; ring: KeyRing },
  options: { workspaceId?: string; anchors?: readonly Anchor[] } = {},
): Promise<Verdict[]> {
  const { db, ring } = deps;
  const anchors = options.anchors ?? [];
  const keys = new Map(
    (await db.withSystem('verify the audit', (tx) => readKeys(tx, ring))).map(({ id, key }) => [id, key]),
  );
  const workspaces =
    options.workspaceId === undefined ? await everyWorkspace(db, anchors) : [options.workspaceId];
  const verdicts: Verdict[] = [];
  for (const workspaceId of workspaces) {
    verdicts.push(
      await verifyWorkspace(
        db,
        keys,
        workspaceId,
        anchors.filter((anchor) => anchor.workspaceId === workspaceId),
      ),
    );
  }
  return verdicts;
}

/** Also those that only an anchor remembers. */
async function everyWorkspace(db: Database, anchors: readonly Anchor[]): Promise<string[]> {
  const results = await db.runSystem('workspaces with audit', [
    { statement: sealedWorkspaces },
    { statement: auditedWorkspaces },
  ]);
  const ids = results.flatMap((result) => result.rows.map((row) => (row as { id: string }).id));
  return [...new Set([...ids, ...anchors.map((anchor) => anchor.workspaceId)])].sort();
}

async function verifyWorkspace(
  db: Database,
  keys: ReadonlyMap<string, Buffer>,
  workspaceId: string,
  anchors: readonly Anchor[],
): Promise<Verdict> {
  const problems: Problem[] = [];
  const say = (kind: Problem['kind'], seq: number | null, auditId: string | null, says: string) => {
    if (problems.length < shown) problems.push({ kind, seq, auditId, says });
  };
  const anchored = new Map<number, string[]>();
  for (const { seq, chain } of anchors) anchored.set(seq, [...(anchored.get(seq) ?? []), chain]);

  const ask = async <Row>(statement: typeof sealsWithLines, values: unknown[]) =>
    ((await db.runSystem('verify the audit', [{ statement, values }]))[0]?.rows ?? []) as Row[];
  // Lines that retention took are looked for in vain; a mark made while we read comes at the end, hence the list.
  const [retained] = await ask<{ until: number }>(newestRetention, [workspaceId]);
  const until = retained?.until ?? 0;
  let known = 0;
  const missing: { seq: number; auditId: string | null }[] = [];

  let previous: Buffer | null = genesis;
  let last = 0;
  let seals = 0;
  for (;;) {
    const rows = await ask<SealRow>(sealsWithLines, [workspaceId, last, page]);
    for (const row of rows) {
      seals += 1;
      if (row.seq !== last + 1) {
        say('deleted', last + 1, null, `the seals ${last + 1} to ${row.seq - 1} are gone`);
        previous = null;
      }
      last = row.seq;
      const key = keys.get(row.keyId);
      if (!key) {
        say('forged', row.seq, row.auditId, 'its key is not among those of this installation');
        previous = row.chainHash;
        continue;
      }
      if (previous !== null && !hashChain(key, previous, { ...row, workspaceId }).equals(row.chainHash)) {
        say('forged', row.seq, row.auditId, 'the seal does not follow the one before it');
      }
      previous = row.chainHash;
      for (const chain of anchored.get(row.seq) ?? []) {
        if (chain !== row.chainHash.toString('hex')) {
          say('truncated', row.seq, row.auditId, 'the chain is another one than when it was anchored');
        }
      }
      anchored.delete(row.seq);
      if (row.kind === 'retention') known = Math.max(known, row.untilSeq ?? 0);
      if (row.kind !== 'line') continue;
      if (row.id === null) {
        if (row.seq > until) missing.push({ seq: row.seq, auditId: row.auditId });
        continue;
      }
      const wrong = compare(key, row);
      if (wrong !== null) say('edited', row.seq, row.auditId, wrong);
    }
    if (rows.length < page) break;
  }

  // Only marks that the chain really holds excuse a missing line.
  if (known < until) say('forged', null, null, 'a mark of retention disappeared while the chain was read');
  for (const { seq, auditId } of missing) {
    if (seq > known) say('deleted', seq, auditId, 'the line is gone');
  }
  for (const seq of [...anchored.keys()].sort((a, b) => a - b)) {
    say('truncated', seq, null, `the chain ends at ${last}; an anchor saw ${seq}`);
  }
  for (const { id } of await ask<{ id: string }>(strangers, [workspaceId, shown])) {
    say('inserted', null, id, 'the line has no seal and does not wait for one');
  }
  const [queued] = await ask<{ count: number }>(countQueued, [workspaceId]);
  return { workspaceId, seals, waiting: queued?.count ?? 0, anchors: anchors.length, problems };
}

/** What is wrong with a line beside its seal, or null. */
function compare(key: Buffer, row: SealRow): string | null {
  const line = row as Line;
  if (row.factsHash === null || !hashFacts(key, line).equals(row.factsHash)) return 'the line was changed';
  const content = hashContent(key, line);
  if (content !== null) {
    return row.contentHash !== null && content.equals(row.contentHash)
      ? null
      : 'what was or what is was changed';
  }
  if (line.before !== null || line.after !== null) return 'the line calls itself erased and is not';
  return row.erasureKnown || row.contentHash === null ? null : 'its content is gone and nobody erased it';
}
