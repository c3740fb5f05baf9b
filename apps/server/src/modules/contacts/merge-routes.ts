import { z } from 'zod';
import {
  byTime,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { seenContact } from './change.ts';
import { mergeContacts, undoMerge } from './merge.ts';
import { type MergeRow, selectMerges } from './queries-merge.ts';
import { type ContactRoutesDeps, oneContact } from './routes.ts';

const oneMerge = z.strictObject({ id: z.uuid(), mergeId: z.uuid() });
const other = z.strictObject({ contactId: z.uuid().describe('The one that is merged into this one.') });
const mergeBody = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    mergedId: z.uuid(),
    at: z.string(),
    undoneAt: z.string().nullable(),
  })
  .meta({ id: 'ContactMerge' });

const present = (row: MergeRow): z.infer<typeof mergeBody> => ({
  id: row.id,
  contactId: row.keptId,
  mergedId: row.mergedId,
  at: row.at.toISOString(),
  undoneAt: row.undoneAt?.toISOString() ?? null,
});

/** /v1/contacts/:id/merges */
export function mergeRoutes(deps: ContactRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/contacts/:id/merges',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['contacts'],
          params: oneContact,
          querystring: listQuery,
          response: { 200: listOf(mergeBody) },
        },
      },
      async (request) => {
        const rows = await inTenant(db, request, async (tx) => {
          await seenContact(tx, request.params.id);
          return selectMerges(tx, request.params.id, sliceOf(request.query, byTime));
        });
        return page(rows, request.query.limit, (row) => [row.at.toISOString(), row.id], present);
      },
    );

    app.post(
      '/v1/contacts/:id/merges',
      {
        onRequest: gate('contacts:write'),
        schema: {
          tags: ['contacts'],
          description: 'Takes another contact in. Its threads follow within moments.',
          params: oneContact,
          body: other,
          response: { 201: mergeBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneContact>;
        const { contactId } = request.body as z.infer<typeof other>;
        return { status: 201, body: present(await mergeContacts(tx, id, contactId)) };
      }),
    );

    app.post(
      '/v1/contacts/:id/merges/:mergeId/undo',
      {
        onRequest: gate('contacts:write'),
        schema: {
          tags: ['contacts'],
          params: oneMerge,
          body: z.strictObject({}).nullish(),
          response: { 200: mergeBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id, mergeId } = request.params as z.infer<typeof oneMerge>;
        return { status: 200, body: present(await undoMerge(tx, id, mergeId)) };
      }),
    );
  };
}
