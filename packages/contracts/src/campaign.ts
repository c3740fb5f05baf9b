/**
 * Campaigns: one template to many people.
 *
 * An *audience* says who, a *message* what, a *schedule* when, *options* how carefully. From the four a plan is made: one
 * recipient per line, with what fills the template for them, when it is their turn, or why they get nothing.
 */
import { z } from 'zod';
import { type SegmentFilter, segmentFilter, segmentTree } from './segment.ts';
import { timeZone } from './zone.ts';

export const campaignStates = [
  'draft',
  'awaiting_approval',
  'scheduled',
  'running',
  'paused',
  'finished',
  'cancelled',
] as const;
export type CampaignState = (typeof campaignStates)[number];

export const recipientStates = [
  'planned',
  'queued',
  'unconfirmed',
  'sent',
  'failed',
  'delivered',
  'read',
  'skipped',
  'cancelled',
] as const;
export type RecipientState = (typeof recipientStates)[number];

/** Why a campaign stands still; `by_hand` is a person's wish, all others are ours and say what to look at. */
export const pauseReasons = [
  'by_hand',
  'failure_rate',
  'quality',
  'template_paused',
  'template_disabled',
  'template_category',
  'template_wrong',
  'token',
  'payment',
  'account_restricted',
  'spam_limit',
  'marketing_route',
  'number_not_active',
  'plan_failed',
  'workspace_suspended',
  'plan_limit',
] as const;
export type PauseReason = (typeof pauseReasons)[number];

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'Use hours and minutes, such as 09:30.' });

const column = z.string().min(1).max(200);
const fallback = z
  .string()
  .max(1_000)
  .optional()
  .describe('Where there is nothing; without it they are left out.');

/** Where the value of a variable comes from. */
export const variableSource = z.discriminatedUnion('from', [
  z
    .strictObject({ from: z.literal('text'), text: z.string().min(1).max(2_000) })
    .describe('The same for all.'),
  z.strictObject({
    from: z.literal('field'),
    field: z.enum(['name', 'firstName', 'phone', 'email', 'company', 'language', 'country']),
    fallback,
  }),
  z.strictObject({
    from: z.literal('attribute'),
    key: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,49}$/, 'Use up to 50 small letters, digits and _, a letter first.'),
    fallback,
  }),
  z.strictObject({
    from: z.literal('column'),
    column: column.describe('A heading of the uploaded list.'),
    fallback,
  }),
]);
export type VariableSource = z.infer<typeof variableSource>;

/** One blank of the template and how it is filled. */
export const campaignVariable = z.strictObject({
  place: z.enum(['header', 'body', 'button', 'offer']),
  index: z
    .number()
    .int()
    .min(0)
    .max(9)
    .optional()
    .describe('Of a button: its place in the template or on its card, from 0.'),
  card: z
    .number()
    .int()
    .min(0)
    .max(9)
    .optional()
    .describe('Of a carousel: the card that the blank stands on, from 0.'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,100}$/, 'Use letters, digits and _.')
    .describe(
      'Of header and body: the number or name between the braces. Of a header without words: image, video or document ' +
        '(a link or a media id), location (-34.6037, -58.3816, name, address) or product (catalogue/product). Of a ' +
        'button: url, copy_code, payload or products (a-1, a-2; in sections: Coats: a-1; Hats: b-2). Of an offer: time ' +
        '(2026-12-24 18:00 on the recipient’s own clock, or with Z or an offset; a date alone is its whole day).',
    ),
  source: variableSource,
});
export type CampaignVariable = z.infer<typeof campaignVariable>;

export const campaignMessage = z.strictObject({
  template: z.strictObject({
    name: z.string().min(1).max(512),
    language: z.string().min(2).max(20),
  }),
  // Ten cards, each with its picture, some words and two buttons.
  variables: z.array(campaignVariable).max(120).default([]),
});
export type CampaignMessage = z.infer<typeof campaignMessage>;

export const maxPastedPhones = 10_000;

