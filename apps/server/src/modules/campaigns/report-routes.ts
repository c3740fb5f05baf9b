import { Readable } from 'node:stream';
import { offerEnds, recipientStates } from '@chaski/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { csvLine } from '../../platform/csv.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { type HttpApp, inTenant, listOf, listQuery, page, sliceOf } from '../../platform/http/index.ts';
import { visibleContacts } from '../contacts/index.ts';
import { getConversation } from '../conversations/index.ts';
import { limitsFor } from '../workspaces/index.ts';
import { getCampaign, refuseLimited } from './create.ts';
import { limitUsed, preflight } from './preflight.ts';
import {
  preflightBody,
  presentPreflight,
  presentRateCard,
  presentRecipient,
  presentReport,
  rateCardBody,
  recipientBody,
  reportBody,
} from './present.ts';
import { selectByIds } from './queries.ts';
import { selectOfContact } from './queries-outcomes.ts';
import type { RecipientFilter, RecipientRow } from './queries-report.ts';
import { rateCardById, rateCardOf } from './rates.ts';
import { recipientsOf, reportOf } from './report.ts';
import type { CampaignRoutesDeps } from './routes.ts';

const tags = ['campaigns'];
const byLine = z.tuple([z.number().int()]).transform(([n]) => n);
const one = z.strictObject({ id: z.uuid() });
const filters = {
  state: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(recipientStates)).min(1))
    .optional()
    .describe('One or several, with commas.'),
  reason: z
    .string()
    .max(200)
    .optional()
    .describe('As in preflight and report; `variable_missing` finds all of its kind.'),
  did: z.enum(['replied', 'opted_out', 'converted', 'clicked']).optional(),
};
const exportPage = 2_000;

