import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { namesList } from './queries.ts';

const dropList = defineJob({ name: 'campaigns.drop-list', schema: z.object({ key: z.uuid() }) });

/**
 * A campaign names this file no more: its bytes go by a job, since no disk takes part in a rollback. Turns of a recurring
 * campaign share one: the last to let go of it deletes it.
 */
export async function releaseList(tx: Tx, workspaceId: string, key: string | null): Promise<void> {
  if (key !== null) await enqueue(tx, dropList, [{ workspaceId, payload: { key }, key: `list:${key}` }]);
}

/** What `campaigns.drop-list` runs. Repeatable: a blob that is not there is no error. */
export function dropListHandler({ db, blobs }: { db: Database; blobs: Blobs }): Handler {
  return handle(dropList, async ({ key }, { workspaceId }) => {
    if (workspaceId === null) return;
    const isNamed = await db.withSystem('whether a list is still named', (tx) =>
      namesList(tx, workspaceId, key),
    );
    if (!isNamed) await blobs.delete(key);
  });
}
