import { type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';
import { defineConsumer } from '../../platform/events/index.ts';
import { document, phraseQuery, tokens } from '../../platform/fold.ts';
import { type ContactRow, selectContactIdentities, selectContacts } from './queries.ts';

const put = statement(
  'contacts.put_words',
  `insert into contact_words (workspace_id, contact_id, document)
   select t.workspace_id, t.contact_id, t.document::tsvector
   from unnest($1::uuid[], $2::uuid[], $3::text[]) as t (workspace_id, contact_id, document)
   order by t.workspace_id, t.contact_id
   on conflict (workspace_id, contact_id) do update set document = excluded.document
     where contact_words.document <> excluded.document`,
);
const drop = statement(
  'contacts.drop_words',
  `delete from contact_words w using unnest($1::uuid[], $2::uuid[]) as t (workspace_id, contact_id)
   where w.workspace_id = t.workspace_id and w.contact_id = t.contact_id`,
);

/**
 * Keeps the words by which contacts are found. Messages count because a profile name comes with them and writes no
 * event of its own: it is set in the hot path, where nothing is folded.
 */
export const contactWords = defineConsumer({
  name: 'contacts.words',
  events: [
    'contact.created',
    'contact.updated',
    'contact.imported',
    'contact.merged',
    'contact.unmerged',
    'message.received',
  ],
  pace: 'in turn',
  from: 'start',
  async handle(tx, events) {
    const due = new Map<string, { workspaceId: string; id: string }>();
    for (const { workspaceId, data } of events) {
      const named = [
        data.contactId,
        data.mergedId,
        ...(Array.isArray(data.contactIds) ? data.contactIds : []),
      ];
      for (const id of named) {
        if (typeof id === 'string') due.set(`${workspaceId}|${id}`, { workspaceId, id });
      }
    }
    await writeWords(tx, [...due.values()]);
  },
});

async function writeWords(tx: SystemTx, keys: readonly { workspaceId: string; id: string }[]): Promise<void> {
  const rows = await selectContacts(tx, keys);
  const aliases = new Map<string, string[]>();
  for (const workspaceId of new Set(rows.map((row) => row.workspaceId))) {
    const ids = rows.filter((row) => row.workspaceId === workspaceId).map((row) => row.id);
    for (const one of await selectContactIdentities(tx, workspaceId, ids)) {
      aliases.set(one.contactId, [...(aliases.get(one.contactId) ?? []), one.value]);
    }
  }
  const standing = rows.filter((row) => row.mergedInto === null && row.erasedAt === null);
  const gone = rows.filter((row) => row.mergedInto !== null || row.erasedAt !== null);
  if (standing.length > 0) {
    await tx.execute(put, [
      standing.map((row) => row.workspaceId),
      standing.map((row) => row.id),
      standing.map((row) => documentOf(row, aliases.get(row.id) ?? [])),
    ]);
  }
  if (gone.length > 0) {
    await tx.execute(drop, [gone.map((row) => row.workspaceId), gone.map((row) => row.id)]);
  }
}

function documentOf(row: ContactRow, aliases: readonly string[]): string {
  const words = [row.name, row.profileName, row.username, row.email, row.company].flatMap((text) =>
    text === null ? [] : tokens(text).map((token) => token.word),
  );
  const phones = new Set([...aliases, row.phone ?? '']);
  return document(
    [
      ...words,
      ...[...phones].flatMap((value) => (/^\d+$/.test(value) ? tails(value) : [value.toLowerCase()])),
    ],
    [`w:${row.workspaceId}`],
  );
}

/** Every tail of a number: found by whichever digits people remember, since the last word of a query is a beginning. */
function tails(digits: string): string[] {
  return Array.from({ length: Math.max(1, digits.length - 2) }, (_, index) => digits.slice(index));
}

/** What somebody typed, as a tsquery: all words, the last one may be a beginning. Null when there is no word in it. */
export function wordsQuery(text: string): string | null {
  // A phone number is one word, however it is spaced.
  const phone = /^[\s+\d().-]+$/.test(text) ? text.replace(/\D/g, '') : '';
  const words = phone.length >= 3 ? [phone] : tokens(text, 20).map((token) => token.word);
  if (words.length === 0) return null;
  return words.map((word, index) => phraseQuery([word], index === words.length - 1)).join(' & ');
}

const find = statement('contacts.find', 'select find_contacts($1::text::tsquery, $2) as id');

/** Ids of the workspace's contacts with these words; what of them may be seen is for `selectVisible` to say. */
export async function findContacts(tx: TenantTx, query: string, limit: number): Promise<string[]> {
  return (await tx.query<{ id: string }>(find, [query, limit])).map(({ id }) => id);
}