/** What a campaign will do and did: preflight, recipients, sums, export. */
export function campaignReportRoutes({
  db,
  gate,
  links,
}: CampaignRoutesDeps): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/campaigns/:id/preflight',
      {
        onRequest: gate('campaigns:read'),
        schema: {
          tags,
          description:
            'From the frozen plan: how many will get it, how many will not and why, what it costs and how long it takes. 409 campaign_not_planned before there is a plan.',
          params: one,
          response: { 200: preflightBody },
        },
      },
      async (request) => {
        const { id } = request.params;
        const workspaceId = request.principal!.workspaceId;
        const { messagesPerMonth } = await limitsFor(db, workspaceId);
        const used = await db.withSystem('how much of a limit is used', (tx) =>
          limitUsed(tx, workspaceId, id),
        );
        const found = await inTenant(db, request, (tx) =>
          preflight(tx, id, { monthly: messagesPerMonth, links: links(), used }),
        );
        const { rateCardId } = found.campaign;
        const card =
          rateCardId === null
            ? null
            : await db.withSystem('the rate card of a forecast', (tx) => rateCardById(tx, rateCardId));
        return presentPreflight(found, card);
      },
    );

    app.get(
      '/v1/campaigns/:id/recipients',
      {
        onRequest: gate('campaigns:read'),
        schema: {
          tags,
          description: 'The plan and what became of it, line by line.',
          params: one,
          querystring: listQuery.extend(filters),
          response: { 200: listOf(recipientBody) },
        },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) =>
          recipientsOf(tx, request.params.id, filterOf(request.query), sliceOf(request.query, byLine)),
        );
        return page(rows, limit, (row) => [row.n], presentRecipient);
      },
    );

    app.get(
      '/v1/campaigns/:id/report',
      {
        onRequest: gate('campaigns:read'),
        schema: {
          tags,
          description: 'In sums, as it stands now; the event campaign.progress says when to look again.',
          params: one,
          response: { 200: reportBody },
        },
      },
      async (request) => presentReport(await inTenant(db, request, (tx) => reportOf(tx, request.params.id))),
    );

    app.get(
      '/v1/campaigns/:id/export',
      {
        onRequest: gate('campaigns:write', 'contacts:export'),
        schema: {
          tags,
          description: 'The report per person as CSV, safe to open in a spreadsheet.',
          params: one,
          querystring: z.strictObject(filters),
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const filter = filterOf(request.query);
        const next = (after: number) =>
          inTenant(db, request as FastifyRequest, (tx) =>
            recipientsOf(tx, id, filter, { limit: exportPage, after }),
          );
        await inTenant(db, request, async (tx) => {
          refuseLimited(tx);
          await getCampaign(tx, id);
          // Names and numbers leave the house: the audit says who took them.
          await emit(tx, [
            {
              workspaceId: tx.workspaceId,
              name: 'campaign.exported',
              data: { campaignId: id },
              audit: { target: { kind: 'campaign', id } },
            },
          ]);
        });
        reply.headers({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="campaign-${id}.csv"`,
        });
        return reply.send(Readable.from(lines(next)));
      },
    );

    app.get(
      '/v1/conversations/:id/campaigns',
      {
        onRequest: gate('campaigns:read', 'conversations:read'),
        schema: {
          tags,
          description: 'The campaigns that reached this person, newest first: which one a reply is about.',
          params: one,
          response: {
            200: z.object({
              data: z.array(
                z.object({
                  campaignId: z.uuid(),
                  name: z.string(),
                  state: z.enum(recipientStates),
                  messageId: z.uuid(),
                  sentAt: z.iso.datetime(),
                  repliedAt: z.iso.datetime().nullable(),
                  replyMessageId: z.uuid().nullable(),
                }),
              ),
              nextCursor: z.null(),
            }),
          },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const conversation = await getConversation(tx, tx.workspaceId, request.params.id);
          if (!conversation) throw errors.notFound('conversation', { id: request.params.id });
          const [contact] =
            conversation.contactId === null ? [] : await visibleContacts(tx, [conversation.contactId]);
          const rows = contact ? await selectOfContact(tx, contact.id) : [];
          const names = new Map(
            (
              await selectByIds(
                tx,
                tx.workspaceId,
                rows.map((row) => row.campaignId),
              )
            ).map((row) => [row.id, row.name]),
          );
          return {
            data: rows.map((row) => ({
              campaignId: row.campaignId,
              name: names.get(row.campaignId) ?? '',
              state: row.state,
              messageId: row.messageId,
              sentAt: row.sentAt.toISOString(),
              repliedAt: row.repliedAt?.toISOString() ?? null,
              replyMessageId: row.replyMessageId,
            })),
            nextCursor: null,
          };
        }),
    );

    app.get(
      '/v1/rate-card',
      {
        onRequest: gate('campaigns:read'),
        schema: {
          tags,
          description: 'What messages cost today, as the operator loaded it.',
          response: { 200: z.object({ data: rateCardBody.nullable() }) },
        },
      },
      async () => {
        const card = await db.withSystem('the rate card of today', (tx) => rateCardOf(tx, tx.now()));
        return { data: card === null ? null : presentRateCard(card) };
      },
    );
  };
}

function filterOf(query: {
  state?: RecipientFilter['states'] | undefined;
  reason?: string | undefined;
  did?: RecipientFilter['did'] | undefined;
}): RecipientFilter {
  return { states: query.state ?? null, reason: query.reason ?? null, did: query.did ?? null };
}

const heads = [
  'line',
  'phone',
  'name',
  'contactId',
  'country',
  'state',
  'reason',
  'error',
  'attempt',
  'dueAt',
  'sentAt',
  'deliveredAt',
  'readAt',
  'failedAt',
  'repliedAt',
  'optedOutAt',
  'convertedAt',
  'conversion',
  'conversionValue',
  'conversionCurrency',
  'clickedAt',
  'clicks',
  'expectedMicros',
  'costMicros',
  'messageId',
  'values',
  'textHash',
];

async function* lines(next: (after: number) => Promise<RecipientRow[]>): AsyncGenerator<string> {
  yield `\ufeff${csvLine(heads)}`;
  for (let after = 0; ; ) {
    const rows: RecipientRow[] = await next(after);
    yield rows.map((row) => csvLine(cellsOf(row))).join('');
    const last = rows.at(-1);
    if (!last || rows.length < exportPage) return;
    after = last.n;
  }
}

function cellsOf(row: RecipientRow): (string | number | null)[] {
  const shown = presentRecipient(row);
  const ends = offerEnds(shown.values);
  return [
    shown.n,
    shown.address !== null && /^\d+$/.test(shown.address) ? `+${shown.address}` : shown.address,
    shown.name,
    shown.contactId,
    shown.country,
    shown.state,
    shown.reason,
    shown.error?.message ?? null,
    shown.attempt,
    shown.dueAt,
    shown.sentAt,
    shown.deliveredAt,
    shown.readAt,
    shown.failedAt,
    shown.repliedAt,
    shown.optedOutAt,
    shown.convertedAt,
    cellOf(shown.conversion?.name),
    cellOf(shown.conversion?.value),
    cellOf(shown.conversion?.currency),
    shown.clickedAt,
    shown.clicks,
    shown.expectedMicros,
    shown.costMicros,
    shown.messageId,
    // The end of an offer is frozen as milliseconds: people read the file.
    JSON.stringify(
      ends === null ? shown.values : { ...shown.values, 'offer:time': new Date(ends).toISOString() },
    ),
    shown.textHash,
  ];
}

const cellOf = (value: unknown): string | number | null =>
  typeof value === 'string' || typeof value === 'number' ? value : null;
