import { z } from 'zod';
import { type HttpApp, idempotent, inTenant, listOf } from '../../platform/http/index.ts';
import { memberOf } from './participants.ts';
import type { ConversationRoutesDeps } from './paths.ts';
import { orders, views } from './queries-read.ts';
import { type SavedFilterRow, selectSavedFilters } from './queries-saved-filters.ts';
import { deleteSavedFilter, saveFilter } from './saved-filters.ts';

// No words that were searched for: they name people, and erasing a person would have to read every filter.
const search = z
  .strictObject({
    view: z.enum(views),
    order: z.enum(orders),
    number: z.uuid(),
    team: z.uuid(),
    label: z.uuid(),
    segment: z.uuid(),
    assignee: z.union([z.uuid(), z.enum(['me', 'none'])]),
    unread: z.boolean(),
    waiting: z.boolean(),
  })
  .partial()
  .describe('As the address of the inbox says it.');

const filterBody = z
  .object({ id: z.string(), name: z.string(), search, createdAt: z.string() })
  .meta({ id: 'SavedFilter' });

const present = (row: SavedFilterRow): z.infer<typeof filterBody> => ({
  ...row,
  search: search.catch({}).parse(row.search),
  createdAt: row.createdAt.toISOString(),
});

/** /v1/saved-filters: lists of conversations that a member made for themselves. */
export function savedFilterRoutes(app: HttpApp, { db, gate }: ConversationRoutesDeps): void {
  app.get(
    '/v1/saved-filters',
    {
      onRequest: gate('conversations:read'),
      schema: {
        tags: ['conversations'],
        description: 'The asking member’s own, by name. An API key has none.',
        response: { 200: listOf(filterBody) },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const userId = memberOf(tx);
        const rows = userId === null ? [] : await selectSavedFilters(tx, userId);
        return { data: rows.map(present), nextCursor: null };
      }),
  );

  const newFilter = z.strictObject({ name: z.string().trim().min(1).max(40), search });
  app.post(
    '/v1/saved-filters',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['conversations'],
        description: 'For the asking member. One of the same name is replaced.',
        body: newFilter,
        response: { 201: filterBody },
      },
    },
    idempotent(db, async (tx, request) => ({
      status: 201,
      body: present(await saveFilter(tx, request.body as z.infer<typeof newFilter>)),
    })),
  );

  app.delete(
    '/v1/saved-filters/:id',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['conversations'],
        params: z.strictObject({ id: z.uuid() }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await inTenant(db, request, (tx) => deleteSavedFilter(tx, request.params.id));
      return reply.status(204).send(null);
    },
  );
}
