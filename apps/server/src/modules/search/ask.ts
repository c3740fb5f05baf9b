import type { TenantTx } from '../../platform/db/index.ts';
import { fold, markQuery } from '../../platform/fold.ts';
import {
  type ContactRow,
  findContacts,
  type LabelRow,
  labelsByNames,
  labelsOf,
  visibleContacts,
  wordsQuery,
} from '../contacts/index.ts';
import { type FoundNote, findNotes } from '../conversations/index.ts';
import { listNumbers } from '../numbers/index.ts';
import {
  type Asked,
  findMessages,
  type LineRow,
  type Place,
  selectShown,
  selectThreads,
  type ThreadFilter,
} from './queries.ts';
import { type Question, wordsOf } from './question.ts';

/**
 * Of the newest messages, those in which a common word is looked for before the index is asked. At 1 M messages, on two
 * cores with a load of 11: 45 ms for looking at them, 2 to 4 s for sorting the 600,000 hits of a word in most messages,
 * 2 to 30 ms for a word that is rare.
 */
const span = 5_000;
/** More threads than this are filtered after finding, not before. */
const maxThreads = 200;
/**
 * Of whoever sees their own and nobody's only. Few of the newest messages may be theirs: at 200,000 messages in 10,000
 * threads, a page of a common word for a member with 20 threads took 20 rounds and had one line; with their threads named
 * it is full at once. With more than these, enough of the newest are theirs.
 */
const maxOwnThreads = 2_000;
/** When the caller may see few of the hits: so many pages of candidates are tried, each twice as long up to `longest`. */
const maxRounds = 20;
const longest = 1_000;

export interface FoundMessages {
  lines: LineRow[];
  /** Where the next page begins; null at the end. */
  next: Place | null;
}

export interface FoundNotes {
  notes: FoundNote[];
  /** Where the next page begins; null at the end. */
  next: Place | null;
}

/** What the operators mean in this workspace; null when one of them names nobody and nothing. */
async function settle(
  tx: TenantTx,
  question: Question,
): Promise<{ asked: Asked; filter: ThreadFilter } | null> {
  const marks: string[] = question.has.map((kind) => markQuery(`h:${kind}`));
  for (const name of question.from) {
    if (name === 'me' || name === 'us') {
      marks.push(markQuery('d:out'));
      continue;
    }
    const query = wordsQuery(name);
    const ids = query === null ? [] : await findContacts(tx, query, 100);
    if (ids.length === 0) return null;
    marks.push(`(${ids.map((id) => markQuery(`c:${id}`)).join(' | ')})`);
  }
  const labels = question.labels.length > 0 ? await labelsByNames(tx, question.labels) : [];
  if (question.labels.length > labels.length) return null;
  const numbers = question.numbers.length > 0 ? await numbersNamed(tx, question.numbers) : null;
  if (numbers?.length === 0) return null;
  const filter: ThreadFilter = {
    ids: question.conversation === null ? null : [question.conversation],
    status: question.status,
    labelIds: labels.length > 0 ? labels.map((label) => label.id) : null,
    assignee: question.assignee === 'me' ? (tx.actor.id ?? 'none') : question.assignee,
  };
  const isFiltered = Object.values(filter).some((value) => value !== null);
  const ownOnly = tx.actor.reach?.ownOnly === true;
  const most = ownOnly ? maxOwnThreads : maxThreads;
  const threads = isFiltered || ownOnly ? await selectThreads(tx, filter, most + 1) : null;
  if (threads?.length === 0) return null;
  return {
    filter,
    asked: {
      query: [wordsOf(question), ...marks].filter((some) => some !== '').join(' & '),
      threads: threads && threads.length <= most ? threads : null,
      numbers,
      from: question.after,
      to: question.before,
    },
  };
}

