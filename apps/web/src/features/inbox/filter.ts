import type { Conversation } from '@chaski/sdk';
import type { ConversationFilter } from './queries.ts';

/** What the address of the inbox says: which conversations, in which order. */
export interface InboxSearch {
  view?: 'mine' | 'unassigned' | 'open' | 'all' | 'mentions' | 'snoozed' | 'closed' | undefined;
  order?: 'newest' | 'oldest' | 'waiting' | undefined;
  number?: string | undefined;
  team?: string | undefined;
  label?: string | undefined;
  segment?: string | undefined;
  assignee?: string | undefined;
  unread?: boolean | undefined;
  waiting?: boolean | undefined;
  message?: string | undefined;
  q?: string | undefined;
}

/** What stays when another conversation is opened: a message or note to be shown is of the one that is left. */
export const elsewhere = ({ message: _message, ...search }: InboxSearch): InboxSearch => search;

export function filterOf(search: InboxSearch): ConversationFilter {
  return {
    view: search.view ?? 'open',
    ...(search.order ? { order: search.order } : {}),
    ...(search.number ? { numberId: search.number } : {}),
    ...(search.team ? { teamId: search.team } : {}),
    ...(search.label ? { labelId: search.label } : {}),
    ...(search.segment ? { segment: search.segment } : {}),
    ...(search.assignee ? { assigneeId: search.assignee as 'me' | 'none' } : {}),
    ...(search.unread ? { unread: 'true' as const } : {}),
    ...(search.waiting ? { waiting: 'true' as const } : {}),
    ...(search.q ? { q: search.q } : {}),
  };
}

/** What narrows a view, beside words. */
export const filters = ['number', 'team', 'label', 'segment', 'assignee', 'unread', 'waiting'] as const;

/** A filter beside the view: what a person may have forgotten that it is set. */
export const narrowing = [...filters, 'q'] as const;

/**
 * Whether a conversation belongs to a list, by the server's own rules. null: only the server can say (words of a
 * name are folded there, and it knows who is in a segment).
 */
export function belongs(one: Conversation, filter: ConversationFilter, me: string): boolean | null {
  if (one.unitedInto !== null || one.lastMessage === null) return false;
  if (filter.order === 'waiting' && one.waitingSince === null) return false;
  const views = {
    mine: one.status === 'open' && one.assignee?.id === me,
    unassigned: one.status === 'open' && one.assignee === null,
    mentions: one.mention !== null,
    open: one.status === 'open',
    snoozed: one.status === 'snoozed',
    closed: one.status === 'closed',
    all: true,
  };
  const assignee = filter.assigneeId === 'me' ? me : filter.assigneeId;
  const labels = filter.labelId === undefined ? [] : [filter.labelId].flat();
  const fits =
    views[filter.view ?? 'all'] &&
    (filter.numberId === undefined || one.numberId === filter.numberId) &&
    (filter.teamId === undefined || one.team?.id === filter.teamId) &&
    (assignee === undefined || (one.assignee?.id ?? 'none') === assignee) &&
    (filter.contactId === undefined || one.contactId === filter.contactId) &&
    (filter.unread !== 'true' || one.unreadCount > 0) &&
    (filter.waiting !== 'true' || one.waitingSince !== null) &&
    labels.every((id) => one.labels.some((label) => label.id === id));
  return fits && (filter.q !== undefined || filter.segment !== undefined) ? null : fits;
}

/** Negative: a stands above b. The id decides between equals, as on the server. */
export function compare(a: Conversation, b: Conversation, order: ConversationFilter['order']): number {
  const key = (one: Conversation) =>
    (order === 'waiting' ? one.waitingSince : one.lastMessage?.at) ?? (order === 'waiting' ? '9' : '0');
  const [x, y] = [key(a), key(b)];
  const up = x === y ? (a.id < b.id ? -1 : 1) : x < y ? -1 : 1;
  return order === 'oldest' || order === 'waiting' ? up : -up;
}
