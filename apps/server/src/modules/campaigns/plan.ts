import { blankKinds } from '@chaski/contracts';
import { z } from 'zod';
import type { Blobs } from '../../platform/blobs/index.ts';
import type { Actor, Database, TenantTx } from '../../platform/db/index.ts';
import { AppError } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import { defineJob, enqueue, type Handler, handle } from '../../platform/queue/index.ts';
import {
  countryOfPhone,
  lookUpPhones,
  readSegment,
  roomLeft,
  type SegmentContact,
  segmentContacts,
} from '../contacts/index.ts';
import { type JudgedPerson, judgePeople } from '../messages/index.ts';
import { routesByNumberId } from '../numbers/index.ts';
import { templateFor } from '../templates/index.ts';
import { limitsFor } from '../workspaces/index.ts';
import { countryIn, factsOf, filterOf, type Line, listLines, pastedLines } from './audience.ts';
import { type CampaignRow, changeCampaign, lockCampaign, selectCampaign } from './queries.ts';
import {
  giveWayTo,
  insertRecipients,
  type PlannedRecipient,
  refillRecipients,
  selectWaiting,
} from './queries-recipients.ts';
import { priceOf, type RateCardRow, rateCardOf } from './rates.ts';
import { plannerOf } from './recipient.ts';

/**
 * Freezes who gets what and when: one row per line of the audience, page by page, each page in one transaction with how
 * far the plan is. A killed planner goes on behind the last page; one whose campaign was changed meanwhile ends.
 */
export const planJob = defineJob({
  name: 'campaigns.plan',
  schema: z.object({ campaignId: z.uuid(), version: z.number().int() }),
});

export interface PlanDeps {
  db: Database;
  blobs: Blobs;
}

/** People of a segment in one transaction, lines of a list: making contacts takes longer. */
const segmentPage = 5_000;
const listPage = 1_000;

/** Asks for a plan; the job makes it. In the transaction that changed what it is made from. */
export async function requestPlan(tx: TenantTx, campaign: CampaignRow): Promise<CampaignRow> {
  const version = campaign.planVersion + 1;
  await enqueue(tx, planJob, [
    {
      workspaceId: tx.workspaceId,
      payload: { campaignId: campaign.id, version },
      key: `${campaign.id}:${version}`,
    },
  ]);
  return changeCampaign(tx, tx.workspaceId, campaign.id, {
    planState: 'waiting',
    planVersion: version,
    planRows: 0,
    planAfter: null,
    planError: null,
  });
}

/** What `campaigns.plan` runs. */
export function planHandler(deps: PlanDeps): Handler {
  return handle(planJob, async ({ campaignId, version }, { workspaceId, signal }) => {
    if (workspaceId !== null)
      await planCampaign(deps, workspaceId as WorkspaceId, campaignId, version, signal);
  });
}

interface Making {
  workspaceId: WorkspaceId;
  campaignId: string;
  version: number;
  card: RateCardRow | null;
  tenant<T>(fn: (tx: TenantTx) => Promise<T>): Promise<T>;
}

export async function planCampaign(
  deps: PlanDeps,
  workspaceId: WorkspaceId,
  campaignId: string,
  version: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { db } = deps;
  const found = await db.withSystem('a campaign to plan', async (tx) => ({
    campaign: await selectCampaign(tx, workspaceId, campaignId),
    card: await rateCardOf(tx, tx.now()),
  }));
  const { campaign } = found;
  if (campaign?.planState !== 'waiting' || campaign.planVersion !== version) return;
  const actor: Actor = { kind: campaign.authorKind as Actor['kind'], id: campaign.authorId, role: 'system' };
  const making: Making = {
    workspaceId,
    campaignId,
    version,
    card: found.card,
    tenant: (fn) => db.withTenant(workspaceId, actor, fn),
  };
  try {
    if (campaign.startedAt !== null) await refill(making, signal);
    else if (campaign.audience?.kind === 'list' || campaign.audience?.kind === 'phones')
      await planLines(deps, making, campaign, signal);
    else await planSegment(making, signal);
  } catch (error) {
    if (!isFinal(error)) throw error;
    await making.tenant(async (tx) => {
      if (!(await current(tx, making))) return;
      await changeCampaign(tx, workspaceId, campaignId, {
        planState: 'failed',
        planError: error instanceof Error ? error.message.slice(0, 300) : String(error),
      });
      await emit(tx, [{ workspaceId, name: 'campaign.plan_failed', data: { campaignId } }]);
    });
  }
}

