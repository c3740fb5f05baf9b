import { segmentFilter, segmentTree } from '@chaski/contracts';
import { z } from 'zod';
import {
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { contactBody } from './present.ts';
import { type SegmentRow, selectSegments } from './queries-segment.ts';
import { type ContactRoutesDeps, contactPage } from './routes.ts';
import { countSegment } from './segment.ts';
import {
  checkFilter,
  createSegment,
  deleteSegment,
  getSegment,
  labelSegment,
  updateSegment,
} from './segment-change.ts';

const byName = z.tuple([z.string(), z.uuid()]);
const oneSegment = z.strictObject({ id: z.uuid() });
const name = z.string().trim().min(1).max(100);
const newSegment = z.strictObject({ name, filter: segmentFilter });
const counting = z.strictObject({ filter: segmentFilter });
const labelling = z.strictObject({
  labelIds: z.array(z.uuid()).min(1).max(20),
  action: z.enum(['label', 'unlabel']).default('label'),
});

const segmentBody = z
  .object({
    id: z.uuid(),
    name: z.string(),
    filter: segmentTree,
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Segment' });

const present = (row: SegmentRow): z.infer<typeof segmentBody> => ({
  id: row.id,
  name: row.name,
  filter: row.filter,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** /v1/segments: filters with a name. */
export function segmentRoutes(deps: ContactRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/segments',
      {
        onRequest: gate('contacts:read'),
        schema: { tags: ['segments'], querystring: listQuery, response: { 200: listOf(segmentBody) } },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) => selectSegments(tx, sliceOf(request.query, byName)));
        return page(rows, limit, (row) => [row.name.toLowerCase(), row.id], present);
      },
    );

    app.post(
      '/v1/segments',
      {
        onRequest: gate('contacts:import'),
        schema: { tags: ['segments'], body: newSegment, response: { 201: segmentBody } },
      },
      idempotent(db, async (tx, request) => ({
        status: 201,
        body: present(await createSegment(tx, request.body as z.infer<typeof newSegment>)),
      })),
    );

    app.post(
      '/v1/segments/count',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['segments'],
          description: 'How many contacts a filter has now; nothing is kept.',
          body: counting,
          response: { 200: z.object({ count: z.number().int() }) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => ({
          count: await countSegment(tx, await checkFilter(tx, request.body.filter, 'body.filter')),
        })),
    );

    app.get(
      '/v1/segments/:id',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['segments'],
          description: 'With how many contacts it has now.',
          params: oneSegment,
          response: { 200: segmentBody.extend({ count: z.number().int() }) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const row = await getSegment(tx, request.params.id);
          return { ...present(row), count: await countSegment(tx, row.filter) };
        }),
    );

    app.patch(
      '/v1/segments/:id',
      {
        onRequest: gate('contacts:import'),
        schema: {
          tags: ['segments'],
          params: oneSegment,
          body: z.strictObject({ name: name.optional(), filter: segmentFilter.optional() }),
          response: { 200: segmentBody },
        },
      },
      async (request) =>
        present(await inTenant(db, request, (tx) => updateSegment(tx, request.params.id, request.body))),
    );

    app.delete(
      '/v1/segments/:id',
      {
        onRequest: gate('contacts:import'),
        schema: { tags: ['segments'], params: oneSegment, response: { 204: z.null() } },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => deleteSegment(tx, request.params.id));
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/v1/segments/:id/contacts',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['segments'],
          description: 'Its contacts now, newest first.',
          params: oneSegment,
          querystring: listQuery,
          response: { 200: listOf(contactBody) },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { filter } = await getSegment(tx, request.params.id);
          return contactPage(tx, filter, request.query);
        }),
    );

    app.post(
      '/v1/segments/:id/labels',
      {
        onRequest: gate('contacts:import'),
        schema: {
          tags: ['segments'],
          description: 'Hangs labels on everybody in it (up to 100,000), or takes them off.',
          params: oneSegment,
          body: labelling,
          response: { 200: z.object({ changed: z.number().int() }) },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneSegment>;
        const { labelIds, action } = request.body as z.infer<typeof labelling>;
        return { status: 200, body: { changed: await labelSegment(tx, id, labelIds, action === 'label') } };
      }),
    );
  };
}
