import { type CampaignPatch, campaignOptions, campaignSchedule, variableKey } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { peopleBehind } from '../auth/index.ts';
import { listAttributes } from '../contacts/index.ts';
import { defaultNumber, getNumber } from '../numbers/index.ts';
import { templateFor } from '../templates/index.ts';
import { filterOf } from './audience.ts';
import { releaseList } from './list-file.ts';
import { requestPlan } from './plan.ts';
import {
  type CampaignChange,
  type CampaignRow,
  changeCampaign,
  deleteCampaign,
  insertCampaign,
  lockCampaign,
  selectCampaign,
} from './queries.ts';
import { forgetLinks } from './queries-links.ts';
import { clearRecipients } from './queries-recipients.ts';

/** Throws `not_found`, also for those of numbers that whoever acts may not use. */
export async function getCampaign(tx: TenantTx, id: string): Promise<CampaignRow> {
  return known(tx, id, await selectCampaign(tx, tx.workspaceId, id));
}

function known(tx: TenantTx, id: string, row: CampaignRow | null): CampaignRow {
  const only = tx.actor.reach?.numberIds ?? null;
  if (!row || (only !== null && !only.includes(row.numberId))) throw errors.notFound('campaign', { id });
  return row;
}

/** A campaign is about people of the whole workspace: whoever reaches some conversations only sees that it is there. */
export function refuseLimited(tx: TenantTx): void {
  if (tx.actor.reach !== undefined)
    throw errors.forbidden(
      'Whoever may use certain numbers or conversations only may not write campaigns, nor see who gets them.',
      { reason: 'limited_reach' },
    );
}

/** The same, held against everybody else who would change it. */
export async function holdCampaign(tx: TenantTx, id: string): Promise<CampaignRow> {
  refuseLimited(tx);
  return known(tx, id, await lockCampaign(tx, tx.workspaceId, id));
}

/** Whoever writes it or asks for its start has a hand in it, and so has who holds the key that does: they approve it never. */
export async function handsOf(tx: TenantTx, before: readonly string[]): Promise<string[]> {
  const { id } = tx.actor;
  return [...new Set([...before, ...(id === null ? [] : [id]), ...(await peopleBehind(tx))])];
}

export type CreateCampaign = CampaignPatch & { name: string };

export async function createCampaign(tx: TenantTx, wish: CreateCampaign): Promise<CampaignRow> {
  refuseLimited(tx);
  const number = wish.numberId === undefined ? await defaultNumber(tx) : await getNumber(tx, wish.numberId);
  if (!number)
    throw errors.unprocessable('no_number', 'The workspace has no number to send from. Connect one first.');
  await checkParts(tx, wish, number.accountId);
  const row = await insertCampaign(tx, tx.workspaceId, {
    id: newId(),
    name: wish.name,
    numberId: number.id,
    message: wish.message ?? null,
    audience: wish.audience ?? null,
    schedule: wish.schedule ?? campaignSchedule.parse({ kind: 'now' }),
    options: wish.options ?? campaignOptions.parse({}),
    listKey: null,
    parentId: null,
    authorKind: tx.actor.kind,
    authorId: tx.actor.id,
    hands: await handsOf(tx, []),
  });
  await tell(tx, row, 'campaign.created', { after: summary(row) });
  return row;
}

/** What an audit line says of it: no phone numbers, no texts. */
export function summary(row: CampaignRow): Record<string, unknown> {
  return {
    name: row.name,
    numberId: row.numberId,
    state: row.state,
    template: row.message?.template ?? null,
    audience: row.audience?.kind ?? null,
    schedule: row.schedule.kind,
  };
}

export async function tell(
  tx: TenantTx,
  row: CampaignRow,
  name: string,
  audit: { before?: Record<string, unknown>; after?: Record<string, unknown> } | null,
  data: Record<string, unknown> = {},
): Promise<void> {
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { campaignId: row.id, ...data },
      ...(audit === null ? {} : { audit: { target: { kind: 'campaign', id: row.id }, ...audit } }),
    },
  ]);
}

/** What does not fit is refused with the place that has to change. */
async function checkParts(tx: TenantTx, wish: CampaignPatch, accountId: string): Promise<void> {
  const problems: { path: string; message: string }[] = [];
  const { message, audience } = wish;
  if (message) {
    const keys = message.variables.map(variableKey);
    if (new Set(keys).size < keys.length)
      problems.push({ path: 'body.message.variables', message: 'A variable is filled twice.' });
    const { name, language } = message.template;
    const template = await templateFor(tx, accountId, name, language);
    if (template?.status === 'DELETED')
      problems.push({ path: 'body.message.template', message: 'WhatsApp has this template no more.' });
    const attributes = message.variables.flatMap(({ source }) =>
      source.from === 'attribute' ? [source.key] : [],
    );
    if (attributes.length > 0) {
      const known = new Set((await listAttributes(tx)).map((one) => one.key));
      for (const key of attributes)
        if (!known.has(key))
          problems.push({ path: 'body.message.variables', message: `There is no attribute ${key}.` });
    }
  }
  if (problems.length > 0) throw errors.invalidRequest(problems);
  // A segment that does not exist says so now, not when the plan is made.
  if (audience?.kind === 'segment') await filterOf(tx, audience);
}

/** What the plan is made from; a change of one of these makes it anew. */
const planned = ['numberId', 'message', 'audience', 'schedule'] as const;

