import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import {
  allows,
  byTime,
  cursorOf,
  type Http,
  type HttpApp,
  inTenant,
  listQuery,
  principalOf,
  readCursor,
} from '../../platform/http/index.ts';
import { displayName, visibleContacts } from '../contacts/index.ts';
import { memberNames, noteAuthor, presentAuthor } from '../conversations/index.ts';
import { askContacts, askMessages, askNotes } from './ask.ts';
import { searchedText, shownContent } from './document.ts';
import { highlights, readQuestion } from './question.ts';
import { templatesOfLines } from './templates.ts';

const marks = z
  .array(z.object({ start: z.number().int(), end: z.number().int() }))
  .describe('Where the words stand, in UTF-16 units.');

const found = z
  .object({
    contacts: z.array(
      z.object({
        id: z.uuid(),
        displayName: z.string(),
        phone: z.string().nullable(),
        email: z.string().nullable(),
        company: z.string().nullable(),
        labels: z.array(z.object({ id: z.uuid(), name: z.string(), colour: z.string() })),
        lastSeenAt: z.string().nullable(),
        highlights: marks.describe('In displayName.'),
      }),
    ),
    messages: z.array(
      z.object({
        id: z.uuid(),
        conversationId: z.uuid(),
        contactId: z.uuid().nullable(),
        contactName: z.string().nullable().describe('With whom it was said; null: a group.'),
        numberId: z.uuid(),
        direction: z.enum(['in', 'out']),
        type: z.string(),
        at: z.string(),
        text: z.string(),
        highlights: marks,
      }),
    ),
    notes: z
      .array(
        z.object({
          id: z.uuid(),
          conversationId: z.uuid(),
          contactId: z.uuid().nullable(),
          contactName: z.string().nullable().describe('About whose conversation it is; null: a group.'),
          author: noteAuthor,
          at: z.string(),
          text: z.string(),
          highlights: marks,
        }),
      )
      .describe('What the team noted; none for a key that may not read conversations.'),
    nextCursor: z
      .string()
      .nullable()
      .describe(
        'Of notes with type=notes, else of messages; contacts, and notes beside messages, are on the first page.',
      ),
  })
  .meta({ id: 'SearchResult' });

/** GET /v1/search */
export function searchRoutes({
  db,
  gate,
}: {
  db: Database;
  gate: Http['gate'];
}): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get(
      '/v1/search',
      {
        onRequest: gate('contacts:read', 'messages:read'),
        schema: {
          tags: ['search'],
          description:
            'People, what was said and what the team noted, newest first. All words must be there, of the last one its beginning; "exact phrase", -word; from:, number:, label:, assignee:me|none|id, before:, after:, has:media|link, is:open|closed|snoozed, in:conversation. Case, accents and Arabic or Devanagari marks do not matter.',
          // No offset: a search stops looking where its page is full, and would look all again to skip.
          querystring: listQuery.omit({ offset: true }).extend({
            limit: z.coerce.number().int().min(1).max(50).default(20),
            q: z.string().min(1).max(500),
            type: z.enum(['contacts', 'messages', 'notes', 'all']).default('all'),
          }),
          response: { 200: found },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { q, type, limit, cursor } = request.query;
          const question = readQuestion(q);
          const after = readCursor(cursor, byTime);
          const wants = (kind: typeof type) => type === kind || type === 'all';
          const few = type === 'all' ? Math.min(limit, 5) : limit;
          const people = wants('contacts') && !after ? await askContacts(tx, question, few) : [];
          const said = wants('messages')
            ? await askMessages(tx, question, limit, after)
            : { lines: [], next: null };
          const readsNotes = allows(principalOf(request).scopes, 'conversations:read');
          // One cursor: beside messages it is theirs.
          const notesOnly = type === 'notes';
          const { notes, next: nextNote } =
            wants('notes') && (notesOnly || !after) && readsNotes
              ? await askNotes(tx, question, few, after)
              : { notes: [], next: null };
          const { lines } = said;
          const next = notesOnly ? nextNote : said.next;
          const shown = new Set([...lines, ...notes].flatMap((one) => one.contactId ?? []));
          const names = new Map(
            (await visibleContacts(tx, [...shown])).map((contact) => [
              contact.id as string,
              displayName(contact),
            ]),
          );
          const members = await memberNames(
            tx,
            notes.map((note) => (note.authorKind === 'user' ? note.authorId : null)),
          );
          const templates = await templatesOfLines(tx, lines);
          return {
            contacts: people.map(({ contact, labels }) => ({
              id: contact.id,
              displayName: displayName(contact),
              phone: contact.phone,
              email: contact.email,
              company: contact.company,
              labels: labels.map(({ id, name, colour }) => ({ id, name, colour })),
              lastSeenAt: contact.lastSeenAt?.toISOString() ?? null,
              highlights: highlights(question, displayName(contact)),
            })),
            messages: lines.map((line) => {
              const text = searchedText(shownContent(line), templates.get(line.id));
              return {
                id: line.id,
                conversationId: line.conversationId,
                contactId: line.contactId,
                contactName: names.get(line.contactId ?? '') ?? null,
                numberId: line.numberId,
                direction: line.direction,
                type: line.type,
                at: line.shownAt.toISOString(),
                text,
                highlights: highlights(question, text),
              };
            }),
            notes: notes.map((note) => ({
              id: note.id,
              conversationId: note.conversationId,
              contactId: note.contactId,
              contactName: names.get(note.contactId ?? '') ?? null,
              author: presentAuthor(note.authorKind, note.authorId, members),
              at: note.createdAt.toISOString(),
              text: note.text,
              highlights: highlights(question, note.text),
            })),
            nextCursor: next && cursorOf([next.at, next.id]),
          };
        }),
    );
  };
}
