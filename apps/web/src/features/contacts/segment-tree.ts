import { type SegmentCondition, type SegmentFilter, segmentFilter } from '@chaski/contracts';
import type { SegmentFilterInput } from '@chaski/sdk';

/** A filter as one edits it: groups and conditions with keys of their own, also where something is still missing. */
export interface Group {
  key: number;
  mode: 'all' | 'any' | 'none';
  parts: Part[];
}
export interface Condition {
  key: number;
  leaf: Draft;
}
export type Part = Group | Condition;
/** A condition whose values may not be there yet. */
export type Draft = { field: Field } & Record<string, unknown>;
export type Field = SegmentCondition['field'];

let last = 0;
const next = () => {
  last += 1;
  return last;
};

export const isGroup = (part: Part): part is Group => 'mode' in part;
export const newGroup = (mode: Group['mode'] = 'any'): Group => ({ key: next(), mode, parts: [] });
export const newCondition = (field: Field): Condition => ({ key: next(), leaf: emptyLeaf(field) });

export function emptyLeaf(field: Field): Draft {
  switch (field) {
    case 'attribute':
      return { field, key: '', op: 'is', values: [] };
    case 'label':
      return { field, op: 'any', labelIds: [] };
    case 'createdAt':
    case 'lastSeenAt':
    case 'lastInboundAt':
    case 'lastOutboundAt':
      return { field, op: 'within', days: 30 };
    case 'consent':
      return { field, purpose: 'marketing', states: ['in'] };
    case 'optedOut':
    case 'blocked':
    case 'suppressed':
      return { field, is: false };
    case 'campaign':
      return { field, was: 'read', days: 30 };
    case 'number':
      return { field, numberId: '' };
    case 'text':
      return { field, value: '' };
    default:
      return { field, values: [] };
  }
}

/** The tree of a saved filter; a condition alone is a group of one. */
export function treeOf(filter: SegmentFilter): Group {
  const part = partOf(filter);
  return isGroup(part) ? part : { key: next(), mode: 'all', parts: [part] };
}

function partOf(filter: SegmentFilter): Part {
  if ('all' in filter) return { key: next(), mode: 'all', parts: filter.all.map(partOf) };
  if ('any' in filter) return { key: next(), mode: 'any', parts: filter.any.map(partOf) };
  if ('not' in filter) {
    const inner = filter.not;
    return { key: next(), mode: 'none', parts: ('any' in inner ? inner.any : [inner]).map(partOf) };
  }
  return { key: next(), leaf: { ...filter } };
}

/** What the tree says, or null while something in it is missing. */
export function filterOfTree(tree: Group): SegmentFilterInput | null {
  const read = segmentFilter.safeParse(saidBy(tree));
  // The same tree; the SDK leaves out what is undefined, and so does JSON.
  return read.success ? (read.data as SegmentFilterInput) : null;
}

function saidBy(part: Part): unknown {
  if (!isGroup(part)) return part.leaf;
  const parts = part.parts.map(saidBy);
  if (part.mode === 'none') return { not: { any: parts } };
  return part.mode === 'all' ? { all: parts } : { any: parts };
}
