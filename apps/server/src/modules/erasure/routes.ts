import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import {
  byTime,
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { requestErasure } from './erase.ts';
import { type ErasureRow, selectErasure, selectErasures } from './queries.ts';

const oneId = z.strictObject({ id: z.uuid() });
const confirmed = z.strictObject({
  confirm: z.string().max(100).describe('`erase <id of the contact>`: this cannot be undone.'),
});
const erasureBody = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    state: z.enum(['waiting', 'done']),
    report: z.record(z.string(), z.unknown()).nullable().describe('How much went, and what stays and why.'),
    requestedAt: z.string(),
    finishedAt: z.string().nullable(),
  })
  .meta({ id: 'ContactErasure' });

const present = (row: ErasureRow): z.infer<typeof erasureBody> => ({
  id: row.id,
  contactId: row.contactId,
  state: row.state,
  report: row.report,
  requestedAt: row.requestedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});

/** POST /v1/contacts/:id/erase and /v1/erasures */
export function erasureRoutes({
  db,
  gate,
}: {
  db: Database;
  gate: Http['gate'];
}): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.post(
      '/v1/contacts/:id/erase',
      {
        onRequest: gate('contacts:erase'),
        schema: {
          tags: ['contacts'],
          description:
            'Takes a person out of everything: rows, messages, files, bodies of webhooks, events, audit. A job does it; /v1/erasures/{id} has its report.',
          params: oneId,
          body: confirmed,
          response: { 202: erasureBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneId>;
        const { confirm } = request.body as z.infer<typeof confirmed>;
        return { status: 202, body: present(await requestErasure(tx, id, confirm)) };
      }),
    );

    app.get(
      '/v1/erasures',
      {
        onRequest: gate('contacts:erase'),
        schema: {
          tags: ['contacts'],
          querystring: listQuery,
          response: { 200: listOf(erasureBody) },
        },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) => selectErasures(tx, sliceOf(request.query, byTime)));
        return page(rows, limit, (row) => [row.requestedAt.toISOString(), row.id], present);
      },
    );

    app.get(
      '/v1/erasures/:id',
      {
        onRequest: gate('contacts:erase'),
        schema: { tags: ['contacts'], params: oneId, response: { 200: erasureBody } },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const row = await selectErasure(tx, tx.workspaceId, request.params.id);
          if (!row) throw errors.notFound('erasure', { id: request.params.id });
          return present(row);
        }),
    );
  };
}
