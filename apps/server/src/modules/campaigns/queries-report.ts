import type { RecipientState } from '@chaski/contracts';
import { statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

/** What the plan and its outcome look like from outside: sums and lists of campaign_recipients. */

const sums = statement(
  'campaigns.sums',
  `select r.state, coalesce(r.reason, '') as reason, count(*) as count,
     count(r.sent_at) as sent, count(r.delivered_at) as delivered, count(r.read_at) as read,
     count(r.replied_at) as replied, count(r.opted_out_at) as "optedOut",
     count(r.converted_at) as converted, count(r.clicked_at) as clicked, coalesce(sum(r.clicks), 0)::bigint as clicks,
     coalesce(sum(r.price) filter (where r.state in ('planned', 'queued', 'unconfirmed', 'sent')), 0)::bigint as expected,
     coalesce(sum(r.cost), 0)::bigint as cost
   from campaign_recipients r where r.workspace_id = $1 and r.campaign_id = $2 group by 1, 2 order by 1, 2`,
);

export interface SumRow {
  state: RecipientState;
  reason: string;
  count: number;
  sent: number;
  delivered: number;
  read: number;
  replied: number;
  optedOut: number;
  converted: number;
  clicked: number;
  clicks: number;
  expected: number;
  cost: number;
}

/** One pass over the plan, by state and reason. */
export function selectSums(tx: TenantTx, campaignId: string): Promise<SumRow[]> {
  return tx.query<SumRow & Record<string, unknown>>(sums, [tx.workspaceId, campaignId]);
}

const countries = statement(
  'campaigns.countries',
  `select r.country, count(*) as count, count(r.price) as priced, coalesce(sum(r.price), 0)::bigint as cost,
     min(r.due_at) as "firstDue", max(r.due_at) as "lastDue"
   from campaign_recipients r where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'planned'
   group by 1 order by 2 desc, 1`,
);

export interface CountryRow {
  country: string | null;
  count: number;
  priced: number;
  cost: number;
  firstDue: Date | null;
  lastDue: Date | null;
}

/** Who will get it, by country. */
export function selectCountries(tx: TenantTx, campaignId: string): Promise<CountryRow[]> {
  return tx.query<CountryRow & Record<string, unknown>>(countries, [tx.workspaceId, campaignId]);
}

export interface RecipientRow {
  n: number;
  contactId: string | null;
  name: string | null;
  address: string | null;
  country: string | null;
  zone: string | null;
  filled: Record<string, string>;
  textHash: string | null;
  state: RecipientState;
  reason: string | null;
  error: { code: string; message: string } | null;
  dueAt: Date | null;
  attempt: number;
  messageId: string | null;
  price: number | null;
  cost: number | null;
  queuedAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  failedAt: Date | null;
  repliedAt: Date | null;
  optedOutAt: Date | null;
  convertedAt: Date | null;
  conversion: Record<string, unknown> | null;
  clickedAt: Date | null;
  clicks: number;
}

const list = statement(
  'campaigns.recipients',
  `select r.n, r.contact_id as "contactId", r.address, r.country, r.zone, r.filled,
     encode(r.text_hash, 'hex') as "textHash", r.state, r.reason, r.error, r.due_at as "dueAt", r.attempt,
     r.message_id as "messageId", r.price, r.cost, r.queued_at as "queuedAt", r.sent_at as "sentAt",
     r.delivered_at as "deliveredAt", r.read_at as "readAt", r.failed_at as "failedAt", r.replied_at as "repliedAt",
     r.opted_out_at as "optedOutAt", r.converted_at as "convertedAt", r.conversion,
     r.clicked_at as "clickedAt", r.clicks
   from campaign_recipients r
   where r.workspace_id = $1 and r.campaign_id = $2 and ($3::text[] is null or r.state = any($3::text[]))
     and ($4::text is null or r.reason = $4 or split_part(r.reason, ':', 1) = $4)
     and ($5::text is null or ($5 = 'replied' and r.replied_at is not null)
       or ($5 = 'opted_out' and r.opted_out_at is not null) or ($5 = 'converted' and r.converted_at is not null)
       or ($5 = 'clicked' and r.clicked_at is not null))
     and r.n > $6 order by r.n limit $7 offset $8`,
);

export interface RecipientFilter {
  states: readonly RecipientState[] | null;
  reason: string | null;
  did: 'replied' | 'opted_out' | 'converted' | 'clicked' | null;
}

export function selectRecipients(
  tx: TenantTx,
  campaignId: string,
  filter: RecipientFilter,
  page: Slice<number>,
): Promise<Omit<RecipientRow, 'name'>[]> {
  return tx.query<Omit<RecipientRow, 'name'> & Record<string, unknown>>(list, [
    tx.workspaceId,
    campaignId,
    filter.states,
    filter.reason,
    filter.did,
    page.after ?? 0,
    page.limit,
    page.offset ?? 0,
  ]);
}

const sample = statement(
  'campaigns.sample',
  `select r.n, r.filled from campaign_recipients r
   where r.workspace_id = $1 and r.campaign_id = $2 and r.state = 'planned' and r.n >= $3 order by r.n limit 1`,
);

/** What one of them would read: the values of the first, or of a line, and which line that is. */
export async function selectFilled(
  tx: TenantTx,
  campaignId: string,
  n: number,
): Promise<{ n: number; filled: Record<string, string> } | null> {
  const [row] = await tx.query<{ n: number; filled: Record<string, string> }>(sample, [
    tx.workspaceId,
    campaignId,
    n,
  ]);
  return row ?? null;
}
