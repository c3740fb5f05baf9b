import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import {
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { getNumber } from '../numbers/index.ts';
import { requestSync } from './follow.ts';
import { presentVersion, templateBody, templatePresenter, versionBody } from './present.ts';
import { toldOf } from './queries-days.ts';
import { getTemplate, listTemplates, listVersions } from './read.ts';
import { statisticsBody, type TemplateReports, useBody } from './reports.ts';
import { templateWriteRoutes } from './routes-write.ts';
import type { TemplateRow } from './rows.ts';

export interface TemplateRoutesDeps {
  db: Database;
  gate: Http['gate'];
  reports: TemplateReports;
}

const oneTemplate = z.strictObject({ id: z.uuid() });
const byName = z.tuple([z.string(), z.string(), z.uuid()]);
const byNumber = z.tuple([z.int()]).transform(([n]) => n);
const byId = z.tuple([z.uuid()]).transform(([id]) => ({ id }));
const dayMs = 86_400_000;

const filters = listQuery.extend({
  // A picker shows them all: an account has tens, seldom hundreds.
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
  cursor: z.string().max(2_000).optional(),
  numberId: z.uuid().optional().describe('Those that can be sent from this number.'),
  accountId: z.uuid().optional(),
  status: z.string().max(40).optional().describe('Without it: all but deleted ones.'),
  language: z.string().max(20).optional(),
  category: z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION', 'UNKNOWN']).optional(),
  q: z.string().max(200).optional().describe('Part of the name or the text.'),
});

async function accountOf(
  tx: TenantTx,
  query: { numberId?: string | undefined; accountId?: string | undefined },
): Promise<string | null> {
  if (query.numberId === undefined) return query.accountId ?? null;
  return (await getNumber(tx, query.numberId)).accountId;
}

/** /v1/templates */
export function templateRoutes(deps: TemplateRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, reports } = deps;
  return async (app) => {
    app.get(
      '/v1/templates',
      {
        onRequest: gate('templates:read'),
        schema: {
          tags: ['templates'],
          summary: 'List templates by name and language',
          querystring: filters,
          response: { 200: listOf(templateBody) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { limit, numberId, accountId, ...filter } = request.query;
          const rows = await listTemplates(
            tx,
            { ...filter, accountId: await accountOf(tx, { numberId, accountId }) },
            sliceOf(request.query, byName),
          );
          const present = await templatePresenter(tx, rows);
          return page(rows, limit, (row: TemplateRow) => [row.name, row.language, row.id], present);
        }),
    );

    app.get(
      '/v1/templates/:id',
      {
        onRequest: gate('templates:read'),
        schema: { tags: ['templates'], params: oneTemplate, response: { 200: templateBody } },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const row = await getTemplate(tx, request.params.id);
          return (await templatePresenter(tx, [row]))(row);
        }),
    );

    app.get(
      '/v1/templates/:id/versions',
      {
        onRequest: gate('templates:read'),
        schema: {
          tags: ['templates'],
          summary: 'What the template said, newest first',
          params: oneTemplate,
          querystring: listQuery,
          response: { 200: listOf(versionBody) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { limit } = request.query;
          const { id } = await getTemplate(tx, request.params.id);
          const rows = await listVersions(tx, id, sliceOf(request.query, byNumber));
          return page(rows, limit, (row) => [row.n], presentVersion);
        }),
    );

    app.get(
      '/v1/templates/:id/uses',
      {
        onRequest: gate('templates:read'),
        schema: {
          tags: ['templates'],
          summary: 'Campaigns that send it',
          params: oneTemplate,
          querystring: listQuery,
          response: { 200: listOf(useBody) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const row = await getTemplate(tx, request.params.id);
          const uses = await reports.uses(tx, row, sliceOf(request.query, byId));
          return page(
            uses,
            request.query.limit,
            ({ id }) => [id],
            (use) => use,
          );
        }),
    );

    app.get(
      '/v1/templates/:id/statistics',
      {
        onRequest: gate('templates:read'),
        schema: {
          tags: ['templates'],
          summary: 'What became of its sends, and what they are billed as',
          params: oneTemplate,
          querystring: z.strictObject({
            from: z.iso.datetime().optional().describe('Without it: 30 days before `to`.'),
            to: z.iso.datetime().optional().describe('Without it: now.'),
          }),
          response: { 200: statisticsBody.extend({ from: z.string(), to: z.string() }) },
        },
      },
      async (request) => {
        const costsOf = await reports.prices();
        return inTenant(db, request, async (tx) => {
          const row = await getTemplate(tx, request.params.id);
          const to = request.query.to === undefined ? tx.now() : new Date(request.query.to);
          const from =
            request.query.from === undefined
              ? new Date(to.getTime() - 30 * dayMs)
              : new Date(request.query.from);
          const { priced, ...counted } = await reports.statistics(tx, row, { from, to });
          const told = await toldOf(tx, row.id, { from, to });
          return {
            ...counted,
            told: told && { ...told, toldAt: told.toldAt.toISOString() },
            costs: costsOf(priced),
            from: from.toISOString(),
            to: to.toISOString(),
          };
        });
      },
    );

    app.post(
      '/v1/templates/sync',
      {
        onRequest: gate('templates:write'),
        schema: {
          tags: ['templates'],
          description:
            'Asks WhatsApp for the lists anew. Answers at once; `templates.synced` tells when it is done.',
          body: z.strictObject({}).nullish(),
          response: { 202: z.object({ accounts: z.number().int() }) },
        },
      },
      idempotent(db, async (tx) => {
        const accounts = await requestSync(tx, tx.workspaceId);
        await emit(tx, [
          {
            workspaceId: tx.workspaceId,
            name: 'templates.sync_requested',
            data: { accounts },
            audit: { target: { kind: 'templates', id: null }, after: { accounts } },
          },
        ]);
        return { status: 202, body: { accounts } };
      }),
    );

    await app.register(templateWriteRoutes(deps));
  };
}
