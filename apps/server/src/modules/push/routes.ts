import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import {
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  type Person,
} from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { pushKeys } from './keys.ts';
import { deleteSubscription, insertSubscription, type SubscriptionRow, selectOwn } from './queries.ts';

const subscriptionBody = z
  .object({
    id: z.uuid(),
    service: z.string().describe('Host of the push service.'),
    createdAt: z.string(),
  })
  .meta({ id: 'PushSubscription' });

const present = (row: SubscriptionRow): z.infer<typeof subscriptionBody> => ({
  id: row.id,
  service: new URL(row.endpoint).host,
  createdAt: row.createdAt.toISOString(),
});

/** A key has no browser, and no session that could end. */
function browserOf(request: Pick<FastifyRequest, 'person'>): Person {
  if (!request.person) throw errors.personNeeded('have a browser told');
  return request.person;
}

const bytes = (length: number) =>
  z
    .string()
    .refine((text) => Buffer.from(text, 'base64url').length === length, `${length} bytes as base64url.`);

/** /v1/push: browsers that want to be told while nobody looks. For people; a key has no browser. */
export function pushRoutes(deps: {
  db: Database;
  gate: Http['gate'];
  ring: KeyRing;
}): (app: HttpApp) => Promise<void> {
  const { db, gate, ring } = deps;
  return async (app) => {
    app.get(
      '/v1/push/key',
      {
        onRequest: gate('conversations:read'),
        schema: {
          tags: ['push'],
          description: 'What a browser subscribes with (VAPID).',
          response: { 200: z.object({ publicKey: z.string() }) },
        },
      },
      async () => ({ publicKey: (await pushKeys(db, ring)).publicKey }),
    );

    app.get(
      '/v1/push/subscriptions',
      {
        onRequest: gate('conversations:read'),
        schema: {
          tags: ['push'],
          description: 'Your browsers that are told, in this workspace.',
          response: { 200: listOf(subscriptionBody) },
        },
      },
      async (request) => {
        const rows = await inTenant(db, request, (tx) => selectOwn(tx, browserOf(request).userId));
        return { data: rows.map(present), nextCursor: null };
      },
    );

    app.post(
      '/v1/push/subscriptions',
      {
        onRequest: gate('conversations:read'),
        schema: {
          tags: ['push'],
          description:
            "What the browser's `PushSubscription.toJSON()` gives. Ends with the session that asked.",
          body: z.strictObject({
            endpoint: z.url({ protocol: /^https?$/ }).max(1024),
            expirationTime: z.number().nullish(),
            keys: z.strictObject({
              p256dh: bytes(65).describe("The browser's public key."),
              auth: bytes(16),
            }),
          }),
          response: { 201: subscriptionBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { userId, sessionId } = browserOf(request);
        const { endpoint, keys } = request.body;
        const row = await insertSubscription(tx, { id: newId(), userId, sessionId, endpoint, ...keys });
        await emit(tx, [
          {
            workspaceId: tx.workspaceId,
            name: 'push.subscribed',
            data: { subscriptionId: row.id },
            audit: {
              target: { kind: 'push_subscription', id: row.id },
              after: { service: present(row).service },
            },
          },
        ]);
        return { status: 201, body: present(row) };
      }),
    );

    app.delete(
      '/v1/push/subscriptions/:id',
      {
        onRequest: gate('conversations:read'),
        schema: { tags: ['push'], params: z.strictObject({ id: z.uuid() }), response: { 204: z.null() } },
      },
      async (request, reply) => {
        const { id } = request.params;
        await inTenant(db, request, async (tx) => {
          if (!(await deleteSubscription(tx, id, browserOf(request).userId))) {
            throw errors.notFound('push subscription', { id });
          }
          await emit(tx, [
            {
              workspaceId: tx.workspaceId,
              name: 'push.unsubscribed',
              data: { subscriptionId: id },
              audit: { target: { kind: 'push_subscription', id } },
            },
          ]);
        });
        return reply.status(204).send(null);
      },
    );
  };
}
