import type { SegmentFilter } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { type ContactRow, selectContacts } from './queries.ts';
import { compileFilter } from './queries-filter.ts';
import { countMatching, matchingAfter } from './queries-segment.ts';
import { suppressedAmong } from './queries-suppress.ts';

/** A contact of a segment, with all that decides whether it may be written to. */
export interface SegmentContact extends ContactRow {
  contactId: string;
  /** What the suppression list says about any address of theirs; null: nothing. */
  suppressed: 'all' | 'marketing' | null;
}

/** How many contacts a filter has now, of those that whoever acts may see. */
export function countSegment(tx: TenantTx, filter: SegmentFilter): Promise<number> {
  return countMatching(tx, filter);
}

/** The ids of its contacts as a subquery for another module's list: `values` are that statement's, the workspace first. */
export function segmentSql(tx: TenantTx, filter: SegmentFilter, values: unknown[]): string {
  return `select c.id from contacts c where ${compileFilter(tx, filter, values).where}`;
}

/** The contacts of a filter in the order of their ids, `limit` behind `after`. */
export async function readSegment(
  tx: TenantTx,
  filter: SegmentFilter,
  { after, limit }: { after: string | null; limit: number },
): Promise<SegmentContact[]> {
  const ids = await matchingAfter(tx, filter, after, limit);
  return segmentContacts(tx, ids);
}

/** The same of contacts that are known by id, in the order given; who does not exist here is left out. */
export async function segmentContacts(tx: TenantTx, ids: readonly string[]): Promise<SegmentContact[]> {
  if (ids.length === 0) return [];
  const rows = new Map<string, ContactRow>(
    (
      await selectContacts(
        tx,
        ids.map((id) => ({ workspaceId: tx.workspaceId, id })),
      )
    ).map((row) => [row.id, row]),
  );
  const suppressed = await suppressedAmong(tx, ids);
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row ? [{ ...row, contactId: row.id, suppressed: suppressed.get(id) ?? null }] : [];
  });
}
