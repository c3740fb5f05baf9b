import { blankKinds, filledTemplate, outOfQuiet } from '@chaski/contracts';
import type { Database, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import type { Logger } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import { noteCampaign } from '../contacts/index.ts';
import { openMany } from '../conversations/index.ts';
import { campaignBacklog, campaignLane, giveUp, judgePeople, sendMany } from '../messages/index.ts';
import { findNumber, type NumberRow } from '../numbers/index.ts';
import { templateFor } from '../templates/index.ts';
import { begin } from './begin.ts';
import { finishIfDone } from './finish.ts';
import { linkProblem, shortenLinks } from './links.ts';
import { pauseCampaign } from './pause.ts';
import { purposeOf } from './plan.ts';
import {
  type CampaignRow,
  changeCampaign,
  countRunning,
  lockCampaign,
  selectDue,
  takeTelling,
} from './queries.ts';
import { forgetOpenings, holdBudget, noteOpenings, openedSince, openingsSince } from './queries-openings.ts';
import { cappedSince } from './queries-outcomes.ts';
import {
  claimRecipients,
  type Settled,
  settleRecipients,
  type WaitingRecipient,
} from './queries-recipients.ts';
import { isOver, offerOver } from './recipient.ts';
import { capMs, followRefusal, marketingCap } from './rules-errors.ts';
import type { LinkBase } from './rules-links.ts';
import { lowestTier, roomFor, tierFreesAt, tierOf, withinTier } from './rules-pace.ts';
import { pauseReasonOf } from './template-problem.ts';

/**
 * A campaign's turn: whose time has come is queued, as many as number, tier and lane have room for. Recipients, their
 * messages, what they cost of the tier and when to look again commit together: a process that dies did all of it or
 * nothing, and the campaign's row lets one process at a time.
 */
export interface CampaignsOptions {
  db: Database;
  log: Logger;
  /** In one transaction. */
  batch?: number;
  /** What short links begin with. */
  links?: () => LinkBase;
}

const idleMs = 500;
const dayMs = 86_400_000;
/** A window must be open when the message leaves, not only when it is queued. */
const windowMs = dayMs - 5 * 60_000;
const defaultBatch = 200;

export function startCampaigns({ db, log, batch, links = () => null }: CampaignsOptions): Loop {
  let tidiedAt = Number.NEGATIVE_INFINITY;
  return startLoop({
    name: 'campaigns',
    log,
    idleMs,
    async step(signal) {
      if (performance.now() - tidiedAt > 600_000) {
        tidiedAt = performance.now();
        await db.withSystem('openings that no limit counts', (tx) =>
          forgetOpenings(tx, new Date(tx.now().getTime() - 2 * dayMs)),
        );
      }
      const due = await db.withSystem('campaigns that are due', (tx) => selectDue(tx, 50));
      let more = false;
      for (const ref of due) {
        if (signal.aborted) return false;
        // One campaign's trouble is its own: the others have their turn all the same.
        try {
          more = (await takeTurn(db, ref, batch, links())) || more;
        } catch (error) {
          log.error({ err: error, campaignId: ref.id }, 'a campaign could not take its turn');
        }
      }
      return more;
    },
  });
}

/** True: there is more to do at once. */
export function takeTurn(
  db: Database,
  ref: { workspaceId: string; id: string },
  batch = defaultBatch,
  links: LinkBase = null,
): Promise<boolean> {
  return db.withSystem('a campaign takes its turn', async (tx) => {
    let campaign = await lockCampaign(tx, ref.workspaceId, ref.id);
    if (!campaign || campaign.wakesAt === null || campaign.wakesAt > tx.now()) return false;
    if (campaign.state === 'scheduled') campaign = await begin(tx, campaign);
    if (campaign?.state !== 'running') return false;
    const number = await findNumber(tx, campaign.workspaceId, campaign.numberId);
    const trouble = troubleOf(number);
    if (!number || trouble) {
      await pauseCampaign(tx, campaign, trouble?.reason ?? 'number_not_active', trouble?.detail ?? null);
      return false;
    }
    const room = roomFor({
      mps: number.mps,
      backlog: await campaignBacklog(tx, campaign.workspaceId, number.id, number.mps),
      sharing: await countRunning(tx, campaign.workspaceId, number.id),
      batch,
    });
    if (room === 0) {
      await lookAgain(tx, campaign, 100);
      return false;
    }
    const claimed = await claimRecipients(
      tx,
      campaign.workspaceId,
      campaign.id,
      lastMoment(tx, campaign),
      room,
    );
    if (claimed.length === 0) {
      await finishIfDone(tx, campaign);
      return false;
    }
    return queue(tx, campaign, number, claimed, room, links);
  });
}

/** Where a campaign stands in time: not before what it has done already, also when the clock was set back. */
function lastMoment(tx: SystemTx, { startedAt, lastQueuedAt }: CampaignRow): Date {
  return new Date(Math.max(tx.now().getTime(), startedAt?.getTime() ?? 0, lastQueuedAt?.getTime() ?? 0));
}

function troubleOf(
  number: NumberRow | null,
): { reason: 'number_not_active' | 'token'; detail: string } | null {
  if (!number) return { reason: 'number_not_active', detail: '' };
  if (number.status !== 'active') return { reason: 'number_not_active', detail: `It is ${number.status}.` };
  const paused = number.account.pausedReason;
  return paused === null ? null : { reason: 'token', detail: paused };
}

async function lookAgain(tx: SystemTx, campaign: CampaignRow, ms: number): Promise<void> {
  await changeCampaign(tx, campaign.workspaceId, campaign.id, { wakesAt: new Date(tx.now().getTime() + ms) });
}

interface Candidate extends WaitingRecipient {
  /** Writing to them opens nothing new. */
  opened: boolean;
}

async function queue(
  tx: SystemTx,
  campaign: CampaignRow,
  number: NumberRow,
  claimed: readonly WaitingRecipient[],
  room: number,
  base: LinkBase,
): Promise<boolean> {
  const { workspaceId, message } = campaign;
  if (!message) return false;
  const now = tx.now();
  const { name, language } = message.template;
  const template = await templateFor(tx, number.accountId, name, language);
  const purpose = purposeOf(template?.category ?? 'MARKETING');
  const settled: Settled[] = [];
  const texts = { campaign, message, components: template?.components ?? [], base };
  const linksMissing = await linkProblem(tx, texts);
  if (linksMissing !== null) return stopHere(tx, campaign, settled, 'template_wrong', linksMissing);

  // It may have stood still for hours: everybody's own clock is asked again.
  const { quietHours, timeZone } = campaign.schedule;
  const waking = claimed.filter((one) => {
    if (isOver(one.filled, now.getTime())) {
      settled.push(skip(one, offerOver));
      return false;
    }
    const at = outOfQuiet(now.getTime(), one.zone ?? timeZone, quietHours);
    if (at <= now.getTime()) return true;
    settled.push(later(one, new Date(at), 'quiet_hours'));
    return false;
  });

  // Whom another campaign found capped today is capped for this one: WhatsApp counts who tries.
  const since = new Date(now.getTime() - dayMs);
  const capped =
    purpose === 'marketing'
      ? await cappedSince(
          tx,
          workspaceId,
          waking.map((one) => one.contactId),
          since,
        )
      : new Map<string, Date>();
  const awake = waking.filter((one) => {
    const at = capped.get(one.contactId);
    if (at === undefined) return true;
    settled.push(
      campaign.options.retryCapped
        ? later(one, new Date(at.getTime() + capMs), marketingCap)
        : skip(one, marketingCap),
    );
    return false;
  });

  // The policy first, and without a thread: nobody's inbox gets one for a message that is not sent.
  const judged = new Map(
    (
      await judgePeople(
        tx,
        { workspaceId, numberId: number.id },
        awake.map((one) => one.contactId),
        { purpose, content: { type: 'template', template: { name, language: { code: language } } } },
      )
    ).map((one) => [one.contactId, one]),
  );
  const scope = number.account.limitScope;
  await holdBudget(tx, scope);
  const counted = await openedSince(
    tx,
    workspaceId,
    scope,
    awake.map((one) => one.contactId),
    since,
  );
  const spent = await giveUp(
    tx,
    workspaceId,
    awake.flatMap((one) => one.messageId ?? []),
  );
  const allowed: Candidate[] = [];
  for (const one of awake) {
    // The try before is under way again, by somebody's hand: its own words decide.
    if (one.messageId !== null && !spent.has(one.messageId)) {
      settled.push({ ...later(one, now, 'sent_by_hand'), state: 'queued' });
      continue;
    }
    const word = judged.get(one.contactId);
    if (!word) {
      settled.push(skip(one, 'erased'));
      continue;
    }
    if (word.verdict.verdict !== 'free-form') {
      const follow = followRefusal(word.verdict.code, word.verdict.changesAt, now);
      if (follow.follow === 'stop')
        return stopHere(tx, campaign, settled, follow.reason, word.verdict.sentence);
      settled.push(
        follow.follow === 'later' ? later(one, follow.at, word.verdict.code) : skip(one, word.verdict.code),
      );
      continue;
    }
    const inbound = word.lastInboundAt;
    allowed.push({
      ...one,
      opened:
        counted.has(one.contactId) || (inbound !== null && now.getTime() - inbound.getTime() < windowMs),
    });
  }

  const tier = tierOf(number.providerState) ?? lowestTier;
  const budget = await openingsSince(tx, workspaceId, scope, since);
  const { now: going, wait } = withinTier(allowed, Math.max(0, tier - budget.used));
  const threads = await openMany(
    tx,
    going.map((one) => ({ workspaceId, numberId: number.id, contactId: one.contactId })),
    { status: 'closed' },
  );
  const filled = await shortenLinks(tx, texts, going);
  const kinds = blankKinds(template);
  const results = await sendMany(
    tx,
    going.map((one, index) => ({
      workspaceId,
      conversationId: threads[index]!.id,
      content: filledTemplate(message, filled[index]!, kinds),
      purpose,
      dedupeKey: keyOf(campaign.id, one),
      priority: campaignLane,
      source: 'campaign',
      automated: true,
    })),
  );
  let stop: Parameters<typeof pauseCampaign>[2] | null = null;
  let sentence = '';
  const queued: Candidate[] = [];
  going.forEach((one, index) => {
    const result = results[index]!;
    if (result.outcome !== 'refused') {
      queued.push(one);
      settled.push({
        n: one.n,
        state: 'queued',
        reason: null,
        dueAt: null,
        messageId: result.message.id,
        tried: 1,
      });
      return;
    }
    const { code, changesAt } = result.verdict;
    const follow = followRefusal(code, changesAt, now);
    if (follow.follow === 'stop') {
      stop = follow.reason;
      sentence = result.verdict.sentence;
    } else settled.push(follow.follow === 'later' ? later(one, follow.at, code) : skip(one, code));
  });
  await noteOpenings(
    tx,
    queued
      .filter((one) => !one.opened)
      .map((one) => ({ workspaceId, scope, contactId: one.contactId, at: now })),
  );
  await settleRecipients(tx, workspaceId, campaign.id, settled);
  await noteCampaign(
    tx,
    claimed
      .filter((one) => settled.some((row) => row.n === one.n && row.state === 'skipped'))
      .map((one) => ({
        workspaceId,
        campaignId: campaign.id,
        contactId: one.contactId,
        outcome: 'not_sent' as const,
        at: now,
      })),
  );
  await tellProgress(tx, campaign);
  if (stop !== null) {
    await pauseCampaign(tx, campaign, await pauseReasonOf(tx, campaign, stop), sentence);
    return false;
  }
  const full = queued.length === 0 && wait.length > 0;
  const frees = tierFreesAt(budget.oldest, now);
  const waitsFor =
    wait.length > 0 ? 'tier' : settled.some((row) => row.reason === 'quiet_hours') ? 'quiet_hours' : null;
  const more = !full && claimed.length === room;
  await changeCampaign(tx, workspaceId, campaign.id, {
    // Room comes back one by one: a second gathers some.
    wakesAt: full
      ? new Date(Math.max(frees.getTime(), now.getTime()) + 1_000)
      : new Date(now.getTime() + (more ? 0 : 100)),
    waitsFor,
    ...(queued.length > 0 ? { lastQueuedAt: lastMoment(tx, campaign) } : {}),
  });
  if (waitsFor === 'tier' && campaign.waitsFor !== 'tier')
    await emit(tx, [
      {
        workspaceId,
        name: 'campaign.waiting',
        data: { campaignId: campaign.id, for: 'tier', limit: tier, until: frees.toISOString() },
      },
    ]);
  return more;
}

/** The first try has the campaign's own key; every other is a message of its own, after the one before surely failed. */
function keyOf(campaignId: string, one: WaitingRecipient): string {
  return `campaign:${campaignId}:${one.n}${one.attempt === 0 ? '' : `:${one.attempt}`}`;
}

const later = (one: WaitingRecipient, at: Date, reason: string): Settled => ({
  n: one.n,
  state: 'planned',
  reason,
  dueAt: at.toISOString(),
  messageId: null,
  tried: 0,
});

const skip = (one: WaitingRecipient, reason: string): Settled => ({
  n: one.n,
  state: 'skipped',
  reason,
  dueAt: null,
  messageId: null,
  tried: 0,
});

/** What was found so far counts; nobody else is asked. */
async function stopHere(
  tx: SystemTx,
  campaign: CampaignRow,
  settled: readonly Settled[],
  reason: Parameters<typeof pauseCampaign>[2],
  detail: string,
): Promise<boolean> {
  await settleRecipients(tx, campaign.workspaceId, campaign.id, settled);
  await pauseCampaign(tx, campaign, await pauseReasonOf(tx, campaign, reason), detail);
  return false;
}

/** At most once a second: the feed hears of campaigns, not of people. */
export async function tellProgress(
  tx: SystemTx,
  ...campaigns: readonly { workspaceId: string; id: string }[]
): Promise<void> {
  const telling = await takeTelling(tx, campaigns);
  await emit(
    tx,
    telling.map(({ workspaceId, id }) => ({
      workspaceId,
      name: 'campaign.progress',
      data: { campaignId: id },
    })),
  );
}
