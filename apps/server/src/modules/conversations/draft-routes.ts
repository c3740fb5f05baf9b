import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import { type HttpApp, inTenant, listOf } from '../../platform/http/index.ts';
import { discardDraft, saveDraft } from './drafts.ts';
import { findConversation } from './find.ts';
import { type ConversationRoutesDeps, oneConversation } from './paths.ts';
import { memberNames } from './people.ts';
import { memberBody, presentMember } from './present.ts';
import { type DraftRow, selectDrafts } from './queries-drafts.ts';

const draftBody = z
  .object({
    author: memberBody,
    text: z.string(),
    replyToId: z.string().nullable().describe('The message that is quoted.'),
    mediaId: z.string().nullable(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Draft' });

async function presentAll(tx: TenantTx, rows: readonly DraftRow[]): Promise<z.infer<typeof draftBody>[]> {
  const names = await memberNames(
    tx,
    rows.map((row) => row.userId),
  );
  return rows.map((row) => ({
    author: presentMember(row.userId, names),
    text: row.text,
    replyToId: row.replyToId,
    mediaId: row.mediaId,
    updatedAt: row.updatedAt.toISOString(),
  }));
}

/** One draft of each member in a conversation, which all colleagues see. */
export function draftRoutes(app: HttpApp, { db, gate }: ConversationRoutesDeps): void {
  app.get(
    '/v1/conversations/:id/drafts',
    {
      onRequest: gate('conversations:read'),
      schema: {
        tags: ['conversations'],
        description: 'Everybody’s, newest first.',
        params: oneConversation,
        response: { 200: listOf(draftBody) },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { id } = await findConversation(tx, request.params.id);
        return { data: await presentAll(tx, await selectDrafts(tx, id, null)), nextCursor: null };
      }),
  );

  app.put(
    '/v1/conversations/:id/draft',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['conversations'],
        description: 'The asking member’s. The last one written counts.',
        params: oneConversation,
        body: z.strictObject({
          text: z.string().max(10_000),
          replyToId: z.uuid().nullable().default(null),
          mediaId: z.uuid().nullable().default(null),
        }),
        response: { 200: draftBody },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const draft = await saveDraft(tx, await findConversation(tx, request.params.id), request.body);
        return (await presentAll(tx, [draft]))[0]!;
      }),
  );

  app.delete(
    '/v1/conversations/:id/draft',
    {
      onRequest: gate('conversations:write'),
      schema: { tags: ['conversations'], params: oneConversation, response: { 204: z.null() } },
    },
    async (request, reply) => {
      await inTenant(db, request, async (tx) =>
        discardDraft(tx, await findConversation(tx, request.params.id)),
      );
      return reply.status(204).send(null);
    },
  );
}
