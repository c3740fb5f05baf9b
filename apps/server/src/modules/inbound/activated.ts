import { z } from 'zod';
import { defineConsumer } from '../../platform/events/index.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import { routesByNumberId } from '../numbers/index.ts';
import type { ApplyDeps } from './apply.ts';
import { replayNumber } from './replay.ts';

const replayJob = defineJob({ name: 'inbound.replay-number', schema: z.object({ numberId: z.uuid() }) });

/**
 * A number that was added or approved: what came for it before is applied, whoever did it and through which door. A
 * job, since a month of parked messages is more than a consumer's batch may take.
 */
export const activatedNumbers = defineConsumer({
  name: 'inbound.activated-numbers',
  events: ['number.updated'],
  async handle(tx, events) {
    const active = events.filter(({ data }) => data.status === 'active' && data.activated === true);
    await enqueue(
      tx,
      replayJob,
      active.map(({ workspaceId, data }) => ({
        workspaceId,
        payload: { numberId: String(data.numberId) },
        key: `replay:${String(data.numberId)}`,
      })),
    );
  },
});

/** What `inbound.replay-number` runs; repeated it changes nothing. */
export function replayNumberHandler(deps: ApplyDeps): Handler {
  return handle(replayJob, async ({ numberId }, { workspaceId }) => {
    if (workspaceId === null) return;
    const route = await deps.db.withSystem('a number became active', async (tx) =>
      (await routesByNumberId(tx, [{ workspaceId, numberId }])).get(numberId),
    );
    if (route?.status === 'active') await replayNumber(deps, route.phoneNumberId);
  });
}
