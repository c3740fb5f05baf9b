import { z } from 'zod';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import {
  type Http,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  principalOf,
  readCursor,
} from '../../platform/http/index.ts';
import { routesByNumberId } from '../numbers/index.ts';
import { getConversation } from './index.ts';
import { conversationBody, presentConversation } from './present.ts';
import type { ConversationRow } from './queries.ts';
import { selectConversationList, setRead } from './queries-read.ts';

export interface ConversationRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

const place = z.tuple([z.iso.datetime(), z.uuid()]);
const oneConversation = z.strictObject({ id: z.uuid() });

/** Throws `not_found` for a conversation of another workspace, or of a number this key may not use. */
async function find(tx: TenantTx, id: string, numberIds: readonly string[] | null): Promise<ConversationRow> {
  const row = await getConversation(tx, tx.workspaceId, id);
  if (!row || (numberIds !== null && !numberIds.includes(row.numberId))) {
    throw errors.notFound('conversation', { id });
  }
  return row;
}

async function presentOne(tx: TenantTx, row: ConversationRow): Promise<z.infer<typeof conversationBody>> {
  const routes = await routesByNumberId(tx, [row]);
  return presentConversation(row, routes.get(row.numberId)?.hasWindow ?? true, tx.now());
}

/** /v1/conversations */
export function conversationRoutes(deps: ConversationRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/conversations',
      {
        onRequest: gate('conversations:read'),
        schema: {
          tags: ['conversations'],
          querystring: listQuery.extend({
            numberId: z.uuid().optional(),
            contactId: z.uuid().optional(),
            status: z.enum(['open', 'snoozed', 'closed']).optional(),
            unread: z.enum(['true', 'false']).optional().describe('true: only those with something unread.'),
          }),
          response: { 200: listOf(conversationBody) },
        },
      },
      async (request) => {
        const { limit, cursor, numberId, contactId, status, unread } = request.query;
        const allowed = principalOf(request).numberIds;
        const numberIds =
          numberId === undefined ? allowed : allowed === null || allowed.includes(numberId) ? [numberId] : [];
        return inTenant(db, request, async (tx) => {
          const rows = await selectConversationList(
            tx,
            { numberIds, contactId: contactId ?? null, status: status ?? null, unread: unread === 'true' },
            limit + 1,
            readCursor(cursor, place),
          );
          const routes = await routesByNumberId(tx, rows);
          return page(
            rows,
            limit,
            (row) => [row.lastMessageAt!.toISOString(), row.id],
            (row) => presentConversation(row, routes.get(row.numberId)?.hasWindow ?? true, tx.now()),
          );
        });
      },
    );

    app.get(
      '/v1/conversations/:id',
      {
        onRequest: gate('conversations:read'),
        schema: { tags: ['conversations'], params: oneConversation, response: { 200: conversationBody } },
      },
      (request) =>
        inTenant(db, request, async (tx) =>
          presentOne(tx, await find(tx, request.params.id, principalOf(request).numberIds)),
        ),
    );

    app.post(
      '/v1/conversations/:id/read',
      {
        onRequest: gate('conversations:write'),
        schema: {
          tags: ['conversations'],
          description: 'Nothing is unread any more. The person is not told; mark a message as read for that.',
          params: oneConversation,
          body: z.strictObject({}).nullish(),
          response: { 200: conversationBody },
        },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneConversation>;
        const before = await find(tx, id, principalOf(request).numberIds);
        if (await setRead(tx, id)) {
          await emit(tx, [
            {
              workspaceId: tx.workspaceId,
              name: 'conversation.read',
              data: { conversationId: id, numberId: before.numberId, contactId: before.contactId },
            },
          ]);
        }
        return { status: 200, body: await presentOne(tx, { ...before, unreadCount: 0 }) };
      }),
    );
  };
}
