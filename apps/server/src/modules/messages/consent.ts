import { keywordsOf } from '@chaski/contracts';
import type { Tx } from '../../platform/db/index.ts';
import { defineConsumer, type StoredEvent } from '../../platform/events/index.ts';
import { recordConsents } from '../contacts/index.ts';
import { parseSettings } from '../workspaces/index.ts';
import { factsFor } from './can-send.ts';
import { type KeywordMatch, type KeywordMatcher, keywordMatcher } from './keywords.ts';
import type { FactsRecord } from './queries-facts.ts';
import { contentsOf } from './queries-send.ts';
import { receiptOf } from './receipts.ts';
import { sendMany } from './send.ts';

export interface SaidEvent {
  event: StoredEvent;
  facts: FactsRecord;
  /** The keyword that was said, if it was nothing but one. */
  keyword: KeywordMatch | null;
}

/**
 * `message.received` events of people (not of groups) with their facts and keyword. Whoever answers automatically asks
 * this too: a keyword is answered by its receipt alone.
 */
export async function readSaid(tx: Tx, events: readonly StoredEvent[]): Promise<SaidEvent[]> {
  const people = events.filter(
    ({ data }) =>
      typeof data.conversationId === 'string' && typeof data.messageId === 'string' && !data.groupRef,
  );
  const facts = await factsFor(
    tx,
    people.map((event) => ({
      workspaceId: event.workspaceId,
      conversationId: event.data.conversationId as string,
    })),
  );
  // A button carries two words, its title and its payload; the event has room for one text.
  const buttons = people.filter(({ data }) => data.type === 'button' || data.type === 'interactive');
  const contents = new Map<string, string[]>();
  if (buttons.length > 0) {
    const rows = await tx.query<{ id: string; content: { type: string } }>(contentsOf, [
      buttons.map((event) => event.workspaceId),
      buttons.map((event) => event.data.messageId),
    ]);
    for (const row of rows) contents.set(row.id, keywordsOf(row.content as Parameters<typeof keywordsOf>[0]));
  }
  const matchers = new Map<string, KeywordMatcher>();
  return people.flatMap((event, index) => {
    const found = facts[index];
    if (!found) return [];
    let matcher = matchers.get(event.workspaceId);
    if (!matcher) {
      matcher = keywordMatcher(parseSettings(found.settings));
      matchers.set(event.workspaceId, matcher);
    }
    const said =
      contents.get(event.data.messageId as string) ??
      (event.data.type === 'text' && typeof event.data.text === 'string' ? [event.data.text] : []);
    return [{ event, facts: found, keyword: matcher.match(said) }];
  });
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
  const said = (await readSaid(tx, events)).flatMap((s) =>
    s.keyword !== null && s.facts.contact_id !== null ? [{ ...s, keyword: s.keyword }] : [],
  );
  if (said.length === 0) return;
  const counted = await recordConsents(
    tx,
    said.map(({ event, facts, keyword }) => ({
      workspaceId: event.workspaceId,
      contactId: facts.contact_id!,
      action: keyword.action,
      scope: keyword.action === 'opt-in' ? ('all' as const) : parseSettings(facts.settings).consentScope,
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
