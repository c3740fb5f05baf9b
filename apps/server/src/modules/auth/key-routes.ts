import { scopes } from '@chaski/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import {
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  principalOf,
  type Secrecy,
  sliceOf,
} from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { type KeyRing, seal, unseal } from '../../platform/seal.ts';
import {
  type ApiKeyRow,
  changeApiKey,
  createApiKey,
  type KeyMaker,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from './keys.ts';

export interface KeyRoutesDeps {
  db: Database;
  gate: Http['gate'];
  ring: KeyRing;
  /** Numbers are a module above this one: refuses ids that are none of the workspace's. */
  refuseUnknownNumbers(tx: TenantTx, field: string, ids: readonly string[] | null | undefined): Promise<void>;
}

const fields = {
  name: z.string().trim().min(1).max(200),
  scopes: z
    .array(z.enum(scopes as [string, ...string[]]))
    .min(1)
    .max(100),
  numberIds: z.array(z.uuid()).max(100).nullable().describe('null = every number.'),
  expiresAt: z.iso.datetime().nullable().describe('null = never.'),
};

const keyBody = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    numberIds: z.array(z.string()).nullable(),
    createdAt: z.string(),
    lastUsedAt: z.string().nullable(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
    oldTextUntil: z
      .string()
      .nullable()
      .describe('After a rotation: until when the text before is taken too.'),
  })
  .meta({ id: 'ApiKey' });

const present = (row: ApiKeyRow): z.infer<typeof keyBody> => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  numberIds: row.numberIds,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
  oldTextUntil: row.oldTextUntil?.toISOString() ?? null,
});

const shownOnce = 'Shown here and never again: `Authorization: Bearer ck_…`.';
const oneKey = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'Use the id of a key: what stands between the two _ of its text.'),
});
const place = z.tuple([z.iso.datetime(), z.string().max(100)]).transform(([at, id]) => ({ at, id }));

/** Who makes a key gives at most what they hold; people are leads of the whole workspace. */
function makerOf(request: Pick<FastifyRequest, 'principal'>): KeyMaker | null {
  const { actor, scopes: held, numberIds } = principalOf(request);
  return actor.kind === 'key' ? { scopes: held, numberIds } : null;
}

/** An answer with a key's text is kept for its repetition only sealed: the text itself is stored nowhere. */
function sealedText(ring: KeyRing): Secrecy {
  const placeOf = (rowId: string) => ({
    workspaceId: null,
    table: 'idempotency_keys',
    column: 'answer',
    rowId,
  });
  return {
    hide: (body) => {
      const { key, ...rest } = body as { key: string };
      const id = newId();
      return { ...rest, sealed: { id, text: seal(ring, placeOf(id), key) } };
    },
    show: (kept) => {
      const { sealed, ...rest } = kept as { sealed: { id: string; text: string } };
      return { ...rest, key: unseal(ring, placeOf(sealed.id), sealed.text) };
    },
  };
}

/** /v1/api-keys: how programs get in. */
export function keyRoutes(deps: KeyRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate, refuseUnknownNumbers } = deps;
  const secrecy = sealedText(deps.ring);
  return async (app) => {
    app.get(
      '/v1/api-keys',
      {
        onRequest: gate('keys:read'),
        schema: { tags: ['api keys'], querystring: listQuery, response: { 200: listOf(keyBody) } },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, (tx) => listApiKeys(tx, sliceOf(request.query, place)));
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], present);
      },
    );

    app.post(
      '/v1/api-keys',
      {
        onRequest: gate('keys:write'),
        schema: {
          tags: ['api keys'],
          body: z.strictObject({
            name: fields.name,
            scopes: fields.scopes.optional().describe('Left out: everything.'),
            numberIds: fields.numberIds.optional(),
            expiresAt: fields.expiresAt.optional(),
          }),
          response: { 201: z.object({ id: z.string(), key: z.string().describe(shownOnce) }) },
        },
      },
      idempotent(
        db,
        async (tx, request) => {
          const { expiresAt, ...rest } = request.body;
          const command = { ...rest, expiresAt: expiresAt ? new Date(expiresAt) : null };
          await refuseUnknownNumbers(tx, 'numberIds', command.numberIds);
          return { status: 201, body: await createApiKey(tx, command, makerOf(request)) };
        },
        undefined,
        undefined,
        secrecy,
      ),
    );

    app.patch(
      '/v1/api-keys/:id',
      {
        onRequest: gate('keys:write'),
        schema: {
          tags: ['api keys'],
          params: oneKey,
          body: z.strictObject(fields).partial(),
          response: { 200: keyBody },
        },
      },
      async (request) => {
        const { expiresAt, ...rest } = request.body;
        const change = {
          ...rest,
          ...(expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
        };
        return present(
          await inTenant(db, request, async (tx) => {
            await refuseUnknownNumbers(tx, 'numberIds', change.numberIds);
            return changeApiKey(tx, request.params.id, change, makerOf(request));
          }),
        );
      },
    );

    app.post(
      '/v1/api-keys/:id/rotate',
      {
        onRequest: gate('keys:write'),
        schema: {
          tags: ['api keys'],
          description: 'A new text for the same key. The one so far goes on for the grace time.',
          params: oneKey,
          body: z
            .strictObject({
              graceSeconds: z
                .number()
                .int()
                .min(0)
                .max(2_592_000)
                .default(86_400)
                .describe('At most 30 days.'),
            })
            .nullish(),
          response: {
            200: z.object({
              id: z.string(),
              key: z.string().describe(shownOnce),
              oldTextUntil: z.string(),
            }),
          },
        },
      },
      idempotent(
        db,
        async (tx, request) => {
          const grace = (request.body?.graceSeconds ?? 86_400) * 1_000;
          const made = await rotateApiKey(tx, request.params.id, grace, makerOf(request));
          return { status: 200, body: { ...made, oldTextUntil: made.oldTextUntil.toISOString() } };
        },
        undefined,
        undefined,
        secrecy,
      ),
    );

    app.delete(
      '/v1/api-keys/:id',
      {
        onRequest: gate('keys:write'),
        schema: {
          tags: ['api keys'],
          description: 'Refused everywhere within a second, open sockets too.',
          params: oneKey,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await inTenant(db, request, (tx) => revokeApiKey(tx, request.params.id));
        return reply.status(204).send(null);
      },
    );
  };
}
