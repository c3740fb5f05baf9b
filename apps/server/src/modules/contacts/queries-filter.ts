import type { CampaignOutcome, ConsentPurpose, SegmentCondition, SegmentFilter } from '@chaski/contracts';
import { phoneVariants } from '@chaski/providers';
import type { TenantTx } from '../../platform/db/index.ts';
import { wordsQuery } from './words.ts';

/**
 * The one way from a filter to SQL: lists, exports, segments and what campaigns read are compiled here. A condition
 * that asks for what is not there is null and lets nobody through; `not` is written `is not true`, which turns that
 * around. What is said of other tables is a list of contact ids (`in`), never a probe for each contact: PostgreSQL
 * hashes it once, for a million contacts too.
 */
export interface CompiledFilter {
  /** Of contacts c; $1 is the workspace. */
  where: string;
  values: unknown[];
}

/** Does row security hide conversations, and with them people, from whoever acts. */
export const isLimited = (tx: TenantTx): boolean =>
  tx.actor.reach !== undefined && (tx.actor.reach.numberIds !== null || tx.actor.reach.ownOnly);

// Whoever may reach certain conversations only knows the people of those: row security filters the view.
export const reached = `exists (
    select from contact_reach r where r.workspace_id = c.workspace_id and r.contact_id = c.id)`;

/**
 * The contacts of a filter that whoever acts may see, without who was merged away or erased. `values`: of the statement
 * that this becomes a part of, the workspace first.
 */
export function compileFilter(
  tx: TenantTx,
  filter: SegmentFilter,
  values: unknown[] = [tx.workspaceId],
): CompiledFilter {
  const put = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const parts = [
    'c.workspace_id = $1',
    'c.merged_into is null',
    'c.erased_at is null',
    ...(isLimited(tx) ? [reached] : []),
    tree(filter, put, tx.now()),
  ];
  return { where: parts.join('\n and '), values };
}

type Put = (value: unknown, type: string) => string;

function tree(filter: SegmentFilter, put: Put, now: Date): string {
  if ('all' in filter) return joined(cheapestFirst(filter.all), ' and ', 'true', put, now);
  if ('any' in filter) return joined(cheapestFirst(filter.any), ' or ', 'false', put, now);
  if ('not' in filter) return `(${tree(filter.not, put, now)}) is not true`;
  return `(${leaf(filter, put, now)})`;
}

// PostgreSQL asks the branches of an `or` as they are written: what is a comparison decides for most of a million
// contacts, before text is taken apart or jsonb is opened.
const cost: Partial<Record<SegmentCondition['field'], number>> = {
  optedOut: 0,
  blocked: 0,
  country: 1,
  createdAt: 1,
  lastSeenAt: 1,
  consent: 2,
  language: 3,
  attribute: 4,
};
const dearest = 5;
const costOf = (filter: SegmentFilter): number =>
  'field' in filter
    ? (cost[filter.field] ?? dearest)
    : Math.max(
        0,
        ...('not' in filter ? [filter.not] : 'all' in filter ? filter.all : filter.any).map(costOf),
      );

const cheapestFirst = (parts: readonly SegmentFilter[]): SegmentFilter[] =>
  parts
    .map((part, index) => ({ part, index, cost: costOf(part) }))
    .sort((a, b) => a.cost - b.cost || a.index - b.index)
    .map(({ part }) => part);

function joined(parts: SegmentFilter[], word: string, empty: string, put: Put, now: Date): string {
  if (parts.length === 0) return empty;
  return `(${parts.map((part) => tree(part, put, now)).join(word)})`;
}

function leaf(of: SegmentCondition, put: Put, now: Date): string {
  switch (of.field) {
    case 'attribute':
      return attribute(of, put);
    case 'label':
      return of.op === 'any' || of.labelIds.length === 1
        ? labelled(put(of.labelIds, 'uuid[]'))
        : of.labelIds.map((id) => labelled(put([id], 'uuid[]'))).join(' and ');
    case 'language': {
      const wanted = of.values.map((value) => value.toLowerCase().replaceAll('_', '-'));
      const said = "lower(replace(c.language, '_', '-'))";
      // `pt` is every Portuguese, `pt-br` the one: each is one comparison of a row, not two.
      const exact = wanted.filter((value) => value.includes('-'));
      const broad = wanted.filter((value) => !value.includes('-'));
      return [
        ...(exact.length > 0 ? [`${said} = any(${put(exact, 'text[]')})`] : []),
        ...(broad.length > 0 ? [`split_part(${said}, '-', 1) = any(${put(broad, 'text[]')})`] : []),
      ].join(' or ');
    }
    case 'country':
      return `c.country = any(${put(of.values, 'text[]')})`;
    case 'createdAt':
      return time('c.created_at', of, put, now);
    case 'lastSeenAt':
      return time('c.last_seen_at', of, put, now);
    case 'lastInboundAt':
      return activity('r.last_inbound_at', of, put, now);
    case 'lastOutboundAt':
      return activity('r.last_outbound_at', of, put, now);
    case 'consent':
      return `${consentState[of.purpose]} = any(${put(of.states, 'text[]')})`;
    case 'optedOut':
      return `c.opted_out = ${put(of.is, 'boolean')}`;
    case 'blocked':
      return `(c.blocked_at is not null) = ${put(of.is, 'boolean')}`;
    case 'suppressed':
      return `(${suppressed}) = ${put(of.is, 'boolean')}`;
    case 'campaign':
      return `c.id in (select k.contact_id from contact_campaigns k where k.workspace_id = $1
        and k.outcome = any(${put(beyond[of.was], 'text[]')})
        ${of.campaignId === undefined ? '' : `and k.campaign_id = ${put(of.campaignId, 'uuid')}`}
        ${of.days === undefined ? '' : `and k.at >= ${put(ago(now, of.days), 'timestamptz')}`})`;
    case 'number':
      return `c.id in (select r.contact_id from contact_reach r where r.workspace_id = $1
        and r.number_id = ${put(of.numberId, 'uuid')})`;
    case 'phone':
      return `c.id in (select i.contact_id from identities i where i.workspace_id = $1 and i.kind = 'phone'
        and i.scope = '' and i.value = any(${put(
          of.values.flatMap((value) => phoneVariants(value.replace(/@.*$/, '').replace(/\D/g, ''))),
          'text[]',
        )}))`;
    case 'text': {
      const words = wordsQuery(of.value);
      return words === null
        ? 'true'
        : `c.id in (select find_contacts(${put(words, 'text')}::tsquery, 10000))`;
    }
  }
}

