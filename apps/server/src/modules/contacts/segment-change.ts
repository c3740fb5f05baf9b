import { eachCondition, type SegmentFilter } from '@chaski/contracts';
import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { type AttributeRow, listAttributes } from './attributes.ts';
import { knownLabels } from './labels.ts';
import {
  deleteSegmentRow,
  insertSegment,
  labelMatching,
  matchingUpTo,
  type SegmentRow,
  segmentById,
  writeSegment,
} from './queries-segment.ts';

/** A saved filter, or `not_found`. */
export async function getSegment(tx: TenantTx, id: string): Promise<SegmentRow> {
  const row = await segmentById(tx, id);
  if (!row) throw errors.notFound('segment', { id });
  return row;
}

/** Refuses what no contact could ever meet: attributes that nobody defined, values of another type. */
export async function checkFilter(tx: TenantTx, filter: SegmentFilter, path: string): Promise<SegmentFilter> {
  const problems: { path: string; message: string }[] = [];
  let definitions: AttributeRow[] | null = null;
  const asked: Extract<Parameters<Parameters<typeof eachCondition>[1]>[0], { field: 'attribute' }>[] = [];
  eachCondition(filter, (leaf) => {
    if (leaf.field === 'attribute') asked.push(leaf);
  });
  if (asked.length > 0) definitions = await listAttributes(tx);
  for (const leaf of asked) {
    const definition = definitions?.find((one) => one.key === leaf.key);
    if (!definition) {
      problems.push({ path, message: `There is no attribute ${leaf.key}.` });
      continue;
    }
    const fits = { number: 'number', boolean: 'boolean', text: 'string', date: 'string', choice: 'string' };
    if (leaf.values?.some((value) => typeof value !== fits[definition.type]))
      problems.push({ path, message: `${leaf.key} is of type ${definition.type}.` });
    if ((leaf.op === 'before' || leaf.op === 'after') && definition.type !== 'date')
      problems.push({ path, message: `${leaf.key} has no order in time: it is of type ${definition.type}.` });
    if ((leaf.op === 'below' || leaf.op === 'above') && definition.type !== 'number')
      problems.push({ path, message: `${leaf.key} is no number: it is of type ${definition.type}.` });
  }
  if (problems.length > 0) throw errors.invalidRequest(problems);
  return filter;
}

const taken = (name: string) =>
  errors.conflict('segment_exists', 'There is a segment with this name.', { name });

export async function createSegment(
  tx: TenantTx,
  given: { name: string; filter: SegmentFilter },
): Promise<SegmentRow> {
  await checkFilter(tx, given.filter, 'body.filter');
  const row = await insertSegment(tx, { id: newId(), ...given });
  if (!row) throw taken(given.name);
  await told(tx, 'segment.created', row.id, null, given);
  return row;
}

export async function updateSegment(
  tx: TenantTx,
  id: string,
  patch: { name?: string | undefined; filter?: SegmentFilter | undefined },
): Promise<SegmentRow> {
  const before = await getSegment(tx, id);
  if (patch.filter) await checkFilter(tx, patch.filter, 'body.filter');
  const after = { name: patch.name ?? before.name, filter: patch.filter ?? before.filter };
  const row = await writeSegment(tx, id, after);
  if (row === 'taken') throw taken(after.name);
  if (row === 'gone') throw errors.notFound('segment', { id });
  await told(tx, 'segment.updated', id, { name: before.name, filter: before.filter }, after);
  return row;
}

/** The contacts stay as they are; a campaign that is planned from it later finds it gone and says so. */
export async function deleteSegment(tx: TenantTx, id: string): Promise<void> {
  const before = await getSegment(tx, id);
  await deleteSegmentRow(tx, id);
  await told(tx, 'segment.deleted', id, { name: before.name, filter: before.filter }, null);
}

/** One statement in one transaction; more than this is for a list import. */
export const maxLabelled = 100_000;

/** Hangs labels on everybody in a segment, or takes them off; answers for how many that changed something. */
export async function labelSegment(
  tx: TenantTx,
  id: string,
  labelIds: readonly string[],
  on: boolean,
): Promise<number> {
  const { filter } = await getSegment(tx, id);
  await knownLabels(tx, labelIds);
  if ((await matchingUpTo(tx, filter, maxLabelled + 1)) > maxLabelled)
    throw errors.unprocessable(
      'segment_too_large',
      `Labels can be hung on ${maxLabelled} contacts at once; make the segment smaller.`,
    );
  const changed = await labelMatching(tx, filter, labelIds, on);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'contacts.changed',
      data: { action: on ? 'label' : 'unlabel', count: changed, segmentId: id },
      audit: {
        target: { kind: 'segment', id },
        after: { action: on ? 'label' : 'unlabel', labelIds: [...labelIds], count: changed },
      },
    },
  ]);
  return changed;
}

function told(
  tx: TenantTx,
  name: string,
  id: string,
  before: { name: string; filter: SegmentFilter } | null,
  after: { name: string; filter: SegmentFilter } | null,
): Promise<void> {
  const shown = (of: { name: string; filter: SegmentFilter } | null) =>
    of && { name: of.name, fields: fieldsOf(of.filter) };
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { segmentId: id },
      audit: { target: { kind: 'segment', id }, before: shown(before), after: shown(after) },
    },
  ]);
}

/** What it asks about, not with which values: numbers and words of people may be among them. */
function fieldsOf(filter: SegmentFilter): string[] {
  const fields: string[] = [];
  eachCondition(filter, (leaf) =>
    fields.push(leaf.field === 'attribute' ? `attribute:${leaf.key}` : leaf.field),
  );
  return fields;
}
