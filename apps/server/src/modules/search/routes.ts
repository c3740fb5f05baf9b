import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import {
  byTime,
  cursorOf,
  type Http,
  type HttpApp,
  inTenant,
  listQuery,
  readCursor,
} from '../../platform/http/index.ts';
import { displayName, visibleContacts } from '../contacts/index.ts';
import { askContacts, askMessages } from './ask.ts';
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
    nextCursor: z.string().nullable().describe('Of messages; contacts are on the first page.'),
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
            'People and what was said, newest first. All words must be there, of the last one its beginning; "exact phrase", -word; from:, number:, label:, assignee:me|none|id, before:, after:, has:media|link, is:open|closed|snoozed, in:conversation. Case, accents and Arabic or Devanagari marks do not matter.',
          // No offset: a search stops looking where its page is full, and would look all again to skip.
          querystring: listQuery.omit({ offset: true }).extend({
            limit: z.coerce.number().int().min(1).max(50).default(20),
            q: z.string().min(1).max(500),
            type: z.enum(['contacts', 'messages', 'all']).default('all'),
          }),
          response: { 200: found },
        },
      },
      (request) =>
        inTenant(db, request, async (tx) => {
          const { q, type, limit, cursor } = request.query;
          const question = readQuestion(q);
          const after = readCursor(cursor, byTime);
          const people =
            type === 'messages' || after
              ? []
              : await askContacts(tx, question, type === 'all' ? Math.min(limit, 5) : limit);
          const { lines, next } =
            type === 'contacts' ? { lines: [], next: null } : await askMessages(tx, question, limit, after);
          const names = new Map(
            (await visibleContacts(tx, [...new Set(lines.flatMap((line) => line.contactId ?? []))])).map(
              (contact) => [contact.id as string, displayName(contact)],
            ),
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
            nextCursor: next && cursorOf([next.at, next.id]),
          };
        }),
    );
  };
}
