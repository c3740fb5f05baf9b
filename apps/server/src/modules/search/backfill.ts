import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { documentNotes } from '../conversations/index.ts';
import { documentOf } from './document.ts';
import { lockProgress, moveProgress, putDocuments, selectAfter } from './queries.ts';
import { templatesOfLines } from './templates.ts';

const backfill = defineJob({ name: 'search.backfill', schema: z.object({}) });
const about = new Set(['reaction', 'edit', 'revoke']);

/** Asked at every start of a worker; done once, it looks and goes. */
export async function enqueueBackfill(db: Database): Promise<void> {
  await db.withSystem('words of older messages', (tx) =>
    enqueue(tx, backfill, [{ workspaceId: null, payload: {}, key: 'backfill' }]),
  );
}

/**
 * Writes the words of messages that are older than the consumer, then of notes, 1,000 a transaction. A killed one goes on
 * where it was: of messages that is written with the words, a note without words says it itself.
 */
export function backfillHandler(db: Database, batch = 1_000): Handler {
  return handle(backfill, async (_payload, { signal }) => {
    let isDone = false;
    while (!isDone && !signal.aborted) {
      isDone = await db.withSystem('words of older messages', async (tx) => {
        const progress = await lockProgress(tx);
        if (progress.isDone) return true;
        const lines = await selectAfter(tx, progress.place, batch);
        const templates = await templatesOfLines(tx, lines);
        await putDocuments(
          tx,
          lines
            .filter((line) => !about.has(line.type))
            .map((line) => ({ ...line, document: documentOf(line, templates.get(line.id) ?? null) })),
        );
        const last = lines.at(-1);
        await moveProgress(tx, last ? [last.workspaceId, last.id] : progress.place, lines.length < batch);
        return lines.length < batch;
      });
    }
    let left = true;
    while (left && !signal.aborted) {
      left = (await db.withSystem('words of older notes', (tx) => documentNotes(tx, batch))) === batch;
    }
  });
}
