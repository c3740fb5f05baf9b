import type { CampaignOutcome } from '@chaski/contracts';
import type { SystemTx } from '../../platform/db/index.ts';
import { defineConsumer, type StoredEvent } from '../../platform/events/index.ts';
import { noteCampaign } from '../contacts/index.ts';
import { routesByNumberId } from '../numbers/index.ts';
import { pauseCampaign } from './pause.ts';
import { addOutcomes, type CampaignRow, lockCampaigns } from './queries.ts';
import { noteOpenings } from './queries-openings.ts';
import { campaignsOfMessages, type Moved, moveRecipients, planAgain, type Word } from './queries-outcomes.ts';
import { countsAsFailure, failsTooOften, followFailure } from './rules-errors.ts';
import { tellProgress } from './step.ts';
import { pauseReasonOf } from './template-problem.ts';

const states: Readonly<Record<string, Word['state']>> = {
  'message.accepted': 'sent',
  'message.sent': 'sent',
  'message.delivered': 'delivered',
  'message.read': 'read',
  'message.played': 'read',
  'message.failed': 'failed',
  'message.unconfirmed': 'unconfirmed',
};

/** What became of messages, campaign by campaign; most events are about messages of nobody's campaign. */
export const followMessages = defineConsumer({
  name: 'campaigns.follow',
  events: Object.keys(states),
  pace: 'in turn',
  async handle(tx, events) {
    const words = events.flatMap((event): Word[] => {
      const state = states[event.name];
      const { messageId, error, pricing } = event.data as {
        messageId?: unknown;
        error?: { code?: unknown; message?: unknown } | null;
        pricing?: { type?: unknown } | null;
      };
      if (state === undefined || typeof messageId !== 'string') return [];
      return [
        {
          workspaceId: event.workspaceId,
          messageId,
          state,
          at: event.at,
          error:
            state === 'failed'
              ? { code: String(error?.code ?? 'unknown'), message: String(error?.message ?? '') }
              : null,
          billed: typeof pricing?.type === 'string' ? pricing.type === 'regular' : null,
        },
      ];
    });
    const refs = await campaignsOfMessages(tx, words);
    // Before openings and recipients, as everybody does: two who lock in opposite order wait for each other for ever.
    const campaigns = await lockCampaigns(tx, refs);
    await countOpenings(tx, events);
    if (refs.length === 0) return;
    const moved = await moveRecipients(tx, words);
    await noteCampaign(tx, moved.flatMap(noteOf(tx.now())));
    await judge(tx, campaigns, moved);
    await tellProgress(tx, ...campaigns.values());
  },
});

const outcomes: Readonly<Record<string, CampaignOutcome>> = {
  sent: 'sent',
  failed: 'failed',
  delivered: 'delivered',
  read: 'read',
};

const noteOf = (at: Date) => (row: Moved) => {
  const outcome = outcomes[row.state];
  return outcome === undefined
    ? []
    : [{ workspaceId: row.workspaceId, campaignId: row.campaignId, contactId: row.contactId, outcome, at }];
};

/** Every template that WhatsApp took, or may have taken, counts for the portfolio's limit, whoever sent it. */
async function countOpenings(tx: SystemTx, events: readonly StoredEvent[]): Promise<void> {
  const taken = events.filter(
    ({ name, data }) =>
      (name === 'message.accepted' || name === 'message.unconfirmed') &&
      data.type === 'template' &&
      typeof data.contactId === 'string' &&
      typeof data.numberId === 'string',
  );
  if (taken.length === 0) return;
  const routes = await routesByNumberId(
    tx,
    taken.map((event) => ({ workspaceId: event.workspaceId, numberId: String(event.data.numberId) })),
  );
  await noteOpenings(
    tx,
    taken.flatMap((event) => {
      const route = routes.get(String(event.data.numberId));
      return route
        ? [
            {
              workspaceId: event.workspaceId,
              scope: route.limitScope,
              contactId: String(event.data.contactId),
              at: event.at,
            },
          ]
        : [];
    }),
  );
}

async function judge(
  tx: SystemTx,
  campaigns: ReadonlyMap<string, CampaignRow>,
  moved: readonly Moved[],
): Promise<void> {
  const now = tx.now().getTime();
  const again: { workspaceId: string; campaignId: string; n: number; dueAt: Date; reason: string }[] = [];
  const stops = new Map<string, { reason: Parameters<typeof pauseCampaign>[2]; detail: string }>();
  const counts = new Map<string, { ok: number; failed: number; wakesAt: Date | null }>();
  for (const row of moved) {
    const campaign = campaigns.get(row.campaignId);
    if (!campaign) continue;
    const count = counts.get(campaign.id) ?? { ok: 0, failed: 0, wakesAt: null };
    counts.set(campaign.id, count);
    if (row.state === 'delivered') count.ok += 1;
    if (row.state !== 'failed' || row.error === null) continue;
    const { code, message } = row.error;
    if (countsAsFailure(code)) count.failed += 1;
    const follow = followFailure(code, campaign.options, row.attempt);
    const isOver = campaign.state === 'finished' || campaign.state === 'cancelled';
    if (follow.follow === 'never' || isOver) continue;
    const dueAt = new Date(now + (follow.follow === 'later' ? follow.afterMs : 0));
    again.push({ workspaceId: row.workspaceId, campaignId: row.campaignId, n: row.n, dueAt, reason: code });
    if (count.wakesAt === null || dueAt < count.wakesAt) count.wakesAt = dueAt;
    if (follow.follow === 'stop') stops.set(campaign.id, { reason: follow.reason, detail: message });
  }
  await planAgain(tx, again);
  const judged = await addOutcomes(
    tx,
    [...counts].map(([id, count]) => ({ workspaceId: campaigns.get(id)!.workspaceId, id, ...count })),
  );
  for (const campaign of judged) {
    if (campaign.state !== 'running') continue;
    const stop = stops.get(campaign.id);
    if (stop) await pauseCampaign(tx, campaign, await pauseReasonOf(tx, campaign, stop.reason), stop.detail);
    else if (failsTooOften({ ok: campaign.judgedOk, failed: campaign.judgedFailed }, campaign.options))
      await pauseCampaign(
        tx,
        campaign,
        'failure_rate',
        `${campaign.judgedFailed} of ${campaign.judgedOk + campaign.judgedFailed} failed.`,
      );
  }
}
