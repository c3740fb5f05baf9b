import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
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
import { type SuppressionRow, selectSuppressions } from './queries-suppress.ts';
import type { ContactRoutesDeps } from './routes.ts';
import { readAddress, suppress, unsuppress } from './suppress.ts';

const oneSuppression = z.strictObject({ id: z.uuid() });
const address = z.string().trim().min(1).max(140);
const scope = z.enum(['all', 'marketing']).default('all').describe('Everything, or marketing alone.');
const proof = z.string().trim().min(1).max(500).optional().describe('Why it stands there.');
const one = z.strictObject({
  address: address.describe('A phone number with its country code, or a user id.'),
  scope,
  proof,
});
const several = z.strictObject({ addresses: z.array(address).min(1).max(10_000), scope, proof });

const suppressionBody = z
  .object({
    id: z.uuid(),
    kind: z.enum(['phone', 'bsuid']),
    value: z.string().nullable().describe('null once the person was erased: only a hash is kept then.'),
    scope: z.enum(['all', 'marketing']),
    source: z.string().describe('api, import or erasure.'),
    proof: z.string().nullable(),
    at: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'Suppression' });

const present = (row: SuppressionRow): z.infer<typeof suppressionBody> => ({
  id: row.id,
  kind: row.kind,
  value: row.value,
  scope: row.scope,
  source: row.source,
  proof: row.proof,
  at: row.at.toISOString(),
  createdAt: row.createdAt.toISOString(),
});

/** /v1/suppressions: addresses that are never written to, whoever has them. */
export function suppressRoutes(deps: ContactRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/suppressions',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['suppressions'],
          querystring: listQuery.extend({
            address: address.optional().describe('Finds one in any writing, erased ones too.'),
          }),
          response: { 200: listOf(suppressionBody) },
        },
      },
      async (request) => {
        const { limit, address: asked } = request.query;
        const read = asked === undefined ? null : readAddress(asked);
        const value = read === null ? null : 'value' in read ? read.value : '';
        const rows = await inTenant(db, request, (tx) =>
          selectSuppressions(tx, value, sliceOf(request.query, byTime)),
        );
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], present);
      },
    );

    app.post(
      '/v1/suppressions',
      {
        onRequest: gate('contacts:import'),
        schema: {
          tags: ['suppressions'],
          description: 'Again for the same address: the wider scope counts.',
          body: one,
          response: { 201: suppressionBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const body = request.body as z.infer<typeof one>;
        const { rows, problems } = await suppress(tx, {
          addresses: [body.address],
          scope: body.scope,
          proof: body.proof ?? null,
          source: 'api',
        });
        if (problems[0])
          throw errors.invalidRequest([{ path: 'body.address', message: `${problems[0].reason}.` }]);
        return { status: 201, body: present(rows[0]!) };
      }),
    );

    app.post(
      '/v1/suppressions/import',
      {
        onRequest: gate('contacts:import'),
        schema: {
          tags: ['suppressions'],
          description: 'Up to 10,000 addresses; what is none is said by its place.',
          body: several,
          response: {
            200: z.object({
              added: z.number().int(),
              known: z.number().int(),
              problems: z.array(z.object({ index: z.number().int(), reason: z.string() })),
            }),
          },
        },
      },
      idempotent(db, async (tx, request) => {
        const body = request.body as z.infer<typeof several>;
        const { rows, problems } = await suppress(tx, {
          addresses: body.addresses,
          scope: body.scope,
          proof: body.proof ?? null,
          source: 'import',
        });
        const added = rows.filter((row) => row.isNew).length;
        return { status: 200, body: { added, known: rows.length - added, problems } };
      }),
    );

    app.delete(
      '/v1/suppressions/:id',
      {
        onRequest: gate('contacts:import'),
        schema: { tags: ['suppressions'], params: oneSuppression, response: { 204: z.null() } },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => unsuppress(tx, request.params.id));
        return reply.status(204).send(null);
      },
    );
  };
}
