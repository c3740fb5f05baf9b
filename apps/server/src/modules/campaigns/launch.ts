import { campaignStart } from '@chaski/contracts';
import type { Actor, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { getNumber } from '../numbers/index.ts';
import { readWorkspace } from '../workspaces/index.ts';
import { handsOf, holdCampaign, tell } from './create.ts';
import { type CampaignRow, changeCampaign } from './queries.ts';
import { clearRecipients } from './queries-recipients.ts';
import { templateProblem } from './template-problem.ts';

/** Asks for its start: at once or at its time, or when a second person said yes. */
export async function launchCampaign(tx: TenantTx, id: string): Promise<CampaignRow> {
  const before = await holdCampaign(tx, id);
  if (before.state !== 'draft')
    throw errors.conflict('campaign_state', `A campaign that is ${before.state} cannot be started again.`);
  if (!before.message || !before.audience)
    throw errors.unprocessable('campaign_incomplete', 'Say to whom (audience) and what (message) first.');
  await checkSendable(tx, before);
  const held = await changeCampaign(tx, tx.workspaceId, id, { hands: await handsOf(tx, before.hands) });
  const { settings } = await readWorkspace(tx);
  if (settings.campaignApproval === 'second-person') {
    const row = await changeCampaign(tx, tx.workspaceId, id, { state: 'awaiting_approval' });
    await tell(tx, row, 'campaign.approval_requested', {
      before: { state: before.state },
      after: { state: row.state },
    });
    return row;
  }
  return schedule(tx, held, 'campaign.scheduled', before.state);
}

/** What a person can mend before it starts, asked when it is launched and once more when somebody says yes to it. */
async function checkSendable(tx: TenantTx, campaign: CampaignRow): Promise<void> {
  if (campaign.planState !== 'ready')
    throw errors.conflict(
      'campaign_not_planned',
      campaign.planState === 'waiting' ? 'The plan is not ready yet.' : 'Make the plan first and look at it.',
    );
  const number = await getNumber(tx, campaign.numberId);
  if (number.status !== 'active')
    throw errors.unprocessable('number_not_active', `The number is ${number.status}.`);
  const problem = await templateProblem(tx, campaign, number.accountId);
  if (problem && problem.code !== 'template_unknown')
    throw errors.unprocessable(problem.code, problem.message);
  startOf(tx, campaign);
}

/** When it begins, of a recurring one its next turn. Throws where no turn is left: that is no reason to send at once. */
export function startOf(tx: TenantTx, campaign: CampaignRow): Date {
  const at = campaignStart(campaign.schedule, tx.now().getTime());
  if (at === null)
    throw errors.unprocessable('campaign_incomplete', 'No turn is left: schedule.until has passed.', {
      path: 'schedule.until',
    });
  return new Date(at);
}

async function schedule(
  tx: TenantTx,
  campaign: CampaignRow,
  event: string,
  was: string,
): Promise<CampaignRow> {
  const at = startOf(tx, campaign);
  // Of a recurring one each turn has a plan of its own; this one was for looking at.
  if (campaign.schedule.kind === 'recurring') await clearRecipients(tx, tx.workspaceId, campaign.id);
  const row = await changeCampaign(tx, tx.workspaceId, campaign.id, {
    state: 'scheduled',
    startsAt: at,
    wakesAt: at,
    pausedReason: null,
    pausedDetail: null,
  });
  await tell(
    tx,
    row,
    event,
    { before: { state: was }, after: { state: row.state, startsAt: at.toISOString() } },
    { startsAt: at.toISOString() },
  );
  return row;
}

/** A person, and never whoever wrote it or asked for it: a key is in the hand of whoever made it. */
export function mayApprove(campaign: CampaignRow, { kind, id }: Actor): boolean {
  return kind === 'user' && id !== null && !campaign.hands.includes(id);
}

/** The second person's yes. */
export async function approveCampaign(tx: TenantTx, id: string): Promise<CampaignRow> {
  const before = await awaiting(tx, id);
  if (!mayApprove(before, tx.actor))
    throw errors.forbidden(
      tx.actor.kind === 'user'
        ? 'Somebody else has to approve it: you had a hand in it.'
        : 'A person has to approve it, not a key.',
      { reason: 'own_campaign' },
    );
  await checkSendable(tx, before);
  const approved = await changeCampaign(tx, tx.workspaceId, id, {
    approvedBy: tx.actor.id,
    approvedAt: tx.now(),
  });
  return schedule(tx, approved, 'campaign.approved', before.state);
}

/** Back to whoever wrote it. */
export async function rejectCampaign(tx: TenantTx, id: string, reason: string): Promise<CampaignRow> {
  const before = await awaiting(tx, id);
  const row = await changeCampaign(tx, tx.workspaceId, id, {
    state: before.startedAt === null ? 'draft' : 'paused',
  });
  await tell(
    tx,
    row,
    'campaign.rejected',
    { before: { state: before.state }, after: { state: row.state } },
    { reason },
  );
  return row;
}

async function awaiting(tx: TenantTx, id: string): Promise<CampaignRow> {
  const row = await holdCampaign(tx, id);
  if (row.state !== 'awaiting_approval')
    throw errors.conflict('campaign_state', 'It does not wait for an approval.');
  return row;
}
