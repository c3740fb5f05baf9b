import type { Conversation } from '@chaski/sdk';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { belongs, compare } from './filter.ts';
import { type ConversationFilter, conversationQuery } from './queries.ts';

/** The cached lists, kept in step row by row: a list of 10,000 is never loaded again because one row changed. */

interface Page {
  data: Conversation[];
  nextCursor: string | null;
}
export type Pages = InfiniteData<Page>;

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
export function putRow(client: QueryClient, row: Conversation, me: string): void {
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

/** The list with the row in its place. `ask`: whether it belongs there only the server knows. */
export function placed(
  pages: Pages,
  row: Conversation,
  wanted: boolean | null,
  order: ConversationFilter['order'],
): Pages | 'ask' {
  const at = pages.pages.findIndex((page) => page.data.some((one) => one.id === row.id));
  if (at < 0 && wanted === null) return 'ask';
  if (at < 0 && wanted === false) return pages;
  const without = pages.pages.map((page, index) =>
    index === at ? { ...page, data: page.data.filter((one) => one.id !== row.id) } : page,
  );
  if (wanted === false) return { ...pages, pages: without };
  let place = without.findIndex((page) => page.data.some((one) => compare(row, one, order) < 0));
  if (place < 0) {
    const last = without.at(-1);
    // It stands further down than what is loaded: its page will bring it.
    if (!last || last.nextCursor !== null) return at < 0 ? pages : { ...pages, pages: without };
    place = without.length - 1;
  }
  const data = [...without[place]!.data];
  const before = data.findIndex((one) => compare(row, one, order) < 0);
  data.splice(before < 0 ? data.length : before, 0, row);
  return { ...pages, pages: without.map((page, index) => (index === place ? { ...page, data } : page)) };
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

/** Rows that left the place they were paged at may come again with a later page. */
export function rowsOf(pages: Pages | undefined): Conversation[] {
  const seen = new Set<string>();
  return (pages?.pages ?? []).flatMap((page) => page.data.filter(({ id }) => !seen.has(id) && seen.add(id)));
}
