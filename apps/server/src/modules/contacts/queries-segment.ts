import type { CampaignOutcome, SegmentFilter } from '@chaski/contracts';
import { statement, type TenantTx, type Tx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { compileFilter } from './queries-filter.ts';

const roomMb = 128;
const leastMb = 4;
/**
 * Processes that read a million contacts beside ours: 350 ms became 180 on two cores. The embedded database has them off
 * for all that is short; a table below 8 MB is read by one all the same.
 */
const workers = '2';

/**
 * A list of ids that does not fit is probed again for each contact; 100,000 of them take 8 MB, a million 80. Each list
 * may take all of work_mem, so the lists of one filter share it: sixty of 128 MB would be the end of the server.
 */
function room(where: string): { statement: string; values: unknown[] } {
  const lists = where.match(/\bselect\b/g)?.length ?? 1;
  const each = Math.max(leastMb, Math.floor(roomMb / lists));
  return {
    statement:
      "select set_config('work_mem', $1, true), set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', $2, true)",
    values: [`${each}MB`, workers],
  };
}

export async function countMatching(tx: TenantTx, filter: SegmentFilter): Promise<number> {
  const { where, values } = compileFilter(tx, filter);
  const [, rows] = await tx.batch([
    room(where),
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
    room(where),
    {
      statement: `select c.id from contacts c where ${where}
        ${after === null ? '' : `and c.id > $${values.push(after)}::uuid`}
        order by c.id limit $${values.push(limit)}`,
      values,
    },
  ]);
  return rows!.map((row) => row.id as string);
}

/** How many match, counted no further than `most`. */
export async function matchingUpTo(tx: TenantTx, filter: SegmentFilter, most: number): Promise<number> {
  const { where, values } = compileFilter(tx, filter);
  const [, rows] = await tx.batch([
    room(where),
    {
      statement: `select count(*) from (select from contacts c where ${where} limit $${values.push(most)}) x`,
      values,
    },
  ]);
  return rows![0]!.count as number;
}

/** Hangs labels on all that match, or takes them off; answers for how many contacts that changed something. */
export async function labelMatching(
  tx: TenantTx,
  filter: SegmentFilter,
  labelIds: readonly string[],
  on: boolean,
): Promise<number> {
  const { where, values } = compileFilter(tx, filter);
  const labels = `$${values.push([...labelIds].sort())}::uuid[]`;
  const write = on
    ? `insert into contact_labels (workspace_id, contact_id, label_id, created_at)
       select $1, c.id, l.id, $${values.push(tx.now().toISOString())}::timestamptz
       from contacts c cross join unnest(${labels}) as l (id) where ${where}
       order by c.id, l.id on conflict do nothing returning contact_id`
    : `delete from contact_labels k where k.workspace_id = $1 and k.label_id = any(${labels})
         and k.contact_id in (select c.id from contacts c where ${where}) returning contact_id`;
  const [row] = await tx.query<{ count: number }>(
    `with changed as (${write}) select count(distinct contact_id) from changed`,
    values,
  );
  return row!.count;
}

export interface SegmentRow {
  id: string;
  name: string;
  filter: SegmentFilter;
  createdAt: Date;
  updatedAt: Date;
}
type Row = SegmentRow & Record<string, unknown>;

const columns = 'id, name, filter, created_at as "createdAt", updated_at as "updatedAt"';
const byId = statement(
  'contacts.segment',
  `select ${columns} from segments where workspace_id = $1 and id = $2`,
);
const list = statement(
  'contacts.segments',
  `select ${columns} from segments where workspace_id = $1
     and ($2::text is null or (lower(name), id) > ($2, $3::uuid)) order by lower(name), id limit $4 offset $5`,
);
const insert = statement(
  'contacts.insert_segment',
  `insert into segments (workspace_id, id, name, filter, created_at, updated_at)
   values ($1, $2, $3, $4::jsonb, $5, $5) on conflict (workspace_id, lower(name)) do nothing returning ${columns}`,
);
const write = statement(
  'contacts.write_segment',
  `update segments s set name = $3, filter = $4::jsonb, updated_at = $5
   where s.workspace_id = $1 and s.id = $2
     and not exists (select from segments o where o.workspace_id = $1 and lower(o.name) = lower($3) and o.id <> $2)
   returning ${columns}`,
);
const remove = statement(
  'contacts.delete_segment',
  'delete from segments where workspace_id = $1 and id = $2',
);

export async function segmentById(tx: TenantTx, id: string): Promise<SegmentRow | null> {
  return (await tx.query<Row>(byId, [tx.workspaceId, id]))[0] ?? null;
}

/** By name. */
export function selectSegments(tx: TenantTx, page: Slice<readonly [string, string]>): Promise<SegmentRow[]> {
  const [name = null, id = null] = page.after ?? [];
  return tx.query<Row>(list, [tx.workspaceId, name, id, page.limit, page.offset ?? 0]);
}

/** Null: the name is taken. */
export async function insertSegment(
  tx: TenantTx,
  given: Pick<SegmentRow, 'id' | 'name' | 'filter'>,
): Promise<SegmentRow | null> {
  const rows = await tx.query<Row>(insert, [
    tx.workspaceId,
    given.id,
    given.name,
    JSON.stringify(given.filter),
    tx.now().toISOString(),
  ]);
  return rows[0] ?? null;
}

export async function writeSegment(
  tx: TenantTx,
  id: string,
  given: Pick<SegmentRow, 'name' | 'filter'>,
): Promise<SegmentRow | 'taken' | 'gone'> {
  const rows = await tx.query<Row>(write, [
    tx.workspaceId,
    id,
    given.name,
    JSON.stringify(given.filter),
    tx.now().toISOString(),
  ]);
  return rows[0] ?? ((await segmentById(tx, id)) ? 'taken' : 'gone');
}

export async function deleteSegmentRow(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(remove, [tx.workspaceId, id]);
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
