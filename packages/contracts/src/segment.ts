/**
 * Segments: a group of contacts as a filter, so that it is as true tomorrow as today.
 *
 * A filter is a tree: `{all: […]}`, `{any: […]}`, `{not: …}` over conditions. `{all: []}` is everybody, `{any: []}`
 * nobody. A condition that asks for what a contact does not have (no language, never wrote) is simply not met; `not`
 * turns that around. The server compiles a tree into one query; the builder of the web app edits the same tree.
 */
import { z } from 'zod';

/** What a message is for; codes to log in with count as utility. */
export const consentPurposes = ['service', 'utility', 'marketing'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];

/** What one word covers. */
export const consentScopes = ['all', ...consentPurposes] as const;
export type ConsentScope = (typeof consentScopes)[number];

/** What a contact said about a purpose; `none`: nothing so far. */
export const consentStates = ['in', 'out', 'none'] as const;
export type ConsentState = (typeof consentStates)[number];

/**
 * What became of a campaign for a contact, as far as it got. `sent`, `delivered` and `read` include what lies beyond:
 * who replied has also read.
 */
export const campaignOutcomes = ['not_sent', 'sent', 'failed', 'delivered', 'read', 'replied'] as const;
export type CampaignOutcome = (typeof campaignOutcomes)[number];

/** As ISO 3166 writes a country: two letters. */
export const countryCode = z.string().regex(/^[A-Z]{2}$/, 'Use two capital letters, such as BR.');

/** Levels of all, any and not. */
export const maxSegmentDepth = 5;
/** Conditions and groups together. */
export const maxSegmentParts = 60;

const day = z.iso.date();
const moment = z.iso.datetime();
const days = z.number().int().min(1).max(3_650);
const some = <T extends z.ZodType>(item: T, max = 100) => z.array(item).min(1).max(max);
const timeOps = {
  op: z
    .enum(['after', 'before', 'within', 'longer_than', 'known', 'unknown'])
    .describe('`within` and `longer_than` count days back from now; `unknown`: it never happened.'),
  at: moment.optional().describe('For after and before.'),
  days: days.optional().describe('For within and longer_than.'),
};

const attributeKey = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,49}$/, 'Use up to 50 small letters, digits and _, a letter first.');
const leaves = [
  z.strictObject({
    field: z.literal('attribute'),
    key: attributeKey.describe('Of /v1/contact-attributes.'),
    op: z.enum(['is', 'contains', 'starts', 'below', 'above', 'before', 'after', 'known', 'unknown']),
    values: some(z.union([z.string().max(1_000), z.number(), z.boolean()]), 100)
      .optional()
      .describe('`is`: one of them. The others take one: text, a number, or a day such as 2026-11-21.'),
  }),
  z.strictObject({
    field: z.literal('label'),
    op: z.enum(['any', 'all']).default('any'),
    labelIds: some(z.uuid(), 50),
  }),
  z.strictObject({
    field: z.literal('language'),
    values: some(
      z.string().regex(/^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'Use a language code, such as es or pt-BR.'),
      50,
    ).describe('`pt` means pt-BR too.'),
  }),
  z.strictObject({
    field: z.literal('country'),
    values: some(countryCode, 250).describe('Of the phone number, two letters.'),
  }),
  z.strictObject({ field: z.literal('createdAt'), ...timeOps }),
  z.strictObject({ field: z.literal('lastSeenAt'), ...timeOps }),
  z.strictObject({
    field: z.literal('lastInboundAt'),
    ...timeOps,
    numberId: z.uuid().optional().describe('On this number only.'),
  }),
  z.strictObject({ field: z.literal('lastOutboundAt'), ...timeOps, numberId: z.uuid().optional() }),
  z.strictObject({
    field: z.literal('consent'),
    purpose: z.enum(consentPurposes),
    states: some(z.enum(consentStates), 3),
  }),
  z.strictObject({ field: z.literal('optedOut'), is: z.boolean() }).describe('Said no to us, to whatever.'),
  z.strictObject({ field: z.literal('blocked'), is: z.boolean() }),
  z
    .strictObject({ field: z.literal('suppressed'), is: z.boolean() })
    .describe('Stands on the suppression list.'),
  z.strictObject({
    field: z.literal('campaign'),
    campaignId: z.uuid().optional().describe('Left out: any campaign.'),
    was: z.enum(campaignOutcomes),
    days: days.optional().describe('Within so many days.'),
  }),
  z.strictObject({ field: z.literal('number'), numberId: z.uuid() }).describe('Has a thread on this number.'),
  z.strictObject({ field: z.literal('phone'), values: some(z.string().max(40), 1_000) }),
  z
    .strictObject({ field: z.literal('text'), value: z.string().trim().min(1).max(200) })
    .describe('Words of name, e-mail, company; digits of a number.'),
] as const;

