import type { RecipientState } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { visibleContacts } from '../contacts/index.ts';
import { getNumber } from '../numbers/index.ts';
import { templateFor, toldOf } from '../templates/index.ts';
import { getCampaign, refuseLimited } from './create.ts';
import type { CampaignRow } from './queries.ts';
import { type RecipientFilter, type RecipientRow, selectRecipients, selectSums } from './queries-report.ts';

/** A campaign in sums: where everybody stands, and why some got nothing. */
export interface Report {
  campaign: CampaignRow;
  total: number;
  states: Record<RecipientState, number>;
  sent: number;
  delivered: number;
  read: number;
  replied: number;
  optedOut: number;
  converted: number;
  /** People who tapped a short link, and all taps. */
  clicked: number;
  clicks: number;
  /** Taps on the template's buttons by WhatsApp's count, in the campaign's days; null: it says nothing. */
  templateClicks: number | null;
  reasons: { state: RecipientState; reason: string; count: number }[];
  cost: { currency: string; micros: number; expectedMicros: number } | null;
}

export async function reportOf(tx: TenantTx, id: string): Promise<Report> {
  const campaign = await getCampaign(tx, id);
  const rows = await selectSums(tx, id);
  const sum = (
    key:
      | 'count'
      | 'sent'
      | 'delivered'
      | 'read'
      | 'replied'
      | 'optedOut'
      | 'converted'
      | 'clicked'
      | 'clicks'
      | 'cost'
      | 'expected',
  ) => rows.reduce((all, row) => all + row[key], 0);
  const states: Report['states'] = {
    planned: 0,
    queued: 0,
    unconfirmed: 0,
    sent: 0,
    failed: 0,
    delivered: 0,
    read: 0,
    skipped: 0,
    cancelled: 0,
  };
  for (const row of rows) states[row.state] += row.count;
  return {
    campaign,
    total: sum('count'),
    states,
    sent: sum('sent'),
    delivered: sum('delivered'),
    read: sum('read'),
    replied: sum('replied'),
    optedOut: sum('optedOut'),
    converted: sum('converted'),
    clicked: sum('clicked'),
    clicks: sum('clicks'),
    templateClicks: await templateClicks(tx, campaign),
    reasons: rows
      .filter((row) => row.reason !== '')
      .map(({ state, reason, count }) => ({ state, reason, count })),
    cost:
      campaign.currency === null
        ? null
        : { currency: campaign.currency, micros: sum('cost'), expectedMicros: sum('cost') + sum('expected') },
  };
}

/** WhatsApp counts by template and day, for all who sent it: a campaign's days, and the week in which its figures grow. */
async function templateClicks(tx: TenantTx, campaign: CampaignRow): Promise<number | null> {
  const { message, startedAt, finishedAt } = campaign;
  if (!message || startedAt === null) return null;
  const { accountId } = await getNumber(tx, campaign.numberId);
  const template = await templateFor(tx, accountId, message.template.name, message.template.language);
  if (!template) return null;
  const to = finishedAt === null ? tx.now() : new Date(finishedAt.getTime() + 7 * 86_400_000);
  return (await toldOf(tx, template.id, { from: startedAt, to }))?.clicked ?? null;
}

/** Recipients in the order of the plan. */
export async function recipientsOf(
  tx: TenantTx,
  id: string,
  filter: RecipientFilter,
  page: Slice<number>,
): Promise<RecipientRow[]> {
  refuseLimited(tx);
  await getCampaign(tx, id);
  const rows = await selectRecipients(tx, id, filter, page);
  const names = new Map(
    (await visibleContacts(tx, [...new Set(rows.flatMap((row) => row.contactId ?? []))])).map((contact) => [
      contact.id as string,
      contact.name ?? contact.profileName,
    ]),
  );
  return rows.map((row) => ({ ...row, name: names.get(row.contactId ?? '') ?? null }));
}
