import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { type Http, type HttpApp, inTenant } from '../../platform/http/index.ts';
import { listRateCards } from '../campaigns/index.ts';
import { costBody } from '../templates/index.ts';
import { namesOf } from './names.ts';
import { readReport } from './report.ts';
import { isNamed, tables, tableText } from './tables.ts';

const volume = z
  .object({
    received: z.int(),
    sent: z.int().describe('Handed over to WhatsApp.'),
    delivered: z.int(),
    read: z.int(),
    failed: z.int(),
    unconfirmed: z.int(),
    opened: z.int().describe('Conversations that began or were opened again.'),
    closed: z.int(),
  })
  .meta({ id: 'AnalyticsVolume' });
const wait = z
  .object({
    n: z.int(),
    median: z.int().nullable().describe('Seconds.'),
    p90: z.int().nullable().describe('Seconds; nine of ten waited no longer.'),
  })
  .meta({ id: 'AnalyticsWait' });
const waits = z
  .object({
    first: wait.describe('For the first answer by a person.'),
    answer: wait.describe('For any answer by a person.'),
    resolution: wait.describe('From the first word to the closing.'),
  })
  .meta({ id: 'AnalyticsWaits' });
const figures = { volume, waits };
const byId = z.array(z.object({ id: z.uuid(), ...figures }));

const report = z
  .object({
    total: z.object(figures),
    days: z.array(z.object({ date: z.iso.date(), ...figures })),
    hours: z
      .array(z.object({ weekday: z.int(), hour: z.int(), received: z.int(), sent: z.int() }))
      .describe('Monday is 1. Hours in which nothing was said are left out.'),
    numbers: byId,
    members: byId.describe('By who wrote or closed; null members are left out.'),
    labels: byId.describe('What has two labels counts under each.'),
    sources: z.array(z.object({ source: z.string(), n: z.int() })).describe('Who wrote what was sent.'),
    failures: z.array(z.object({ code: z.string(), n: z.int() })),
    pricing: z
      .array(z.object({ category: z.string(), type: z.string(), n: z.int() }))
      .describe("Messages by WhatsApp's pricing objects; of them `regular` is what WhatsApp charges for."),
    costs: z
      .array(costBody)
      .describe('By the rate cards that the operator loaded, one for each currency. Empty: there is none.'),
  })
  .meta({ id: 'AnalyticsReport' });

const query = z.strictObject({
  from: z.iso.date().describe('First day, counted whole in the zone.'),
  to: z.iso.date().describe('Last day.'),
  timeZone: z.string().max(64).default('UTC'),
  numberId: z.uuid().optional(),
  memberId: z.uuid().optional(),
  labelId: z.uuid().optional(),
  hours: z
    .enum(['all', 'business'])
    .default('all')
    .describe('business: waits count the business hours only that held then, where there were any.'),
});

const requestOf = (asked: z.infer<typeof query>) => ({
  from: asked.from,
  to: asked.to,
  zone: asked.timeZone,
  numberId: asked.numberId ?? null,
  memberId: asked.memberId ?? null,
  labelId: asked.labelId ?? null,
  openOnly: asked.hours === 'business',
});

/** /v1/analytics: what was said and done, counted. */
export function analyticsRoutes({
  db,
  gate,
}: {
  db: Database;
  gate: Http['gate'];
}): (app: HttpApp) => Promise<void> {
  const cards = () => db.withSystem('what messages cost', listRateCards);
  return async (app) => {
    app.get(
      '/v1/analytics',
      {
        onRequest: gate('analytics:read'),
        schema: {
          tags: ['analytics'],
          description:
            'Volume, waits, failures and pricing between two days. Statuses that come late count within a day.',
          querystring: query,
          response: { 200: report },
        },
      },
      async (request) => {
        const now = await cards();
        return inTenant(db, request, (tx) => readReport(tx, requestOf(request.query), now));
      },
    );

    app.get(
      '/v1/analytics/export',
      {
        onRequest: gate('analytics:read'),
        schema: {
          tags: ['analytics'],
          description: 'One table of the report as CSV (UTF-8 with BOM).',
          querystring: z.strictObject({ ...query.shape, table: z.enum(tables) }),
        },
      },
      async (request, reply) => {
        const { table, ...asked } = request.query;
        const now = await cards();
        const text = await inTenant(db, request, async (tx) => {
          const names = isNamed(table) ? await namesOf(tx, table) : new Map<string, string>();
          return tableText(await readReport(tx, requestOf(asked), now), table, names);
        });
        reply.headers({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="${table}-${asked.from}-${asked.to}.csv"`,
        });
        return reply.send(text);
      },
    );
  };
}
