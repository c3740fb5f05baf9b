import { z } from 'zod';
import type { TenantTx } from '../../platform/db/index.ts';
import {
  byTime,
  etagOf,
  guardUnchanged,
  type HttpApp,
  idempotent,
  inTenant,
  listOf,
  listQuery,
  page,
  sliceOf,
} from '../../platform/http/index.ts';
import { findConversation } from './find.ts';
import { createNote, deleteNote, updateNote } from './notes.ts';
import { type ConversationRoutesDeps, oneConversation } from './paths.ts';
import { memberNames } from './people.ts';
import { memberBody, noteAuthor, presentAuthor, presentMember } from './present.ts';
import { type NoteRow, selectNotes } from './queries-notes.ts';

const oneNote = oneConversation.extend({ noteId: z.uuid() });
const text = z.string().trim().min(1).max(10_000);
const mentions = z.array(z.uuid()).max(50).describe('Members who are to see it.');
const newNote = z.strictObject({ text, mentions: mentions.default([]) });

const noteBody = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    text: z.string(),
    author: noteAuthor,
    mentions: z.array(memberBody),
    createdAt: z.string(),
    updatedAt: z.string(),
    etag: z.string().describe('For If-Match.'),
  })
  .meta({ id: 'Note' });

async function presenter(
  tx: TenantTx,
  rows: readonly NoteRow[],
): Promise<(row: NoteRow) => z.infer<typeof noteBody>> {
  const names = await memberNames(
    tx,
    rows.flatMap((row) => [row.authorKind === 'user' ? row.authorId : null, ...row.mentions]),
  );
  return (row) => ({
    id: row.id,
    conversationId: row.conversationId,
    text: row.text,
    author: presentAuthor(row.authorKind, row.authorId, names),
    mentions: row.mentions.map((id) => presentMember(id, names)),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    etag: etagOf(row.updatedAt),
  });
}

const presentOne = async (tx: TenantTx, row: NoteRow) => (await presenter(tx, [row]))(row);

/** What the team says among itself. */
export function noteRoutes(app: HttpApp, { db, gate }: ConversationRoutesDeps): void {
  app.get(
    '/v1/conversations/:id/notes',
    {
      onRequest: gate('conversations:read'),
      schema: {
        tags: ['conversations'],
        params: oneConversation,
        querystring: listQuery,
        response: { 200: listOf(noteBody) },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { limit } = request.query;
        const { id } = await findConversation(tx, request.params.id);
        const rows = await selectNotes(tx, id, sliceOf(request.query, byTime));
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], await presenter(tx, rows));
      }),
  );

  app.post(
    '/v1/conversations/:id/notes',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['conversations'],
        params: oneConversation,
        body: newNote,
        response: { 201: noteBody },
      },
    },
    idempotent(db, async (tx, request) => {
      const { id } = request.params as z.infer<typeof oneConversation>;
      const note = await createNote(
        tx,
        await findConversation(tx, id),
        request.body as z.infer<typeof newNote>,
      );
      return { status: 201, body: await presentOne(tx, note) };
    }),
  );

  app.patch(
    '/v1/conversations/:id/notes/:noteId',
    {
      onRequest: gate('conversations:write'),
      schema: {
        tags: ['conversations'],
        description:
          'Its author’s. With `If-Match: <etag>` refused with 412 when somebody changed it meanwhile.',
        params: oneNote,
        body: z.strictObject({
          text: text.optional(),
          mentions: mentions.optional(),
        }),
        response: { 200: noteBody },
      },
    },
    (request) =>
      inTenant(db, request, async (tx) => {
        const { id, noteId } = request.params;
        return presentOne(
          tx,
          await updateNote(tx, await findConversation(tx, id), noteId, request.body, (at) =>
            guardUnchanged(request, 'note', at),
          ),
        );
      }),
  );

  app.delete(
    '/v1/conversations/:id/notes/:noteId',
    {
      onRequest: gate('conversations:write'),
      schema: { tags: ['conversations'], params: oneNote, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { id, noteId } = request.params;
      await inTenant(db, request, async (tx) => deleteNote(tx, await findConversation(tx, id), noteId));
      return reply.status(204).send(null);
    },
  );
}
