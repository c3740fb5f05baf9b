import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { withdraw } from '../messages/index.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { handsOf, holdCampaign, tell } from './create.ts';
import { startOf } from './launch.ts';
import { releaseList } from './list-file.ts';
import { pauseCampaign } from './pause.ts';
import { type CampaignRow, changeCampaign } from './queries.ts';
import { retryFailed } from './queries-outcomes.ts';
import { cancelWaitingRecipients, queuedMessages } from './queries-recipients.ts';

/** Nobody else is queued; what is queued already, a second's messages at most, still goes. */
export async function pauseByHand(tx: TenantTx, id: string): Promise<CampaignRow> {
  const row = await holdCampaign(tx, id);
  if (row.state !== 'running' && row.state !== 'scheduled')
    throw errors.conflict('campaign_state', `A campaign that is ${row.state} cannot be paused.`);
  return pauseCampaign(tx, row, 'by_hand');
}

/** Goes on behind the last who was queued. Outcomes until now are forgiven: somebody looked. */
export async function resumeCampaign(tx: TenantTx, id: string): Promise<CampaignRow> {
  const before = await holdCampaign(tx, id);
  if (before.state !== 'paused')
    throw errors.conflict('campaign_state', `A campaign that is ${before.state} is not paused.`);
  const hasBegun = before.startedAt !== null;
  if (before.planState === 'waiting' || (hasBegun && before.planState !== 'ready'))
    throw errors.conflict(
      'campaign_not_planned',
      before.planState === 'waiting'
        ? 'What has not gone is being filled anew; try again in a moment.'
        : 'What has not gone could not be filled anew: change message or schedule once more.',
    );
  const { settings } = await readWorkspace(tx);
  if (settings.campaignApproval === 'second-person' && before.approvedAt === null) {
    // Changed since somebody approved it: what goes on is again for a second person to see.
    const waiting = await changeCampaign(tx, tx.workspaceId, id, {
      state: 'awaiting_approval',
      hands: await handsOf(tx, before.hands),
    });
    await tell(tx, waiting, 'campaign.approval_requested', {
      before: { state: before.state },
      after: { state: waiting.state },
    });
    return waiting;
  }
  const isRecurring = before.schedule.kind === 'recurring';
  const begun = hasBegun && !isRecurring;
  // Turns that went by while it stood still are gone: nobody asked for them at another time.
  const startsAt = isRecurring ? startOf(tx, before) : before.startsAt;
  const row = await changeCampaign(tx, tx.workspaceId, id, {
    state: begun ? 'running' : 'scheduled',
    pausedReason: null,
    pausedDetail: null,
    judgedOk: 0,
    judgedFailed: 0,
    startsAt,
    wakesAt: begun ? tx.now() : (startsAt ?? tx.now()),
  });
  await tell(tx, row, 'campaign.resumed', {
    before: { state: before.state, pausedReason: before.pausedReason },
    after: { state: row.state },
  });
  return row;
}

/** For good: who waits gets nothing, what is queued is taken back. What is in flight arrives. */
export async function cancelCampaign(tx: TenantTx, id: string): Promise<CampaignRow> {
  const before = await holdCampaign(tx, id);
  if (before.state === 'finished' || before.state === 'cancelled')
    throw errors.conflict('campaign_state', `It is ${before.state} already.`);
  const withdrawn = await withdraw(tx, tx.workspaceId, await queuedMessages(tx, tx.workspaceId, id));
  const spared = await cancelWaitingRecipients(tx, id, withdrawn);
  const row = await changeCampaign(tx, tx.workspaceId, id, {
    state: 'cancelled',
    finishedAt: tx.now(),
    listKey: null,
    pausedReason: null,
    pausedDetail: null,
    waitsFor: null,
  });
  await releaseList(tx, tx.workspaceId, before.listKey);
  await tell(
    tx,
    row,
    'campaign.cancelled',
    { before: { state: before.state }, after: { state: row.state, spared } },
    { spared },
  );
  return row;
}

/** Only those that failed, once more; nobody who got it gets it twice. */
export async function retryCampaign(
  tx: TenantTx,
  id: string,
  reasons: readonly string[] | null,
): Promise<{ row: CampaignRow; retried: number }> {
  const before = await holdCampaign(tx, id);
  if (!['running', 'paused', 'finished'].includes(before.state))
    throw errors.conflict('campaign_state', `A campaign that is ${before.state} has nobody to try again.`);
  const again = await retryFailed(tx, id, reasons);
  if (again.length === 0) throw errors.unprocessable('nobody_failed', 'Nobody failed for these reasons.');
  const row = await changeCampaign(tx, tx.workspaceId, id, {
    ...(before.state === 'finished'
      ? { state: 'running', finishedAt: null, judgedOk: 0, judgedFailed: 0 }
      : {}),
    wakesAt: tx.now(),
  });
  await tell(
    tx,
    row,
    'campaign.retried',
    { before: { state: before.state }, after: { state: row.state, retried: again.length } },
    { retried: again.length },
  );
  return { row, retried: again.length };
}