const labelled = (ids: string) =>
  `c.id in (select l.contact_id from contact_labels l where l.workspace_id = $1 and l.label_id = any(${ids}))`;

const suppressed = `c.id in (select i.contact_id from suppressions s
  join identities i on i.workspace_id = s.workspace_id and i.address_hash = s.hash where s.workspace_id = $1)`;

/** As messages/rules.ts sees it: WhatsApp's own preference can say no beside ours, and yes where ours says nothing. */
const consentState: Record<ConsentPurpose, string> = {
  service: "coalesce(c.consent_service, 'none')",
  utility: "coalesce(c.consent_utility, 'none')",
  marketing: `case when c.consent_marketing = 'out' or c.marketing_stopped_at is not null then 'out'
    when c.consent_marketing = 'in' or c.marketing_resumed_at is not null then 'in' else 'none' end`,
};

const beyond: Record<CampaignOutcome, readonly CampaignOutcome[]> = {
  not_sent: ['not_sent'],
  failed: ['failed'],
  sent: ['sent', 'delivered', 'read', 'replied'],
  delivered: ['delivered', 'read', 'replied'],
  read: ['read', 'replied'],
  replied: ['replied'],
};

const dayMs = 24 * 60 * 60 * 1000;
const ago = (now: Date, days: number) => new Date(now.getTime() - days * dayMs).toISOString();

type TimeLeaf = Extract<SegmentCondition, { field: 'createdAt' | 'lastInboundAt' | 'lastOutboundAt' }>;

/** The bound of a condition about time; its schema has seen to it that it is there. */
const bound = ({ op, at, days }: Pick<TimeLeaf, 'op' | 'at' | 'days'>, now: Date) =>
  op === 'after' || op === 'before' ? at! : ago(now, days ?? 0);

function time(column: string, of: Pick<TimeLeaf, 'op' | 'at' | 'days'>, put: Put, now: Date): string {
  if (of.op === 'known' || of.op === 'unknown')
    return `${column} is ${of.op === 'known' ? 'not null' : 'null'}`;
  const later = of.op === 'after' || of.op === 'within';
  return `${column} ${later ? '>=' : '<'} ${put(bound(of, now), 'timestamptz')}`;
}

/** When something was last said, over all threads or those of one number. */
function activity(
  column: string,
  of: Extract<SegmentCondition, { field: 'lastInboundAt' | 'lastOutboundAt' }>,
  put: Put,
  now: Date,
): string {
  const threads = `select r.contact_id from contact_reach r where r.workspace_id = $1
    ${of.numberId === undefined ? '' : `and r.number_id = ${put(of.numberId, 'uuid')}`}`;
  switch (of.op) {
    case 'known':
      return `c.id in (${threads} and ${column} is not null)`;
    case 'unknown':
      return `c.id not in (${threads} and ${column} is not null)`;
    case 'after':
    case 'within':
      return `c.id in (${threads} and ${column} >= ${put(bound(of, now), 'timestamptz')})`;
    case 'before':
    case 'longer_than':
      // It was, and in no thread since.
      return `c.id in (${threads} and ${column} is not null group by r.contact_id
        having max(${column}) < ${put(bound(of, now), 'timestamptz')})`;
  }
}

function attribute(of: Extract<SegmentCondition, { field: 'attribute' }>, put: Put): string {
  if (of.op === 'is') {
    const pairs = (of.values ?? []).map((value) => JSON.stringify({ [of.key]: value }));
    // Holding the pair, not being equal to what stands under the key: that is made anew for each contact, at five times
    // the work.
    return `c.attributes @> any(${put(pairs, 'jsonb[]')})`;
  }
  const key = put(of.key, 'text');
  const text = `(c.attributes ->> ${key})`;
  const [first] = of.values ?? [];
  switch (of.op) {
    case 'known':
      return `c.attributes ? ${key}`;
    case 'unknown':
      return `not c.attributes ? ${key}`;
    case 'contains':
      return `position(lower(${put(first, 'text')}) in lower(${text})) > 0`;
    case 'starts':
      return `starts_with(lower(${text}), lower(${put(first, 'text')}))`;
    case 'below':
    case 'above':
      // What is no number is never asked: another type may have stood under this key before.
      return `case when jsonb_typeof(c.attributes -> ${key}) = 'number'
        then ${text}::numeric ${of.op === 'below' ? '<' : '>'} ${put(first, 'numeric')} end`;
    case 'before':
    case 'after':
      // Days are text in an order that is theirs.
      return `${text} collate "C" ${of.op === 'before' ? '<' : '>'} ${put(first, 'text')}`;
  }
}
