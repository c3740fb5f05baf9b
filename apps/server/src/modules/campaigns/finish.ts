import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { noteCampaign } from '../contacts/index.ts';
import { type CampaignRow, changeCampaign } from './queries.ts';
import { openRecipients, selectLeftOut } from './queries-recipients.ts';

/** How long the last messages may still be refused, and so be tried again, before it counts as done. */
const settlingMs = 10 * 60_000;
const page = 10_000;

/** Nobody's turn has come: when is the next, or is it done? */
export async function finishIfDone(tx: SystemTx, campaign: CampaignRow): Promise<void> {
  const { workspaceId, id } = campaign;
  const now = tx.now();
  const { nextDue, queued } = await openRecipients(tx, workspaceId, id);
  const settledAt = new Date((campaign.lastQueuedAt?.getTime() ?? Number.NEGATIVE_INFINITY) + settlingMs);
  const wakesAt = nextDue ?? (queued ? new Date(now.getTime() + 5_000) : settledAt > now ? settledAt : null);
  if (wakesAt !== null) {
    await changeCampaign(tx, workspaceId, id, { wakesAt, waitsFor: null });
    return;
  }
  for (let after: string | null = null; ; ) {
    const people: string[] = await selectLeftOut(tx, workspaceId, id, after, page);
    await noteCampaign(
      tx,
      people.map((contactId) => ({
        workspaceId,
        campaignId: id,
        contactId,
        outcome: 'not_sent' as const,
        at: now,
      })),
    );
    after = people.at(-1) ?? null;
    if (people.length < page) break;
  }
  await changeCampaign(tx, workspaceId, id, { state: 'finished', finishedAt: now, waitsFor: null });
  await emit(tx, [{ workspaceId, name: 'campaign.finished', data: { campaignId: id } }]);
}
