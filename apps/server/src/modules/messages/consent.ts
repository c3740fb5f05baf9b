import { keywordsOf } from '@chaski/contracts';
import type { Tx } from '../../platform/db/index.ts';
import { defineConsumer, type StoredEvent } from '../../platform/events/index.ts';
import { recordConsents } from '../contacts/index.ts';
import { type WorkspaceSettings, workspacesFor } from '../workspaces/index.ts';
import { factsFor } from './can-send.ts';
import { type KeywordMatch, type KeywordMatcher, keywordMatcher } from './keywords.ts';
import type { FactsRecord } from './queries-facts.ts';
import { contentsOf } from './queries-send.ts';
import { receiptOf } from './receipts.ts';
import { sendMany } from './send.ts';

interface HeardEvent {
  event: StoredEvent;
  settings: WorkspaceSettings;
  /** The keyword that was said, if it was nothing but one. */
  keyword: KeywordMatch | null;
}

/** What was said in a conversation that is there, with what decides who may be written to. */
export type SaidEvent<Heard extends HeardEvent = HeardEvent> = Heard & { facts: FactsRecord };

/**
 * `message.received` events of people (not of groups) with their keyword. Whoever answers automatically asks this too: a
 * keyword is answered by its receipt alone.
 */
export async function readHeard(tx: Tx, events: readonly StoredEvent[]): Promise<HeardEvent[]> {
  const people = events.filter(
    ({ data }) =>
      typeof data.conversationId === 'string' && typeof data.messageId === 'string' && !data.groupRef,
  );
  // A button carries two words, its title and its payload; the event has room for one text.
  const buttons = people.filter(({ data }) => data.type === 'button' || data.type === 'interactive');
  const [workspaces, rows] = await Promise.all([
    workspacesFor(
      tx,
      people.map((event) => event.workspaceId),
    ),
    buttons.length === 0
      ? []
      : tx.query<{ id: string; content: { type: string } }>(contentsOf, [
          buttons.map((event) => event.workspaceId),
          buttons.map((event) => event.data.messageId),
        ]),
  ]);
  const contents = new Map(
    rows.map((row) => [row.id, keywordsOf(row.content as Parameters<typeof keywordsOf>[0])]),
  );
  const matchers = new Map<string, KeywordMatcher>();
  return people.flatMap((event) => {
    const settings = workspaces.get(event.workspaceId)?.settings;
    if (!settings) return [];
    let matcher = matchers.get(event.workspaceId);
    if (!matcher) {
      matcher = keywordMatcher(settings);
      matchers.set(event.workspaceId, matcher);
    }
    const said =
      contents.get(event.data.messageId as string) ??
      (event.data.type === 'text' && typeof event.data.text === 'string' ? [event.data.text] : []);
    return [{ event, settings, keyword: matcher.match(said) }];
  });
}

/**
 * With the facts of their conversations; without those that are gone. Asked for what is answered and for nothing else:
 * hardly a message is a keyword, and facts take 25 pages each, a workspace's settings two.
 */
export async function readSaid<Heard extends HeardEvent>(
  tx: Tx,
  heard: readonly Heard[],
): Promise<SaidEvent<Heard>[]> {
  const facts = await factsFor(
    tx,
    heard.map(({ event }) => ({
      workspaceId: event.workspaceId,
      conversationId: event.data.conversationId as string,
    })),
  );
  return heard.flatMap((one, index) => (facts[index] ? [{ ...one, facts: facts[index] }] : []));
}

/** Opts people out and in who say so, and tells them once. */
export const consentConsumer = defineConsumer({
  name: 'messages.consent',
  events: ['message.received'],
  handle: applyKeywords,
});

export async function applyKeywords(
  tx: Parameters<typeof consentConsumer.handle>[0],
  events: StoredEvent[],
): Promise<void> {
  const words = (await readHeard(tx, events)).flatMap((one) =>
    one.keyword === null ? [] : [{ ...one, keyword: one.keyword }],
  );
  const said = (await readSaid(tx, words)).filter(({ facts }) => facts.contact_id !== null);
  if (said.length === 0) return;
  const counted = await recordConsents(
    tx,
    said.map(({ event, facts, settings, keyword }) => ({
      workspaceId: event.workspaceId,
      contactId: facts.contact_id!,
      action: keyword.action,
      scope: keyword.action === 'opt-in' ? ('all' as const) : settings.consentScope,
      source: 'keyword',
      keyword: keyword.keyword,
      proof: String(event.data.providerMessageId ?? event.data.messageId),
      at: event.at,
    })),
  );
  // Who says STOP a second time has been told already.
  const told = new Map<string, boolean>();
  const answers = said.filter(({ facts, keyword }, index) => {
    // A word that another one outdid, said later or in the same second, changed nothing: a receipt would be a lie.
    if (!counted[index]) return false;
    const out = keyword.action === 'opt-out';
    const before = told.get(facts.contact_id!) ?? facts.opted_out === true;
    told.set(facts.contact_id!, out);
    return !(out && before);
  });
  await sendMany(
    tx,
    answers.map(({ event, facts, keyword }) => ({
      workspaceId: event.workspaceId,
      conversationId: facts.conversation_id,
      content: {
        type: 'text',
        text: {
          body: receiptOf(keyword, facts.settings),
        },
      },
      purpose: 'consent-receipt' as const,
      dedupeKey: `consent:${String(event.data.providerMessageId ?? event.data.messageId)}`,
      source: 'workflow',
      automated: true,
    })),
  );
}
