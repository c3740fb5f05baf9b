import { z } from 'zod';
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
import { seenContact, standingContact } from './change.ts';
import { addNote, deleteNote, listNotes, maxNoteLength, updateNote } from './notes.ts';
import { noteBody, presentNote } from './present.ts';
import { type ContactRoutesDeps, oneContact } from './routes.ts';

const oneNote = z.strictObject({ id: z.uuid(), noteId: z.uuid() });
const noteText = z.strictObject({ text: z.string().trim().min(1).max(maxNoteLength) });

/** /v1/contacts/:id/notes */
export function noteRoutes(deps: ContactRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  return async (app) => {
    app.get(
      '/v1/contacts/:id/notes',
      {
        onRequest: gate('contacts:read'),
        schema: {
          tags: ['contacts'],
          params: oneContact,
          querystring: listQuery,
          response: { 200: listOf(noteBody) },
        },
      },
      async (request) => {
        const { limit } = request.query;
        const rows = await inTenant(db, request, async (tx) => {
          await seenContact(tx, request.params.id);
          return listNotes(tx, request.params.id, sliceOf(request.query, byTime));
        });
        return page(rows, limit, (row) => [row.createdAt.toISOString(), row.id], presentNote);
      },
    );

    app.post(
      '/v1/contacts/:id/notes',
      {
        onRequest: gate('contacts:write'),
        schema: { tags: ['contacts'], params: oneContact, body: noteText, response: { 201: noteBody } },
      },
      idempotent(db, async (tx, request) => {
        const { id } = request.params as z.infer<typeof oneContact>;
        await standingContact(tx, id);
        const { text } = request.body as z.infer<typeof noteText>;
        return { status: 201, body: presentNote(await addNote(tx, id, text)) };
      }),
    );

    app.patch(
      '/v1/contacts/:id/notes/:noteId',
      {
        onRequest: gate('contacts:write'),
        schema: { tags: ['contacts'], params: oneNote, body: noteText, response: { 200: noteBody } },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { id, noteId } = request.params;
          await standingContact(tx, id);
          return presentNote(await updateNote(tx, id, noteId, request.body.text));
        }),
    );

    app.delete(
      '/v1/contacts/:id/notes/:noteId',
      {
        onRequest: gate('contacts:write'),
        schema: { tags: ['contacts'], params: oneNote, response: { 204: z.null() } },
      },
      async (request, reply) => {
        await inTenant(db, request, async (tx) => {
          await standingContact(tx, request.params.id);
          await deleteNote(tx, request.params.id, request.params.noteId);
        });
        return reply.status(204).send(null);
      },
    );
  };
}
