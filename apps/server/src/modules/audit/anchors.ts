import { appendFile, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { allHeads, type HeadRow } from './queries.ts';

/** In the data folder. */
export const anchorFile = 'audit-anchors.jsonl';

const anchorLine = z.object({
  at: z.string(),
  workspaceId: z.uuid(),
  seq: z.number().int(),
  /** The chain's head, hex. */
  chain: z.string(),
});

/** The head of a workspace's chain at a moment, kept where the database's writers cannot reach. */
export type Anchor = z.infer<typeof anchorLine>;

/** Every anchor of a file; a file that is not there has none. */
export async function anchorsOf(file: string): Promise<Anchor[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  // A crash in the middle of a write leaves half a last line; the next write begins a new one.
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [anchorLine.parse(JSON.parse(line))];
    } catch {
      if (text.endsWith('\n') || index < lines.length - 1) {
        throw errors.configuration(`Line ${index + 1} of ${file} is no anchor; the file was changed or cut.`);
      }
      return [];
    }
  });
}

/** Writes down each head that moved since it was last written: in the file, and in the log for whoever keeps that elsewhere. */
export function createAnchors(options: { db: Database; log: Logger; file: string }): {
  write(): Promise<void>;
} {
  const { db, log, file } = options;
  let known: Map<string, number> | null = null;
  return {
    async write() {
      if (known === null) {
        const read = await anchorsOf(file);
        known = new Map(read.map((anchor) => [anchor.workspaceId, anchor.seq]));
      }
      const written = known;
      const [result] = await db.runSystem('anchor the audit', [{ statement: allHeads }]);
      const moved = ((result?.rows ?? []) as unknown as HeadRow[]).filter(
        (head) => written.get(head.workspaceId) !== head.seq,
      );
      if (moved.length === 0) return;
      const at = db.clock.now().toISOString();
      const anchors = moved.map(
        ({ workspaceId, seq, chainHash }): Anchor => ({
          at,
          workspaceId,
          seq,
          chain: chainHash.toString('hex'),
        }),
      );
      await appendFile(file, anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join(''), {
        mode: 0o600,
        flush: true,
      });
      for (const { workspaceId, seq, chain } of anchors) {
        written.set(workspaceId, seq);
        log.info({ workspaceId, seq, chain }, 'audit anchor');
      }
    },
  };
}
