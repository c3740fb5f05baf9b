import {
  campaignAudienceShown,
  campaignMessage,
  campaignOptions,
  campaignSchedule,
  campaignStates,
  pauseReasons,
  recipientStates,
} from '@chaski/contracts';
import { z } from 'zod';
import type { Actor } from '../../platform/db/index.ts';
import { badLines, type Example } from './example.ts';
import { mayApprove } from './launch.ts';
import type { Preflight } from './preflight.ts';
import type { CampaignRow } from './queries.ts';
import type { RecipientRow } from './queries-report.ts';
import type { RateCardRow } from './rates.ts';
import type { Report } from './report.ts';

const time = z.iso.datetime();
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** Pasted numbers may be ten thousand: a campaign shows how many, not which. */
const shownAudience = z
  .union([
    campaignAudienceShown,
    z.object({ kind: z.literal('phones'), count: z.number().int(), country: z.string().optional() }),
  ])
  .nullable();

export const campaignBody = z
  .object({
    id: z.uuid(),
    name: z.string(),
    numberId: z.uuid(),
    state: z.enum(campaignStates),
    pausedReason: z.enum(pauseReasons).nullable(),
    pausedDetail: z.string().nullable().describe('A sentence for people.'),
    waitsFor: z
      .enum(['tier', 'quiet_hours'])
      .nullable()
      .describe('Why it sends less than it could: WhatsApp’s limit of people a day, or quiet hours.'),
    message: campaignMessage.nullable(),
    audience: shownAudience,
    schedule: campaignSchedule,
    options: campaignOptions,
    plan: z.object({
      state: z.enum(['none', 'waiting', 'ready', 'failed']),
      rows: z.number().int().describe('Lines of the audience that are planned so far.'),
      error: z.string().nullable(),
      plannedAt: time.nullable(),
    }),
    parentId: z.uuid().nullable().describe('The recurring campaign whose turn it is.'),
    authorId: z.string().nullable(),
    mayApprove: z.boolean().describe('Whether whoever asks may give the second yes.'),
    approvedBy: z.string().nullable(),
    approvedAt: time.nullable(),
    startsAt: time.nullable(),
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Campaign' });
export type CampaignView = z.infer<typeof campaignBody>;

export function presentCampaign(row: CampaignRow, asking: Actor): CampaignView {
  const { audience } = row;
  return {
    id: row.id,
    name: row.name,
    numberId: row.numberId,
    state: row.state,
    pausedReason: row.pausedReason,
    pausedDetail: row.pausedDetail,
    waitsFor: row.state === 'running' ? row.waitsFor : null,
    message: row.message,
    audience:
      audience?.kind === 'phones'
        ? {
            kind: 'phones',
            count: audience.phones.length,
            ...(audience.country === undefined ? {} : { country: audience.country }),
          }
        : audience,
    schedule: row.schedule,
    options: row.options,
    plan: { state: row.planState, rows: row.planRows, error: row.planError, plannedAt: iso(row.plannedAt) },
    parentId: row.parentId,
    authorId: row.authorId,
    mayApprove: row.state === 'awaiting_approval' && mayApprove(row, asking),
    approvedBy: row.approvedBy,
    approvedAt: iso(row.approvedAt),
    startsAt: iso(row.startsAt),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export const exampleBody = z
  .object({
    columns: z.array(z.string()).describe('Headings of the list.'),
    person: z
      .object({
        name: z.string().nullable(),
        phone: z.string().nullable(),
        email: z.string().nullable(),
        company: z.string().nullable(),
        language: z.string().nullable(),
        country: z.string().nullable(),
        attributes: z.record(z.string(), z.unknown()),
        columns: z.record(z.string(), z.string()),
      })
      .nullable()
      .describe('null: nobody with a number.'),
    checked: z
      .number()
      .int()
      .describe('Lines of a list that were looked at: the first 1,000, or as far as 100 problems reach.'),
    more: z.boolean().describe('Lines behind those were not looked at.'),
    problems: z
      .array(
        z.object({
          line: z.number().int().describe('As a spreadsheet counts them; of pasted numbers the first is 1.'),
          said: z.string().describe('What stands where the number should.'),
          reason: z.enum(badLines),
        }),
      )
      .describe('Of those, the lines without a usable number.'),
  })
  .meta({ id: 'CampaignExample' });

export function presentExample({ columns, person, ...lines }: Example): z.infer<typeof exampleBody> {
  return {
    columns,
    person: person && {
      name: person.name ?? null,
      phone: person.phone ?? null,
      email: person.email ?? null,
      company: person.company ?? null,
      language: person.language ?? null,
      country: person.country ?? null,
      attributes: { ...person.attributes },
      columns: { ...person.columns },
    },
    ...lines,
  };
}

const micros = z.number().int().describe('Millionths of the currency.');

export const preflightBody = z
  .object({
    willGet: z.number().int(),
    willNot: z.number().int(),
    reasons: z
      .array(z.object({ reason: z.string(), count: z.number().int() }))
      .describe('Why some get nothing; who they are lists /recipients?state=skipped&reason=….'),
    countries: z.array(
      z.object({
        country: z.string().nullable(),
        count: z.number().int(),
        priced: z.number().int().describe('For how many of them the rate card has a price.'),
        cost: micros,
      }),
    ),
    cost: z
      .object({
        currency: z.string(),
        micros,
        unpriced: z.number().int(),
        rateCard: z.object({ id: z.uuid(), name: z.string() }).nullable(),
      })
      .nullable()
      .describe('null: the operator has loaded no rate card.'),
    firstDue: time.nullable(),
    lastDue: time.nullable(),
    limits: z.object({
      number: z.object({
        status: z.string(),
        mps: z.number().int(),
        pausedReason: z.string().nullable(),
        quality: z.string().nullable(),
      }),
      tier: z.object({
        limit: z.number().int().nullable().describe('People in 24 hours; null: no limit.'),
        isTold: z.boolean().describe('false: WhatsApp did not say; its lowest is assumed.'),
        used: z.number().int(),
      }),
      alsoRunning: z.number().int().describe('Campaigns that run on the number now.'),
    }),
    takes: z.object({
      minutes: z.number().int().describe('At the number’s speed.'),
      days: z.number().int().describe('With the limit of people a day.'),
    }),
    problems: z.array(z.object({ code: z.string(), message: z.string() })),
  })
  .meta({ id: 'CampaignPreflight' });

export function presentPreflight(
  found: Preflight,
  card: Pick<RateCardRow, 'id' | 'name'> | null,
): z.infer<typeof preflightBody> {
  const { number, tier, alsoRunning } = found;
  return {
    willGet: found.willGet,
    willNot: found.willNot,
    reasons: found.reasons,
    countries: found.countries.map(({ country, count, priced, cost }) => ({ country, count, priced, cost })),
    cost: found.cost === null ? null : { ...found.cost, rateCard: card && { id: card.id, name: card.name } },
    firstDue: iso(found.firstDue),
    lastDue: iso(found.lastDue),
    limits: { number, tier, alsoRunning },
    takes: { minutes: found.minutes, days: found.days },
    problems: found.problems,
  };
}

export const recipientBody = z
  .object({
    n: z.number().int().describe('Line of the audience, from 1.'),
    contactId: z.uuid().nullable(),
    name: z.string().nullable(),
    address: z.string().nullable().describe('Digits; what the line said where that is no number.'),
    country: z.string().nullable(),
    zone: z.string().nullable(),
    values: z.record(z.string(), z.string()).describe('What fills the template, by variable: `body:1`.'),
    textHash: z.string().nullable().describe('SHA-256 of what is said, before addresses are shortened.'),
    state: z.enum(recipientStates),
    reason: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    dueAt: time.nullable(),
    attempt: z.number().int(),
    messageId: z.uuid().nullable(),
    expectedMicros: micros.nullable(),
    costMicros: micros.nullable(),
    queuedAt: time.nullable(),
    sentAt: time.nullable(),
    deliveredAt: time.nullable(),
    readAt: time.nullable(),
    failedAt: time.nullable(),
    repliedAt: time.nullable(),
    optedOutAt: time.nullable(),
    convertedAt: time.nullable(),
    conversion: z.record(z.string(), z.unknown()).nullable(),
    clickedAt: time.nullable().describe('Tapped a short link first.'),
    clicks: z
      .number()
      .int()
      .describe('All taps on short links, again and by whoever it was passed on to too.'),
  })
  .meta({ id: 'CampaignRecipient' });

export function presentRecipient(row: RecipientRow): z.infer<typeof recipientBody> {
  const { filled, price, cost, ...rest } = row;
  return {
    ...rest,
    values: filled,
    expectedMicros: price,
    costMicros: cost,
    dueAt: iso(row.dueAt),
    queuedAt: iso(row.queuedAt),
    sentAt: iso(row.sentAt),
    deliveredAt: iso(row.deliveredAt),
    readAt: iso(row.readAt),
    failedAt: iso(row.failedAt),
    repliedAt: iso(row.repliedAt),
    optedOutAt: iso(row.optedOutAt),
    convertedAt: iso(row.convertedAt),
    clickedAt: iso(row.clickedAt),
  };
}

const count = z.number().int();
export const reportBody = z
  .object({
    state: z.enum(campaignStates),
    total: count,
    states: z.object(
      Object.fromEntries(recipientStates.map((state) => [state, count])) as Record<
        (typeof recipientStates)[number],
        typeof count
      >,
    ),
    sent: count,
    delivered: count,
    read: count,
    replied: count,
    optedOut: count,
    converted: count,
    clicked: count.describe('People who tapped a short link; where the workspace has switched them on.'),
    clicks: count.describe('All taps.'),
    templateClicks: count
      .nullable()
      .describe(
        'Taps on the template’s buttons as WhatsApp counts them, whoever sent it in these days; null: it says nothing.',
      ),
    reasons: z.array(z.object({ state: z.enum(recipientStates), reason: z.string(), count })),
    cost: z
      .object({
        currency: z.string(),
        micros,
        expectedMicros: micros.describe('With what is still to come.'),
      })
      .nullable(),
  })
  .meta({ id: 'CampaignReport' });

export function presentReport({ campaign, ...report }: Report): z.infer<typeof reportBody> {
  return { state: campaign.state, ...report };
}

export const rateCardBody = z
  .object({
    id: z.uuid(),
    name: z.string(),
    currency: z.string(),
    validFrom: z.iso.date(),
    rates: z
      .record(z.string(), z.record(z.string(), z.number().int()))
      .describe('Country → category → millionths.'),
    loadedAt: time,
  })
  .meta({ id: 'RateCard' });

export function presentRateCard(row: RateCardRow): z.infer<typeof rateCardBody> {
  return { ...row, loadedAt: row.loadedAt.toISOString() };
}
