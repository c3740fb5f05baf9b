import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { noteCampaign } from '../contacts/index.ts';
import { type CampaignRow, changeCampaign } from './queries.ts';
import { openRecipients, selectLeftOut } from './queries-recipients.ts';

/** How long the last messages may still be refused, and so be tried again, before it counts as done. */
const settlingMs = 10 * 60_000;
/** Statuses wake nobody: so often it looks whether the last ones came. */
const lookMs = 5_000;
const page = 10_000;

/** Nobody's turn has come: when is the next, or is it done? */
export async function finishIfDone(tx: SystemTx, campaign: CampaignRow): Promise<void> {
  const { workspaceId, id } = campaign;
  const now = tx.now();
  const { nextDue, queued, unsettled } = await openRecipients(tx, workspaceId, id);
  const settledAt = new Date((campaign.lastQueuedAt?.getTime() ?? Number.NEGATIVE_INFINITY) + settlingMs);
  const soon = new Date(now.getTime() + lookMs);
  const wakesAt = nextDue ?? (queued || (unsettled && settledAt > now) ? soon : null);
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
