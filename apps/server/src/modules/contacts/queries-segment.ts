import type { CampaignOutcome, SegmentFilter } from '@chaski/contracts';
import { statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import { compileFilter } from './queries-filter.ts';

// A list of ids that does not fit is probed again for each contact; 100,000 of them take 8 MB, a million 80.
const room = `select set_config('work_mem', '128MB', true), set_config('jit', 'off', true)`;

export async function countMatching(tx: TenantTx, filter: SegmentFilter): Promise<number> {
  const { where, values } = compileFilter(tx, filter);
  const [, rows] = await tx.batch([
    { statement: room },
    { statement: `select count(*) from contacts c where ${where}`, values },
  ]);
  return rows![0]!.count as number;
}

/** Ids, ascending. */
export async function matchingAfter(
  tx: TenantTx,
  filter: SegmentFilter,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const { where, values } = compileFilter(tx, filter);
  const [, rows] = await tx.batch([
    { statement: room },
    {
      statement: `select c.id from contacts c where ${where}
        ${after === null ? '' : `and c.id > $${values.push(after)}::uuid`}
        order by c.id limit $${values.push(limit)}`,
      values,
    },
  ]);
  return rows!.map((row) => row.id as string);
}

export interface CampaignNote {
  workspaceId: string;
  campaignId: string;
  contactId: string;
  outcome: CampaignOutcome;
  at: Date;
}

// As far as it got: what comes late takes nothing back. Sorted, so that two batches lock in one order.
const note = statement(
  'contacts.note_campaign',
  `insert into contact_campaigns as k (workspace_id, campaign_id, contact_id, outcome, at)
   select distinct on (t.workspace_id, t.campaign_id, t.contact_id)
     t.workspace_id, t.campaign_id, t.contact_id, t.outcome, t.at
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
     as t (workspace_id, campaign_id, contact_id, outcome, at)
   join contacts c on c.workspace_id = t.workspace_id and c.id = t.contact_id and c.erased_at is null
   order by t.workspace_id, t.campaign_id, t.contact_id,
     array_position(array['not_sent', 'sent', 'failed', 'delivered', 'read', 'replied'], t.outcome) desc
   on conflict (workspace_id, campaign_id, contact_id) do update set outcome = excluded.outcome, at = excluded.at
     where array_position(array['not_sent', 'sent', 'failed', 'delivered', 'read', 'replied'], excluded.outcome)
       > array_position(array['not_sent', 'sent', 'failed', 'delivered', 'read', 'replied'], k.outcome)`,
);

/** What campaigns became for contacts; in any order, and again, it comes out the same. */
export async function noteCampaign(tx: Tx, notes: readonly CampaignNote[]): Promise<void> {
  if (notes.length === 0) return;
  await tx.execute(note, [
    notes.map((one) => one.workspaceId),
    notes.map((one) => one.campaignId),
    notes.map((one) => one.contactId),
    notes.map((one) => one.outcome),
    notes.map((one) => one.at.toISOString()),
  ]);
}
