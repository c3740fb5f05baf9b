import { type Statement, shaped, statement, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { ContactId, ConversationId, NumberId, UserId } from '../../platform/ids.ts';

export const views = ['mine', 'unassigned', 'open', 'all', 'mentions', 'snoozed', 'closed'] as const;
export type View = (typeof views)[number];

export const orders = ['newest', 'oldest', 'waiting'] as const;
export type Order = (typeof orders)[number];

export interface ConversationFilter {
  view: View;
  /** The asking member; null: a program, which has no own view. */
  userId: string | null;
  /** Numbers the caller may see; null = all. */
  numberIds: readonly string[] | null;
  teamId?: string | undefined;
  /** All of them. */
  labelIds?: readonly string[] | undefined;
  /** null: nobody's. */
  assigneeId?: string | null | undefined;
  contactId?: string | undefined;
  /** Of these people: a subquery of the contacts module over these values, see `segmentSql`. */
  people?: ((values: unknown[]) => string) | undefined;
  status?: 'open' | 'snoozed' | 'closed' | undefined;
  /** Something is unread for the asking member. */
  unread?: boolean | undefined;
  /** The person waits for an answer. */
  waiting?: boolean | undefined;
  /** Beginning of the contact's name or number. */
  q?: string | undefined;
}

/** A page has at most 100 and asks for one more; offsets go to 10,000. */
const longest = 101;
const deepest = 10_101;

/** What a member has not read (PostgreSQL's least and greatest pass over nulls). */
const unread =
  'coalesce(greatest(least(c.unread_count, c.inbound_count - p.seen), p.marked_unread::int), 0)::int';
const ownPlace = (user: string) =>
  `left join participants p on p.workspace_id = c.workspace_id and p.conversation_id = c.id and p.user_id = ${user}`;
const mentionsOf = (user: string) =>
  `exists (select from note_mentions x
     where x.workspace_id = c.workspace_id and x.user_id = ${user} and x.conversation_id = c.id)`;

/**
 * The statement for these filters, and no others: with `$1 is null or …` for each, a prepared plan would fit none of
 * them. The shapes that members look at all day are prepared, each under the name of its text (which saves the 0.4 ms of
 * parsing and planning), as far as `shaped` has room; with a search or labels the text is parsed each time, so that the planner sees which label
 * or name is rare, and no session keeps a plan for every number of labels.
 */
export function listStatement(
  workspaceId: string,
  filter: ConversationFilter,
  order: Order,
  page: Slice,
): { statement: Statement | string; values: unknown[] } {
  const values: unknown[] = [workspaceId];
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  // Conversations in which nobody has said anything yet are found by id only: the list is in the order of its index.
  const where = ['c.workspace_id = $1', 'c.last_message_at is not null', ...viewOf(filter, value)];
  if (filter.numberIds !== null) where.push(`c.number_id = any (${value(filter.numberIds, 'uuid[]')})`);
  if (filter.teamId !== undefined) where.push(`c.team_id = ${value(filter.teamId, 'uuid')}`);
  if (filter.assigneeId === null) where.push('c.assignee_id is null');
  else if (filter.assigneeId !== undefined) where.push(`c.assignee_id = ${value(filter.assigneeId, 'uuid')}`);
  if (filter.contactId !== undefined) where.push(`c.contact_id = ${value(filter.contactId, 'uuid')}`);
  if (filter.people !== undefined) where.push(`c.contact_id in (${filter.people(values)})`);
  if (filter.status !== undefined) where.push(`c.status = ${value(filter.status, 'text')}`);
  if (filter.waiting || order === 'waiting') where.push('c.waiting_since is not null');
  for (const label of filter.labelIds ?? []) {
    where.push(`exists (select from conversation_labels k
      where k.workspace_id = c.workspace_id and k.conversation_id = c.id and k.label_id = ${value(label, 'uuid')})`);
  }
  if (filter.unread) where.push(`${unread} > 0`);
  const q = filter.q?.trim().toLowerCase();
  if (q)
    where.push(`exists (select from inbox_people w where w.workspace_id = c.workspace_id
    and w.contact_id = c.contact_id and (${peopleOf(q, value).join(' or ')}))`);
  const [key, direction] =
    order === 'waiting' ? ['waiting_since', 'asc'] : ['last_message_at', order === 'oldest' ? 'asc' : 'desc'];
  if (page.after) {
    where.push(`(c.${key}, c.id) ${direction === 'asc' ? '>' : '<'}
      (${value(page.after.at, 'timestamptz')}, ${value(page.after.id, 'uuid')})`);
  }
  const joins = filter.unread ? ownPlace(value(filter.userId, 'uuid')) : '';
  // The limit that the planner knows: with a parameter alone it made a new plan for every page, 0.2 ms of a page's 0.4.
  const text = `select x.id from (
      select c.id, c.${key} as at from conversations c ${joins} where ${where.join(' and ')}
      order by c.${key} ${direction}, c.id ${direction} limit ${page.offset ? deepest : longest}) x
      order by x.at ${direction}, x.id ${direction}
      limit ${value(page.limit, 'integer')}${page.offset ? ` offset ${value(page.offset, 'integer')}` : ''}`;
  return {
    statement: q || filter.labelIds?.length || filter.people ? text : shaped('conversations.list', text),
    values,
  };
}

function viewOf(filter: ConversationFilter, value: (given: unknown, type: string) => string): string[] {
  switch (filter.view) {
    case 'mine':
      return ["c.status = 'open'", `c.assignee_id = ${value(filter.userId, 'uuid')}`];
    case 'unassigned':
      return ["c.status = 'open'", 'c.assignee_id is null'];
    case 'mentions':
      return [mentionsOf(value(filter.userId, 'uuid'))];
    case 'open':
    case 'snoozed':
    case 'closed':
      return [`c.status = '${filter.view}'`];
    case 'all':
      return [];
  }
}

function peopleOf(q: string, value: (given: unknown, type: string) => string): string[] {
  const digits = q.replace(/\D/g, '');
  // `+1 (555) 01` is a number, `Anna 2` is a name.
  const isNumber = digits !== '' && /^[\d\s()+./-]+$/.test(q);
  return [
    `starts_with(w.name, ${value(q, 'text')})`,
    ...(isNumber ? [`starts_with(w.phone, ${value(digits, 'text')})`] : []),
  ];
}

/** A conversation with all that a list shows of it. */
export interface InboxRow {
  id: ConversationId;
  numberId: NumberId;
  contactId: ContactId | null;
  groupRef: string | null;
  status: 'open' | 'snoozed' | 'closed';
  lastMessageAt: Date | null;
  lastMessageId: string | null;
  lastPreview: string | null;
  lastDirection: 'in' | 'out' | null;
  lastStatus: string | null;
  lastSource: string | null;
  lastActorKind: string | null;
  lastActorId: string | null;
  lastInboundAt: Date | null;
  waitingSince: Date | null;
  dueAt: Date | null;
  snoozedAt: Date | null;
  closedAt: Date | null;
  assigneeId: UserId | null;
  teamId: string | null;
  teamName: string | null;
  unitedInto: string | null;
  createdAt: Date;
  updatedAt: Date;
  displayPhoneNumber: string;
  verifiedName: string;
  numberStatus: string;
  hasWindow: boolean;
  contactName: string | null;
  profileName: string | null;
  username: string | null;
  phone: string | null;
  blocked: boolean;
  optedOut: boolean;
  labels: { id: string; name: string; colour: string }[];
  unreadCount: number;
  /** The newest note that names the asking member. */
  mentionId: string | null;
  mentionAt: Date | null;
  mentionText: string | null;
  mentionActorKind: string | null;
  mentionActorId: string | null;
  unreadMention: boolean;
}

const rows = statement(
  'conversations.inbox_rows',
  `select c.id, c.number_id as "numberId", c.contact_id as "contactId", c.group_ref as "groupRef", c.status,
     c.last_message_at as "lastMessageAt", c.last_message_id as "lastMessageId", c.last_preview as "lastPreview",
     c.last_direction as "lastDirection", c.last_status as "lastStatus", c.last_source as "lastSource",
     c.last_actor_kind as "lastActorKind", c.last_actor_id as "lastActorId", c.last_inbound_at as "lastInboundAt",
     c.waiting_since as "waitingSince", c.due_at as "dueAt", c.snoozed_at as "snoozedAt", c.closed_at as "closedAt",
     c.assignee_id as "assigneeId", c.team_id as "teamId", c.team_name as "teamName", c.united_into as "unitedInto",
     c.created_at as "createdAt", c.updated_at as "updatedAt",
     c.display_phone_number as "displayPhoneNumber", c.verified_name as "verifiedName",
     c.number_status as "numberStatus", c.has_window as "hasWindow",
     c.contact_name as "contactName", c.profile_name as "profileName", c.username, c.phone,
     coalesce(c.blocked, false) as blocked, c.opted_out as "optedOut", c.labels,
     ${unread} as "unreadCount", m.id as "mentionId", m.at as "mentionAt", m.text as "mentionText",
     m.author_kind as "mentionActorKind", m.author_id as "mentionActorId",
     coalesce(m.at > coalesce(p.looked_at, '-infinity'), false) as "unreadMention"
   from unnest($2::uuid[]) with ordinality as t (id, place)
   join inbox_rows c on c.workspace_id = $1 and c.id = t.id
   ${ownPlace('$3')}
   left join lateral (
     select n.id, x.created_at as at, left(n.text, 300) as text, n.author_kind, n.author_id
     from note_mentions x join notes n on n.workspace_id = x.workspace_id and n.id = x.note_id
     where x.workspace_id = c.workspace_id and x.user_id = $3 and x.conversation_id = c.id
     order by x.created_at desc, x.note_id desc limit 1) m on true
   order by t.place`,
);

/** These conversations as a list shows them to a member (null: to a program), in the given order. */
export function selectInboxRows(
  tx: TenantTx,
  ids: readonly string[],
  userId: string | null,
): Promise<InboxRow[]> {
  return tx.query<InboxRow & Record<string, unknown>>(rows, [tx.workspaceId, ids, userId]);
}

/** A page of the list: two statements, so that the first sorts ids only and the second is planned once. */
export async function selectConversationList(
  tx: TenantTx,
  filter: ConversationFilter,
  order: Order,
  page: Slice,
): Promise<InboxRow[]> {
  const { statement: list, values } = listStatement(tx.workspaceId, filter, order, page);
  const ids = await tx.query<{ id: string }>(list, values);
  if (ids.length === 0) return [];
  return selectInboxRows(
    tx,
    ids.map(({ id }) => id),
    filter.userId,
  );
}

const visible = `c.workspace_id = $1 and c.last_message_at is not null
  and ($2::uuid[] is null or c.number_id = any ($2::uuid[]))`;
const both = `count(*)::int as count, (count(*) filter (where ${unread} > 0))::int as unread`;

// One pass over the conversations for views, numbers and teams, in as many groups as there are kinds of them: three
// statements of their own took three times as long (50 k conversations).
const kindCounts = statement(
  'conversations.count_kinds',
  `select c.status, c.assignee_id is null as nobodys, coalesce(c.assignee_id = $3, false) as mine,
     c.number_id as "numberId", c.team_id as "teamId", ${both}
   from conversations c ${ownPlace('$3')} where ${visible} group by 1, 2, 3, 4, 5`,
);

// Here unread means: nobody has looked since. A mention is read by looking, whoever else wrote since.
const mentionCounts = statement(
  'conversations.count_mentions',
  `select count(*)::int as count,
     (count(*) filter (where x.at > coalesce(p.looked_at, '-infinity')))::int as unread
   from (select x.conversation_id, max(x.created_at) as at from note_mentions x
         where x.workspace_id = $1 and x.user_id = $3 group by 1) x
   join conversations c on c.workspace_id = $1 and c.id = x.conversation_id
   ${ownPlace('$3')} where ${visible}`,
);

const labelCounts = statement(
  'conversations.count_labels',
  `select k.label_id as id, ${both}
   from conversation_labels k join conversations c on c.workspace_id = k.workspace_id and c.id = k.conversation_id
   ${ownPlace('$3')} where ${visible} and k.workspace_id = $1 and c.status = 'open' group by 1 order by 1`,
);

export interface Count {
  count: number;
  unread: number;
}
export interface Counts {
  views: Record<View, Count>;
  numbers: (Count & { id: string })[];
  teams: (Count & { id: string })[];
  labels: (Count & { id: string })[];
}

interface Kind extends Count {
  status: string;
  nobodys: boolean;
  mine: boolean;
  numberId: string;
  teamId: string | null;
}

function sum(kinds: readonly Kind[]): Count {
  return {
    count: kinds.reduce((total, kind) => total + kind.count, 0),
    unread: kinds.reduce((total, kind) => total + kind.unread, 0),
  };
}

function sumBy(kinds: readonly Kind[], id: (kind: Kind) => string | null): (Count & { id: string })[] {
  const groups = Map.groupBy(kinds, id);
  return [...groups].flatMap(([key, group]) => (key === null ? [] : [{ id: key, ...sum(group) }]));
}

/** How many, and how many with something unread for this member: counted when asked, in one round trip. */
export async function selectCounts(
  tx: TenantTx,
  userId: string | null,
  numberIds: readonly string[] | null,
): Promise<Counts> {
  const values = [tx.workspaceId, numberIds, userId];
  const [all = [], [mentions] = [], labels] = await tx.batch(
    [kindCounts, mentionCounts, labelCounts].map((one) => ({ statement: one, values })),
  );
  const kinds = all as unknown as Kind[];
  const open = kinds.filter((kind) => kind.status === 'open');
  return {
    views: {
      mine: sum(open.filter((kind) => kind.mine)),
      unassigned: sum(open.filter((kind) => kind.nobodys)),
      open: sum(open),
      all: sum(kinds),
      mentions: (mentions as unknown as Count | undefined) ?? { count: 0, unread: 0 },
      snoozed: sum(kinds.filter((kind) => kind.status === 'snoozed')),
      closed: sum(kinds.filter((kind) => kind.status === 'closed')),
    },
    numbers: sumBy(open, (kind) => kind.numberId),
    teams: sumBy(open, (kind) => kind.teamId),
    labels: (labels ?? []) as unknown as Counts['labels'],
  };
}