const audienceWith = <Filter extends z.ZodType<SegmentFilter>>(filter: Filter) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('segment'), segmentId: z.uuid() }),
    z.strictObject({ kind: z.literal('filter'), filter }),
    z.strictObject({
      kind: z.literal('phones'),
      phones: z.array(z.string().max(60)).min(1).max(maxPastedPhones),
      country: z.string().length(2).optional().describe('Of numbers without a country code.'),
    }),
    z.strictObject({
      kind: z.literal('list'),
      phoneColumn: column.optional().describe('Its heading; guessed where it is left out.'),
      country: z.string().length(2).optional(),
    }),
  ]);

/** To whom. `list` is what was uploaded to `/v1/campaigns/{id}/list`. */
export const campaignAudience = audienceWith(segmentFilter);
/** The same as the server answers it: what measures a filter reads only, nothing can be written with it. */
export const campaignAudienceShown = audienceWith(segmentTree);
export type CampaignAudience = z.infer<typeof campaignAudience>;

const local = {
  timeZone: timeZone.default('UTC').describe('Where a recipient’s own zone is not known.'),
  zoneAttribute: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,49}$/, 'Use up to 50 small letters, digits and _, a letter first.')
    .optional()
    .describe('Attribute that holds a person’s zone; without one the country of the phone number decides.'),
  quietHours: z
    .strictObject({ from: clockTime, to: clockTime })
    .nullable()
    .default(null)
    .describe('Nobody is written to between these, on the recipient’s own clock.'),
};

export const campaignSchedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('now'), ...local }),
  z.strictObject({ kind: z.literal('at'), at: z.iso.datetime(), ...local }),
  z
    .strictObject({ kind: z.literal('local'), date: z.iso.date(), time: clockTime, ...local })
    .describe('At this time on everybody’s own clock. Whose time has passed already gets it at once.'),
  z
    .strictObject({
      kind: z.literal('recurring'),
      every: z.enum(['day', 'week', 'month']),
      time: clockTime,
      weekday: z.number().int().min(1).max(7).optional().describe('Of a week: 1 is Monday.'),
      day: z.number().int().min(1).max(28).optional().describe('Of a month.'),
      until: z.iso.date().optional(),
      ...local,
    })
    .describe('Each turn plans anew and is a campaign of its own, found by parentId.'),
]);
export type CampaignSchedule = z.infer<typeof campaignSchedule>;

export const campaignOptions = z.strictObject({
  failurePercent: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe('So many failures of a hundred outcomes pause the campaign.'),
  maxAttempts: z.number().int().min(1).max(5).default(3).describe('For what may be tried again later.'),
  retryCapped: z
    .boolean()
    .default(true)
    .describe(
      'People to whom WhatsApp brings no more marketing for now (131049) are tried again a day later.',
    ),
});
export type CampaignOptions = z.infer<typeof campaignOptions>;

/** Words that take no default of a draft's: what a PATCH takes. */
export const campaignPatch = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    numberId: z.uuid(),
    message: campaignMessage,
    audience: campaignAudience,
    schedule: campaignSchedule,
    options: campaignOptions,
  })
  .partial();
export type CampaignPatch = z.infer<typeof campaignPatch>;

const micros = z.number().int().min(0).max(1_000_000_000);

/** What messages cost from a day on. */
export const rateCard = z.strictObject({
  name: z.string().trim().min(1).max(200),
  currency: z.string().regex(/^[A-Z]{3}$/, { error: 'Use three letters, such as USD.' }),
  validFrom: z.iso.date(),
  rates: z
    .array(
      z.strictObject({
        country: z.string().regex(/^([A-Z]{2}|\*)$/, { error: 'Use two letters, or * for all others.' }),
        category: z.enum(['marketing', 'utility', 'authentication', 'service']),
        micros: micros.describe('Millionths of the currency per delivered message.'),
      }),
    )
    .min(1)
    .max(2_000),
});
export type RateCard = z.infer<typeof rateCard>;