/** Messages with these words, the newest first. */
export async function askMessages(
  tx: TenantTx,
  question: Question,
  limit: number,
  after: Place | null,
): Promise<FoundMessages> {
  const settled = await settle(tx, question);
  if (!settled) return { lines: [], next: null };
  const { asked, filter } = settled;
  const lines: LineRow[] = [];
  let place = after;
  for (let round = 0; round < maxRounds; round += 1) {
    const wanted = Math.min((limit + 1) * 2 ** (round + 1), longest);
    const near = asked.threads ? [] : await findMessages(tx, asked, place, span, wanted);
    const hits = near.length >= wanted ? near : await findMessages(tx, asked, place, null, wanted);
    const seen = new Map(
      (
        await selectShown(
          tx,
          hits.map((hit) => hit.messageId),
          filter,
        )
      ).map((line) => [line.id, line]),
    );
    for (const hit of hits) {
      const line = seen.get(hit.messageId);
      if (line) lines.push(line);
      place = { at: hit.at.toISOString(), id: hit.messageId };
      if (lines.length > limit) {
        const last = lines[limit - 1]!;
        return { lines: lines.slice(0, limit), next: { at: last.shownAt.toISOString(), id: last.id } };
      }
    }
    if (hits.length < wanted) return { lines, next: null };
  }
  return { lines, next: place };
}

/** Notes of the team with these words, the newest first. Who said it and what hangs on it is asked of messages alone. */
export async function askNotes(
  tx: TenantTx,
  question: Question,
  limit: number,
  after: Place | null,
): Promise<FoundNotes> {
  const none = { notes: [], next: null };
  if (question.words.length + question.phrases.length === 0) return none;
  if (question.from.length + question.has.length > 0) return none;
  const settled = await settle(tx, question);
  if (!settled) return none;
  const { filter } = settled;
  const { threads, numbers, from, to } = settled.asked;
  const asked = { query: wordsOf(question), threads, from, to };
  const notes: FoundNote[] = [];
  let place = after;
  for (let round = 0; round < maxRounds; round += 1) {
    const wanted = Math.min((limit + 1) * 2 ** (round + 1), longest);
    const found = await findNotes(tx, asked, place, wanted);
    const ids = [...new Set(found.notes.map(({ conversationId }) => conversationId))].filter(
      (id) => filter.ids?.includes(id) ?? true,
    );
    const shown = new Set(await selectThreads(tx, { ...filter, ids }, ids.length));
    notes.push(
      ...found.notes.filter(
        ({ conversationId, numberId }) => shown.has(conversationId) && (numbers?.includes(numberId) ?? true),
      ),
    );
    if (notes.length > limit) {
      const last = notes[limit - 1]!;
      return { notes: notes.slice(0, limit), next: { at: last.createdAt.toISOString(), id: last.id } };
    }
    if (found.next === null) return { notes, next: null };
    place = found.next;
  }
  return { notes, next: place };
}

async function numbersNamed(tx: TenantTx, names: readonly string[]): Promise<string[]> {
  const all = await listNumbers(tx);
  return all
    .filter((number) =>
      names.every((name) => {
        const digits = name.replace(/\D/g, '');
        return (
          number.id === name.toLowerCase() ||
          (digits.length >= 3 && number.displayPhoneNumber.replace(/\D/g, '').endsWith(digits)) ||
          (digits === '' && fold(number.verifiedName).startsWith(fold(name)))
        );
      }),
    )
    .map((number) => number.id);
}

/** Contacts with these words; of operators only label: is about people. */
export async function askContacts(
  tx: TenantTx,
  question: Question,
  limit: number,
): Promise<{ contact: ContactRow; labels: LabelRow[] }[]> {
  const query = wordsOf(question);
  if (question.words.length + question.phrases.length === 0) return [];
  const wanted = question.labels.length > 0 ? await labelsByNames(tx, question.labels) : [];
  if (question.labels.length > wanted.length) return [];
  const found = await visibleContacts(tx, await findContacts(tx, query, 1_000));
  const labels = await labelsOf(
    tx,
    found.map((contact) => contact.id),
  );
  const seen = (contact: ContactRow) => (contact.lastSeenAt ?? contact.createdAt).getTime();
  return found
    .map((contact) => ({ contact, labels: labels.get(contact.id) ?? [] }))
    .filter((one) => wanted.every((label) => one.labels.some((own) => own.id === label.id)))
    .sort((a, b) => seen(b.contact) - seen(a.contact) || (a.contact.id < b.contact.id ? 1 : -1))
    .slice(0, limit);
}
