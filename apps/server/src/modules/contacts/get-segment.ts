import type { SegmentFilter } from '@chaski/contracts';
import { statement, type TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';

const one = statement(
  'contacts.segment',
  'select id, name, filter from segments where workspace_id = $1 and id = $2',
);

/** A saved filter. Throws `not_found`. */
export async function getSegment(
  tx: TenantTx,
  id: string,
): Promise<{ id: string; name: string; filter: SegmentFilter }> {
  const [row] = await tx.query<{ id: string; name: string; filter: SegmentFilter }>(one, [
    tx.workspaceId,
    id,
  ]);
  if (!row) throw errors.notFound('segment', { id });
  return row;
}