/** What the list or the filter will say tomorrow too. */
function isFinal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  if (error instanceof AppError) return error.status < 500;
  return typeof code === 'string' && code.startsWith('CSV_');
}

/** The campaign, as long as this planner's version is the one that counts. */
async function current(tx: TenantTx, making: Making): Promise<CampaignRow | null> {
  const row = await lockCampaign(tx, making.workspaceId, making.campaignId);
  return row?.planState === 'waiting' && row.planVersion === making.version ? row : null;
}

async function ready(tx: TenantTx, making: Making): Promise<void> {
  await changeCampaign(tx, making.workspaceId, making.campaignId, {
    planState: 'ready',
    planAfter: null,
    plannedAt: tx.now(),
    rateCardId: making.card?.id ?? null,
    currency: making.card?.currency ?? null,
  });
  await emit(tx, [
    { workspaceId: making.workspaceId, name: 'campaign.planned', data: { campaignId: making.campaignId } },
  ]);
}

async function planSegment(making: Making, signal: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    signal.throwIfAborted();
    more = await making.tenant(async (tx) => {
      const campaign = await current(tx, making);
      if (!campaign?.audience || !campaign.message) return false;
      const filter = await filterOf(tx, campaign.audience);
      if (!filter) return false;
      const people = await readSegment(tx, filter, { after: campaign.planAfter, limit: segmentPage });
      const lines = people.map((person, index) => ({
        n: campaign.planRows + index + 1,
        phone: person.phone,
        reason: null,
        said: person.phone ?? '',
        cells: null,
      }));
      await writePage(tx, making, campaign, lines, people);
      const last = people.at(-1);
      if (people.length < segmentPage) {
        await ready(tx, making);
        return false;
      }
      await changeCampaign(tx, making.workspaceId, making.campaignId, {
        planRows: campaign.planRows + people.length,
        planAfter: last!.contactId,
      });
      return true;
    });
  }
}

async function planLines(
  deps: PlanDeps,
  making: Making,
  before: CampaignRow,
  signal: AbortSignal,
): Promise<void> {
  const { audience } = before;
  const { contacts: limit } = await limitsFor(deps.db, making.workspaceId);
  let batch: Line[] = [];
  const flush = async (): Promise<boolean> => {
    signal.throwIfAborted();
    const lines = batch;
    batch = [];
    return making.tenant(async (tx) => {
      const campaign = await current(tx, making);
      if (!campaign) return false;
      const valid = lines.filter((line): line is Line & { phone: string } => line.phone !== null);
      const owners = await lookUpPhones(
        tx,
        valid.map((line) => line.phone),
        await roomLeft(tx, limit),
      );
      const owner = new Map(valid.map((line, index) => [line.n, owners[index]?.id ?? null]));
      const people = new Map(
        (await segmentContacts(tx, [...new Set(owners.flatMap((one) => one?.id ?? []))])).map((person) => [
          person.contactId as string,
          person,
        ]),
      );
      await giveWayTo(tx, making.campaignId, [...people.keys()], lines[0]?.n ?? 0);
      await writePage(
        tx,
        making,
        campaign,
        lines,
        lines.map((line) => people.get(owner.get(line.n) ?? '') ?? null),
      );
      await changeCampaign(tx, making.workspaceId, making.campaignId, {
        planRows: lines.at(-1)?.n ?? campaign.planRows,
      });
      return true;
    });
  };
  const source =
    audience?.kind === 'phones'
      ? pastedLines(audience)
      : audience?.kind === 'list'
        ? listLines(making.tenant, deps.blobs, before, audience)
        : [];
  for await (const line of source) {
    if (line.n <= before.planRows) continue;
    batch.push(line);
    if (batch.length >= listPage && !(await flush())) return;
  }
  if (batch.length > 0 && !(await flush())) return;
  await making.tenant(async (tx) => {
    if (await current(tx, making)) await ready(tx, making);
  });
}

