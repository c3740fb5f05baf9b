import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { type CronEntry, defineJob, type Handler, handle } from '../../platform/queue/index.ts';
import { forgetPreviews } from '../conversations/index.ts';
import { deleteOldFiles, eraseMedia, forgetFiles } from '../media/index.ts';
import { deleteMessages, oldMessages } from '../messages/index.ts';
import { retentions } from '../workspaces/index.ts';
import { type Keeping, keepingOf, monthsBefore } from './rules.ts';

const job = defineJob({ name: 'retention.sweep', schema: z.object({}) });

/** At night in most of the installations that exist; it harms nobody at noon. */
export const sweepCron: CronEntry = { job, match: '41 2 * * *' };

/** A transaction of about 50 ms: long enough to be worth its commit, short enough for locks. */
const batch = 1_000;

/** Doors do not import each other: app.ts hands over what theirs is to delete. */
export interface SweepDeps {
  db: Database;
  blobs: Blobs;
  mostMonths: number | null;
  forgetWords(tx: SystemTx, workspaceId: string, messageIds: readonly string[]): Promise<unknown>;
}

/** What `retention.sweep` runs: every workspace that lets something grow old. */
export function sweepHandler(deps: SweepDeps): Handler {
  return handle(job, async (_payload, { signal, log }) => {
    const failed: unknown[] = [];
    for (const { workspaceId, retention } of await retentions(deps.db, deps.mostMonths !== null)) {
      if (signal.aborted) break;
      try {
        await sweep(deps, workspaceId, keepingOf(retention, deps.mostMonths), signal);
      } catch (error) {
        // One file that cannot be deleted must not keep what all later workspaces want gone, night after night.
        log.error({ err: error, workspaceId }, 'what grew old could not be deleted');
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  });
}

/** Deletes what a workspace keeps no longer, batch by batch, and says how much it was. */
async function sweep(
  deps: SweepDeps,
  workspaceId: WorkspaceId,
  { messageMonths, mediaMonths }: Keeping,
  signal: AbortSignal,
): Promise<void> {
  const now = deps.db.clock.now();
  const went = { messages: 0, files: 0 };
  if (mediaMonths !== null) {
    const before = monthsBefore(now, mediaMonths);
    for (let files = batch; files === batch && !signal.aborted; ) {
      files = await deleteOldFiles(deps, workspaceId, before, batch);
      went.files += files;
    }
  }
  if (messageMonths !== null) {
    const before = monthsBefore(now, messageMonths);
    for (let last = batch; last === batch && !signal.aborted; ) {
      const ids = await deps.db.withSystem('messages that grew old', (tx) =>
        oldMessages(tx, workspaceId, before, batch),
      );
      last = ids.length;
      if (last > 0) went.messages += await deleteBatch(deps, workspaceId, ids);
    }
  }
  if (went.messages + went.files === 0) return;
  await deps.db.withSystem('what grew old is gone', (tx) =>
    emit(tx, [
      {
        workspaceId,
        name: 'workspace.retention_applied',
        data: went,
        audit: {
          target: { kind: 'workspace', id: workspaceId },
          after: { ...went, messageMonths, mediaMonths },
        },
      },
    ]),
  );
}

async function deleteBatch(deps: SweepDeps, workspaceId: string, ids: readonly string[]): Promise<number> {
  // Bytes first: without their message nobody would know of them.
  await eraseMedia(deps, workspaceId, ids);
  return deps.db.withSystem('delete messages that grew old', async (tx) => {
    await deps.forgetWords(tx, workspaceId, ids);
    await forgetFiles(tx, workspaceId, ids);
    await forgetPreviews(tx, workspaceId, ids);
    return deleteMessages(tx, workspaceId, ids);
  });
}