/**
 * Changes a draft, or of a paused campaign what has not gone. What waited for approval, or had it, is a draft again
 * (paused, where it has begun): approved is what was seen.
 */
export async function updateCampaign(tx: TenantTx, id: string, wish: CampaignPatch): Promise<CampaignRow> {
  const before = await holdCampaign(tx, id);
  const gone = before.startedAt !== null;
  // One that recurs is scheduled between its turns: the next would go with words that nobody said yes to.
  const mayChange =
    ['draft', 'awaiting_approval', 'paused'].includes(before.state) ||
    (before.state === 'scheduled' && !gone);
  if (!mayChange)
    throw errors.conflict(
      'campaign_state',
      `A campaign that is ${before.state} cannot be changed; pause it first.`,
    );
  if (gone && (wish.audience !== undefined || wish.numberId !== undefined))
    throw errors.conflict(
      'campaign_started',
      'It has begun: audience and number stay. Make another campaign for other people.',
    );
  const number = await getNumber(tx, wish.numberId ?? before.numberId);
  await checkParts(tx, wish, number.accountId);
  const change: CampaignChange = { ...wish, hands: await handsOf(tx, before.hands) };
  Object.assign(change, { approvedBy: null, approvedAt: null });
  if (!gone)
    Object.assign(change, {
      state: 'draft',
      wakesAt: null,
      startsAt: null,
      pausedReason: null,
      pausedDetail: null,
    });
  else if (before.state === 'awaiting_approval') change.state = 'paused';
  let row = await changeCampaign(tx, tx.workspaceId, id, change);
  if (planned.some((part) => wish[part] !== undefined)) row = await planAnew(tx, row, wish);
  await tell(tx, row, 'campaign.updated', { before: summary(before), after: summary(row) });
  return row;
}

/** Of a campaign that has begun what waits is filled again at once; a draft is planned when somebody asks. */
async function planAnew(tx: TenantTx, row: CampaignRow, wish: CampaignPatch): Promise<CampaignRow> {
  if (row.startedAt !== null)
    return wish.message !== undefined || wish.schedule !== undefined ? requestPlan(tx, row) : row;
  await clearRecipients(tx, tx.workspaceId, row.id);
  return changeCampaign(tx, tx.workspaceId, row.id, {
    planState: 'none',
    planVersion: row.planVersion + 1,
    planRows: 0,
    planAfter: null,
    planError: null,
    plannedAt: null,
  });
}

/** The file lies in `key` already. */
export async function attachList(
  tx: TenantTx,
  id: string,
  key: string,
  phoneColumn: string | null,
): Promise<CampaignRow> {
  const before = await holdCampaign(tx, id);
  if (before.state !== 'draft' || before.startedAt !== null)
    throw errors.conflict('campaign_state', 'A list can be given to a draft only.');
  await changeCampaign(tx, tx.workspaceId, id, {
    listKey: key,
    audience: { kind: 'list', ...(phoneColumn === null ? {} : { phoneColumn }) },
    hands: await handsOf(tx, before.hands),
  });
  const row = await planAnew(tx, await getCampaign(tx, id), {});
  await tell(tx, row, 'campaign.updated', { before: summary(before), after: summary(row) });
  await releaseList(tx, tx.workspaceId, before.listKey);
  return row;
}

/** Freezes who gets what; the answer comes with the event `campaign.planned`. */
export async function planNow(tx: TenantTx, id: string): Promise<CampaignRow> {
  const before = await holdCampaign(tx, id);
  if (before.startedAt !== null || before.state !== 'draft')
    throw errors.conflict('campaign_state', `A campaign that is ${before.state} has its plan.`);
  if (!before.message || !before.audience)
    throw errors.unprocessable('campaign_incomplete', 'Say to whom (audience) and what (message) first.');
  await clearRecipients(tx, tx.workspaceId, id);
  const row = await requestPlan(tx, before);
  await tell(tx, row, 'campaign.plan_requested', { after: { planVersion: row.planVersion } });
  return row;
}

/** As a draft of its own, without what became of it. */
export async function duplicateCampaign(tx: TenantTx, id: string): Promise<CampaignRow> {
  refuseLimited(tx);
  const from = await getCampaign(tx, id);
  const row = await insertCampaign(tx, tx.workspaceId, {
    ...from,
    id: newId(),
    name: `${from.name.slice(0, 190)} (2)`,
    // The file belongs to the campaign that it was given to.
    audience: from.audience?.kind === 'list' ? null : from.audience,
    listKey: null,
    parentId: null,
    authorKind: tx.actor.kind,
    authorId: tx.actor.id,
    hands: await handsOf(tx, []),
  });
  await tell(tx, row, 'campaign.created', { after: { ...summary(row), from: from.id } });
  return row;
}

/** A draft only: what reached somebody stays. */
export async function removeCampaign(tx: TenantTx, id: string): Promise<void> {
  const row = await holdCampaign(tx, id);
  if (row.startedAt !== null || row.state !== 'draft')
    throw errors.conflict('campaign_state', 'Only a draft can be deleted; cancel the campaign instead.');
  await clearRecipients(tx, tx.workspaceId, id);
  await forgetLinks(tx, tx.workspaceId, id);
  await deleteCampaign(tx, id);
  await tell(tx, row, 'campaign.deleted', { before: summary(row) });
  await releaseList(tx, tx.workspaceId, row.listKey);
}
