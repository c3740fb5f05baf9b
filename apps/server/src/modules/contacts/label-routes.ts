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
import {
  attributeTypes,
  checkChoices,
  createAttribute,
  deleteAttribute,
  listAttributes,
  updateAttribute,
} from './attributes.ts';
import { createLabel, deleteLabel, listLabels, updateLabel } from './labels.ts';
import { attributeBody, labelBody, presentAttribute, presentLabel } from './present.ts';
import type { ContactRoutesDeps } from './routes.ts';

const place = z.tuple([z.string(), z.uuid()]);
const oneLabel = z.strictObject({ id: z.uuid() });
const oneAttribute = z.strictObject({ key: z.string().max(50) });
const name = z.string().trim().min(1).max(60);
const colour = z
  .string()
  .regex(/^#[0-9a-f]{6}$/, 'Use a colour such as #1f7a4d, in small letters.')
  .describe('Such as #2f855a.');
const label = z.string().trim().min(1).max(100);
const choices = z.array(z.string().trim().min(1).max(100)).max(200);
const newLabel = z.strictObject({ name, colour: colour.default('#4a5568') });
const newAttribute = z.strictObject({
  key: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,49}$/, 'Use up to 50 small letters, digits and _, a letter first.')
    .describe('Small letters, digits and _; the heading of a column in lists.'),
  label,
  type: z.enum(attributeTypes),
  choices: choices.default([]),
});

/** /v1/labels and /v1/contact-attributes: the words a workspace has for its people. */
export function labelRoutes(deps: ContactRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/labels',
      {
        onRequest: gate('team:read'),
        schema: {
          tags: ['labels'],
          querystring: listQuery,
          response: { 200: listOf(labelBody) },
        },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) => listLabels(tx, sliceOf(request.query, place)));
        return page(rows, limit, (row) => [row.name, row.id], presentLabel);
      },
    );

    app.post(
      '/v1/labels',
      {
        onRequest: gate('team:write'),
        schema: { tags: ['labels'], body: newLabel, response: { 201: labelBody } },
      },
      idempotent(db, async (tx, request) => ({
        status: 201,
        body: presentLabel(await createLabel(tx, request.body as z.infer<typeof newLabel>)),
      })),
    );

    app.patch(
      '/v1/labels/:id',
      {
        onRequest: gate('team:write'),
        schema: {
          tags: ['labels'],
          params: oneLabel,
          body: z.strictObject({ name: name.optional(), colour: colour.optional() }),
          response: { 200: labelBody },
        },
      },
      async (request) =>
        presentLabel(await inTenant(db, request, (tx) => updateLabel(tx, request.params.id, request.body))),
    );

    app.delete(
      '/v1/labels/:id',
      {
        onRequest: gate('team:write'),
        schema: { tags: ['labels'], params: oneLabel, response: { 204: z.null() } },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => deleteLabel(tx, request.params.id));
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/v1/contact-attributes',
      {
        onRequest: gate('contacts:read'),
        schema: { tags: ['contacts'], response: { 200: listOf(attributeBody) } },
      },
      async (request) => ({
        data: (await inTenant(db, request, listAttributes)).map(presentAttribute),
        nextCursor: null,
      }),
    );

    app.post(
      '/v1/contact-attributes',
      {
        onRequest: gate('team:write'),
        schema: { tags: ['contacts'], body: newAttribute, response: { 201: attributeBody } },
      },
      idempotent(db, async (tx, request) => {
        const body = request.body as z.infer<typeof newAttribute>;
        checkChoices(body.type, body.choices);
        return { status: 201, body: presentAttribute(await createAttribute(tx, body)) };
      }),
    );

    app.patch(
      '/v1/contact-attributes/:key',
      {
        onRequest: gate('team:write'),
        schema: {
          tags: ['contacts'],
          params: oneAttribute,
          body: z.strictObject({ label: label.optional(), choices: choices.optional() }),
          response: { 200: attributeBody },
        },
      },
      async (request) =>
        presentAttribute(
          await inTenant(db, request, (tx) => updateAttribute(tx, request.params.key, request.body)),
        ),
    );

    app.delete(
      '/v1/contact-attributes/:key',
      {
        onRequest: gate('team:write'),
        schema: {
          tags: ['contacts'],
          description: 'With what contacts have of it.',
          params: oneAttribute,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => deleteAttribute(tx, request.params.key));
        return reply.status(204).send(null);
      },
    );
  };
}