const condition = z.discriminatedUnion('field', leaves).superRefine((leaf, context) => {
  const problem = problemOf(leaf);
  if (problem) context.addIssue({ code: 'custom', path: [problem.path], message: problem.message });
});
export type SegmentCondition = z.infer<(typeof leaves)[number]>;
export type SegmentFilter =
  | { all: SegmentFilter[] }
  | { any: SegmentFilter[] }
  | { not: SegmentFilter }
  | SegmentCondition;

function problemOf(leaf: SegmentCondition): { path: string; message: string } | null {
  if ('op' in leaf && leaf.field !== 'attribute' && leaf.field !== 'label') {
    if ((leaf.op === 'after' || leaf.op === 'before') && leaf.at === undefined)
      return { path: 'at', message: `Say when: ${leaf.op} needs at.` };
    if ((leaf.op === 'within' || leaf.op === 'longer_than') && leaf.days === undefined)
      return { path: 'days', message: `Say how many: ${leaf.op} needs days.` };
    return null;
  }
  if (leaf.field !== 'attribute' || leaf.op === 'known' || leaf.op === 'unknown') return null;
  const [first, ...more] = leaf.values ?? [];
  if (first === undefined) return { path: 'values', message: `${leaf.op} needs a value.` };
  if (leaf.op === 'is') return null;
  if (more.length > 0) return { path: 'values', message: `${leaf.op} takes one value.` };
  if ((leaf.op === 'below' || leaf.op === 'above') && typeof first !== 'number')
    return { path: 'values', message: `${leaf.op} takes a number.` };
  if ((leaf.op === 'before' || leaf.op === 'after') && !day.safeParse(first).success)
    return { path: 'values', message: `${leaf.op} takes a day such as 2026-11-21.` };
  if ((leaf.op === 'contains' || leaf.op === 'starts') && typeof first !== 'string')
    return { path: 'values', message: `${leaf.op} takes text.` };
  return null;
}

/** The tree as the server answers it. */
export const segmentTree: z.ZodType<SegmentFilter, SegmentFilter> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(segmentTree).max(maxSegmentParts) }),
      z.strictObject({ any: z.array(segmentTree).max(maxSegmentParts) }),
      z.strictObject({ not: segmentTree }),
      condition,
    ]),
  )
  .meta({
    id: 'SegmentFilter',
    description: 'A tree of conditions: `{all: […]}`, `{any: […]}`, `{not: …}` over `{field, …}`.',
    examples: [
      {
        all: [
          { field: 'country', values: ['BR'] },
          { field: 'consent', purpose: 'marketing', states: ['in'] },
        ],
      },
    ],
  }) as unknown as z.ZodType<SegmentFilter, SegmentFilter>;

/** The depth and the number of parts of anything that looks like a tree; stops where it is too much already. */
function sizeOf(given: unknown, depth = 1): { depth: number; parts: number } {
  if (typeof given !== 'object' || given === null) return { depth, parts: 1 };
  const { all, any, not } = given as { all?: unknown; any?: unknown; not?: unknown };
  const below = [all, any].flatMap((list) => (Array.isArray(list) ? list : []));
  if (not !== undefined) below.push(not);
  let size = { depth, parts: 1 };
  if (depth > maxSegmentDepth + 1) return size;
  for (const one of below) {
    const inner = sizeOf(one, depth + 1);
    size = { depth: Math.max(size.depth, inner.depth), parts: size.parts + inner.parts };
    if (size.parts > maxSegmentParts) break;
  }
  return size;
}

/** The tree as somebody sends it, measured before it is parsed: a tree that is a thousand levels deep costs nothing but this look. */
export const segmentFilter = z.preprocess((given, context) => {
  const { depth, parts } = sizeOf(given);
  // Conditions stand one level below the last group.
  if (depth > maxSegmentDepth + 1)
    context.addIssue({ code: 'custom', message: `Nested deeper than ${maxSegmentDepth} levels.` });
  if (parts > maxSegmentParts)
    context.addIssue({ code: 'custom', message: `More than ${maxSegmentParts} conditions and groups.` });
  return given;
}, segmentTree);

/** Calls `visit` with every condition of a tree. */
export function eachCondition(filter: SegmentFilter, visit: (leaf: SegmentCondition) => void): void {
  if ('all' in filter) for (const one of filter.all) eachCondition(one, visit);
  else if ('any' in filter) for (const one of filter.any) eachCondition(one, visit);
  else if ('not' in filter) eachCondition(filter.not, visit);
  else visit(filter);
}
