import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import {
  type Http,
  type HttpApp,
  listOf,
  listQuery,
  operatorOf,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import {
  createOperatorKey,
  listOperatorKeys,
  type OperatorKeyRow,
  revokeOperatorKey,
} from './operator-keys.ts';

const keyBody = z
  .object({
    id: z.string(),
    name: z.string(),
    createdBy: z.string().nullable().describe('The superadmin; null: the command line.'),
    createdAt: z.string(),
    lastUsedAt: z.string().nullable(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
  })
  .meta({ id: 'OperatorKey' });

const present = (row: OperatorKeyRow): z.infer<typeof keyBody> => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
});

const place = z.tuple([z.iso.datetime(), z.string().max(100)]).transform(([at, id]) => ({ at, id }));

/** /v1/operator/keys: how programs act as whoever runs the installation. People alone make and end them. */
export function operatorKeyRoutes(deps: {
  db: Database;
  gate: Http['gate'];
}): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/operator/keys',
      {
        onRequest: gate.operator(),
        schema: { tags: ['operator'], querystring: listQuery, response: { 200: listOf(keyBody) } },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await db.withSystem('operator keys', (tx) =>
          listOperatorKeys(tx, sliceOf(request.query, place)),
        );
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], present);
      },
    );

    app.post(
      '/v1/operator/keys',
      {
        onRequest: gate.operator(),
        // The text is shown once and kept by nobody.
        config: { answersOnce: true },
        schema: {
          tags: ['operator'],
          description:
            'A key for programs that register tenants, approve numbers or watch over the installation. It makes no keys, acts as nobody and reads no message.',
          body: z.strictObject({
            name: z.string().trim().min(1).max(200),
            expiresAt: z.iso.datetime().nullable().optional().describe('null = never.'),
          }),
          response: {
            201: z.object({
              id: z.string(),
              key: z.string().describe('Shown here and never again: `Authorization: Bearer co_…`.'),
            }),
          },
        },
      },
      async (request, reply) => {
        const { name, expiresAt } = request.body;
        const made = await db.withSystem('make an operator key', (tx) =>
          createOperatorKey(
            tx,
            { name, expiresAt: expiresAt ? new Date(expiresAt) : null },
            operatorOf(request),
          ),
        );
        return reply.status(201).send(made);
      },
    );

    app.delete(
      '/v1/operator/keys/:id',
      {
        onRequest: gate.operator(),
        schema: {
          tags: ['operator'],
          params: z.strictObject({
            id: z
              .string()
              .regex(/^[a-z2-7]{1,32}$/, 'Use the id of a key: what stands between the two _ of its text.'),
          }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await db.withSystem('end an operator key', (tx) =>
          revokeOperatorKey(tx, request.params.id, operatorOf(request)),
        );
        return reply.status(204).send(null);
      },
    );
  };
}
