import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  allows,
  etagOf,
  guardUnchanged,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  principalOf,
  sliceOf,
} from '../../platform/http/index.ts';
import { findConversation } from './find.ts';
import { memberOf } from './participants.ts';
import type { ConversationRoutesDeps } from './paths.ts';
import { type QuickReplyRow, selectQuickReplies } from './queries-quick-replies.ts';
import {
  createQuickReply,
  deleteQuickReply,
  getQuickReply,
  renderQuickReply,
  takeQuickReply,
  updateQuickReply,
} from './quick-replies.ts';

const oneReply = z.strictObject({ id: z.uuid() });
const shortcut = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^\s/]+$/u, 'Use no blanks and no /.')
  .describe('What follows the / in the composer: no spaces.');
const text = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .describe(
    'May hold {{contact.name}}, {{agent.name}}, {{workspace.name}}, each with a fallback: {{contact.name|there}}.',
  );
const mediaId = z.uuid().nullable();
const newReply = z.strictObject({
  shortcut,
  text,
  mediaId: mediaId.default(null),
  scope: z
    .enum(['workspace', 'own'])
    .default('workspace')
    .describe('For all, or for the asking member alone.'),
});
const useBody = z.strictObject({ conversationId: z.uuid() });
const byShortcut = z.tuple([z.string(), z.uuid()]);

const replyBody = z
  .object({
    id: z.string(),
    scope: z.enum(['workspace', 'own']),
    shortcut: z.string(),
    text: z.string(),
    mediaId: z.string().nullable(),
    uses: z.number().int(),
    createdAt: z.string(),
    updatedAt: z.string(),
    etag: z.string().describe('For If-Match.'),
  })
  .meta({ id: 'QuickReply' });
const renderedBody = z
  .object({ text: z.string(), mediaId: z.string().nullable() })
  .meta({ id: 'RenderedQuickReply' });

function present(row: QuickReplyRow): z.infer<typeof replyBody> {
  return {
    id: row.id,
    scope: row.ownerId === null ? 'workspace' : 'own',
    shortcut: row.shortcut,
    text: row.text,
    mediaId: row.mediaId,
    uses: row.uses,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    etag: etagOf(row.updatedAt),
  };
}

/** The gate lets every agent in, for replies of their own; what all use is for leads. */
const mayShare = (request: Pick<FastifyRequest, 'principal'>): boolean =>
  allows(principalOf(request).scopes, 'team:write');

/** /v1/quick-replies */
export function quickReplyRoutes(app: HttpApp, { db, gate }: ConversationRoutesDeps): void {
  app.get(
    '/v1/quick-replies',
    {
      onRequest: gate('team:read'),
      schema: {
        tags: ['quick replies'],
        description: 'The workspace’s and the asking member’s own, by shortcut.',
        querystring: listQuery.extend({
          q: z.string().max(40).optional().describe('Beginning of the shortcut.'),
        }),
        response: { 200: listOf(replyBody) },
      },
    },
    async (request) => {
      const { limit, q } = request.query;
      const rows = await inTenant(db, request, (tx) =>
        selectQuickReplies(tx, memberOf(tx), q ?? null, sliceOf(request.query, byShortcut)),
      );
      return page(rows, limit, (row) => [row.shortcut, row.id], present);
    },
  );

  app.post(
    '/v1/quick-replies',
    {
      onRequest: gate('conversations:write'),
      schema: { tags: ['quick replies'], body: newReply, response: { 201: replyBody } },
    },
    idempotent(db, async (tx, request) => ({
      status: 201,
      body: present(await createQuickReply(tx, request.body as z.infer<typeof newReply>, mayShare(request))),
    })),
  );

  app.get(
    '/v1/quick-replies/:id',
    {
      onRequest: gate('team:read'),
      schema: { tags: ['quick replies'], params: oneReply, response: { 200: replyBody } },
    },
    async (request) => present(await inTenant(db, request, (tx) => getQuickReply(tx, request.params.id))),
  );

  app.patch(
    '/v1/quick-replies/:id',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['quick replies'],
        description: 'With `If-Match: <etag>` refused with 412 when somebody changed it meanwhile.',
        params: oneReply,
        body: z.strictObject({
          shortcut: shortcut.optional(),
          text: text.optional(),
          mediaId: mediaId.optional(),
        }),
        response: { 200: replyBody },
      },
    },
    async (request) =>
      present(
        await inTenant(db, request, (tx) =>
          updateQuickReply(tx, request.params.id, request.body, mayShare(request), (at) =>
            guardUnchanged(request, 'quick reply', at),
          ),
        ),
      ),
  );

  app.delete(
    '/v1/quick-replies/:id',
    {
      onRequest: gate('conversations:write'),
      schema: { tags: ['quick replies'], params: oneReply, response: { 204: z.null() } },
    },
    async (request, reply) => {
      await inTenant(db, request, (tx) => deleteQuickReply(tx, request.params.id, mayShare(request)));
      return reply.status(204).send(null);
    },
  );

  app.get(
    '/v1/quick-replies/:id/render',
    {
      onRequest: gate('team:read', 'conversations:read'),
      schema: {
        tags: ['quick replies'],
        description: 'The text as it would be said in this conversation by whoever asks.',
        params: oneReply,
        querystring: useBody,
        response: { 200: renderedBody },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const reply = await getQuickReply(tx, request.params.id);
        const conversation = await findConversation(tx, request.query.conversationId);
        return { text: await renderQuickReply(tx, reply, conversation), mediaId: reply.mediaId };
      }),
  );

  app.post(
    '/v1/quick-replies/:id/use',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['quick replies'],
        description: 'Renders it for this conversation and counts that it was used.',
        params: oneReply,
        body: useBody,
        response: { 200: renderedBody },
      },
    },
    idempotent(db, async (tx, request) => {
      const { id } = request.params as z.infer<typeof oneReply>;
      const reply = await getQuickReply(tx, id);
      const { conversationId } = request.body as z.infer<typeof useBody>;
      const conversation = await findConversation(tx, conversationId);
      return {
        status: 200,
        body: { text: await takeQuickReply(tx, reply, conversation), mediaId: reply.mediaId },
      };
    }),
  );
}