/** What has not gone is filled anew: message, schedule or zone changed while the campaign stood still. */
async function refill(making: Making, signal: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    signal.throwIfAborted();
    more = await making.tenant(async (tx) => {
      const campaign = await current(tx, making);
      if (!campaign?.message) return false;
      const rows = await selectWaiting(
        tx,
        making.workspaceId,
        making.campaignId,
        campaign.planRows,
        segmentPage,
      );
      const people = new Map(
        (
          await segmentContacts(
            tx,
            rows.map((row) => row.contactId),
          )
        ).map((person) => [person.contactId as string, person]),
      );
      const found = rows.map((row) => people.get(row.contactId) ?? null);
      const plan = await planWith(tx, making, campaign, found);
      await refillRecipients(
        tx,
        making.campaignId,
        rows.map((row, index) => ({ n: row.n, ...plan(found[index] ?? null, row.cells) })),
      );
      if (rows.length < segmentPage) {
        await ready(tx, making);
        return false;
      }
      await changeCampaign(tx, making.workspaceId, making.campaignId, { planRows: rows.at(-1)!.n });
      return true;
    });
  }
}

async function writePage(
  tx: TenantTx,
  making: Making,
  campaign: CampaignRow,
  lines: readonly Line[],
  people: readonly (SegmentContact | null)[],
): Promise<void> {
  const plan = await planWith(tx, making, campaign, people);
  await insertRecipients(
    tx,
    making.campaignId,
    lines.map((line, index): PlannedRecipient => {
      const person = people[index] ?? null;
      const address = line.phone ?? (line.said || null);
      if (person === null)
        return {
          n: line.n,
          contactId: null,
          address,
          country: countryOfPhone(line.phone),
          zone: null,
          cells: line.cells,
          filled: {},
          textHash: null,
          state: 'skipped',
          reason: line.phone === null ? 'invalid_phone' : 'no_room_in_plan',
          dueAt: null,
          price: null,
        };
      return {
        n: line.n,
        contactId: person.contactId,
        address,
        country: countryIn(person),
        cells: line.cells,
        ...plan(person, line.cells),
      };
    }),
  );
}

/** The policy's word on these people, and what is the same for all of them. */
async function planWith(
  tx: TenantTx,
  making: Making,
  campaign: CampaignRow,
  people: readonly (SegmentContact | null)[],
) {
  const message = campaign.message!;
  const routes = await routesByNumberId(tx, [{ workspaceId: tx.workspaceId, numberId: campaign.numberId }]);
  const accountId = routes.get(campaign.numberId)?.accountId ?? '';
  const { name, language } = message.template;
  const template = await templateFor(tx, accountId, name, language);
  const category = template?.category ?? 'MARKETING';
  const judged = new Map<string, JudgedPerson>(
    (
      await judgePeople(
        tx,
        { workspaceId: tx.workspaceId, numberId: campaign.numberId },
        people.flatMap((person) => person?.contactId ?? []),
        {
          purpose: purposeOf(category),
          content: { type: 'template', template: { name, language: { code: language } } },
        },
      )
    ).map((one) => [one.contactId, one]),
  );
  const plan = plannerOf({
    message,
    kinds: blankKinds(template),
    schedule: campaign.schedule,
    now: tx.now().getTime(),
    price: (country) => priceOf(making.card, country, category),
  });
  return (person: SegmentContact | null, cells: Record<string, string> | null) =>
    plan(
      person === null ? {} : factsOf(person, cells),
      person === null ? null : (judged.get(person.contactId)?.verdict ?? null),
    );
}

/** A template's category, as the policy asks for it. */
export function purposeOf(category: string): 'marketing' | 'utility' | 'authentication' {
  const word = category.toUpperCase();
  return word.startsWith('MARKETING')
    ? 'marketing'
    : word === 'AUTHENTICATION'
      ? 'authentication'
      : 'utility';
}
