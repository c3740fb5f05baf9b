import type { SegmentFilter } from '@chaski/contracts';
import { type SystemTx, statement } from '../../platform/db/index.ts';
import { namesPhone } from './list-columns.ts';

const naming = statement(
  'contacts.segments_naming_phones',
  `select id, filter from segments where workspace_id = $1 and filter @? '$.** ? (@.field == "phone")'
   order by id for update`,
);
const write = statement(
  'contacts.erase_in_segment',
  'update segments set filter = $3::jsonb where workspace_id = $1 and id = $2',
);

/** No number of anybody: a condition that named the erased person alone still finds nobody, and not everybody. */
const nobody = 'erased';

/** Takes a person's numbers out of saved filters, however they were written there. */
export async function eraseFromSegments(
  tx: SystemTx,
  workspaceId: string,
  aliases: readonly string[],
): Promise<void> {
  const theirs = new Set(aliases);
  const segments = await tx.query<{ id: string; filter: SegmentFilter }>(naming, [workspaceId]);
  for (const { id, filter } of segments) {
    const left = withoutPhones(filter, theirs);
    if (JSON.stringify(left) !== JSON.stringify(filter))
      await tx.execute(write, [workspaceId, id, JSON.stringify(left)]);
  }
}

function withoutPhones(filter: SegmentFilter, theirs: ReadonlySet<string>): SegmentFilter {
  const each = (parts: readonly SegmentFilter[]) => parts.map((part) => withoutPhones(part, theirs));
  if ('all' in filter) return { all: each(filter.all) };
  if ('any' in filter) return { any: each(filter.any) };
  if ('not' in filter) return { not: withoutPhones(filter.not, theirs) };
  if (filter.field !== 'phone') return filter;
  const values = filter.values.filter((value) => !namesPhone(value, null, theirs));
  return { ...filter, values: values.length > 0 ? values : [nobody] };
}
