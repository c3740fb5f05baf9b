import { nextCampaignTurn, shown } from '@chaski/contracts';
import type { SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { enqueue } from '../../platform/queue/index.ts';
import { releaseList } from './list-file.ts';
import { pauseCampaign } from './pause.ts';
import { planJob } from './plan.ts';
import { type CampaignRow, changeCampaign, insertCampaign } from './queries.ts';

/** A scheduled campaign's time has come. Answers it as it is now; one that waits for its plan looks again soon. */
export async function begin(tx: SystemTx, campaign: CampaignRow): Promise<CampaignRow> {
  const { workspaceId, id, schedule } = campaign;
  const now = tx.now();
  if (schedule.kind === 'recurring') return takeRecurringTurn(tx, campaign, schedule);
  if (campaign.planState === 'waiting')
    return changeCampaign(tx, workspaceId, id, { wakesAt: new Date(now.getTime() + 1_000) });
  if (campaign.planState !== 'ready') return pauseCampaign(tx, campaign, 'plan_failed', campaign.planError);
  const row = await changeCampaign(tx, workspaceId, id, {
    state: 'running',
    startedAt: campaign.startedAt ?? now,
    judgedOk: 0,
    judgedFailed: 0,
    // The plan says all of it from now on: numbers of people are kept once.
    listKey: null,
  });
  await releaseList(tx, workspaceId, campaign.listKey);
  await emit(tx, [{ workspaceId, name: 'campaign.started', data: { campaignId: id } }]);
  return row;
}

/** Each turn is a campaign of its own, planned from whoever belongs to the audience today. */
async function takeRecurringTurn(
  tx: SystemTx,
  campaign: CampaignRow,
  schedule: Extract<CampaignRow['schedule'], { kind: 'recurring' }>,
): Promise<CampaignRow> {
  const { workspaceId } = campaign;
  const now = tx.now();
  const { timeZone, zoneAttribute, quietHours } = schedule;
  const turn = await insertCampaign(tx, workspaceId, {
    id: newId(now.getTime()),
    name: `${campaign.name.slice(0, 180)} · ${new Date(shown(now.getTime(), timeZone)).toISOString().slice(0, 10)}`,
    numberId: campaign.numberId,
    message: campaign.message,
    audience: campaign.audience,
    schedule: {
      kind: 'now',
      timeZone,
      quietHours,
      ...(zoneAttribute === undefined ? {} : { zoneAttribute }),
    },
    options: campaign.options,
    listKey: campaign.listKey,
    parentId: campaign.id,
    authorKind: campaign.authorKind,
    authorId: campaign.authorId,
    hands: campaign.hands,
  });
  await changeCampaign(tx, workspaceId, turn.id, {
    state: 'scheduled',
    startsAt: now,
    wakesAt: now,
    planState: 'waiting',
    planVersion: 1,
    approvedBy: campaign.approvedBy,
    approvedAt: campaign.approvedAt,
  });
  await enqueue(tx, planJob, [
    { workspaceId, payload: { campaignId: turn.id, version: 1 }, key: `${turn.id}:1` },
  ]);
  const next = nextCampaignTurn(schedule, now.getTime());
  await emit(tx, [
    {
      workspaceId,
      name: 'campaign.turn',
      data: {
        campaignId: campaign.id,
        turnId: turn.id,
        next: next === null ? null : new Date(next).toISOString(),
      },
    },
  ]);
  return changeCampaign(tx, workspaceId, campaign.id, {
    startedAt: campaign.startedAt ?? now,
    ...(next === null
      ? { state: 'finished', finishedAt: now, listKey: null }
      : { startsAt: new Date(next), wakesAt: new Date(next) }),
  });
}
