import type { Conversation } from '@chaski/sdk';
import type { QueryClient } from '@tanstack/react-query';
import { belongs } from './filter.ts';
import { type Pages, placed, withTicks } from './list-rules.ts';
import { type ConversationFilter, conversationQuery } from './queries.ts';

/** The cached lists, kept in step row by row: a list of 10,000 is never loaded again because one row changed. */

const lists = ['conversations', 'list'] as const;

/** What is known of a conversation, from a list or from its own page. */
export function knownRow(client: QueryClient, id: string): Conversation | undefined {
  const one = client.getQueryData<Conversation>(conversationQuery(id).queryKey);
  if (one) return one;
  for (const [, pages] of client.getQueriesData<Pages>({ queryKey: lists })) {
    for (const page of pages?.pages ?? []) {
      const found = page.data.find((row) => row.id === id);
      if (found) return found;
    }
  }
  return undefined;
}

export function rowsOfContact(client: QueryClient, contactId: string): string[] {
  const found = new Set<string>();
  for (const [, pages] of client.getQueriesData<Pages>({ queryKey: lists })) {
    for (const page of pages?.pages ?? []) {
      for (const row of page.data) if (row.contactId === contactId) found.add(row.id);
    }
  }
  return [...found];
}

/** Puts a row where it belongs in every cached list, and takes it out where it does not belong any more. */
export function putRow(client: QueryClient, answered: Conversation, me: string): void {
  const row = withTicks(answered, knownRow(client, answered.id));
  client.setQueryData<Conversation>(conversationQuery(row.id).queryKey, (now) => now && row);
  for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: lists })) {
    if (!pages) continue;
    const filter = key[2] as ConversationFilter;
    const wanted = belongs(row, filter, me);
    const next = placed(pages, row, wanted, filter.order);
    if (next === 'ask') void client.invalidateQueries({ queryKey: key, exact: true });
    else if (next !== pages) client.setQueryData<Pages>(key, next);
  }
}

/** Changes rows at once, before the server has said anything; the answer takes it back. */
export function changeRows(
  client: QueryClient,
  ids: readonly string[],
  change: (row: Conversation) => Conversation,
  me: string,
): () => void {
  const before = ids.flatMap((id) => knownRow(client, id) ?? []);
  for (const row of before) putRow(client, change(row), me);
  return () => {
    for (const row of before) putRow(client, row, me);
  };
}
