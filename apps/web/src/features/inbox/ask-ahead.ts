import type { FetchInfiniteQueryOptions, FetchQueryOptions, QueryKey } from '@tanstack/react-query';
import { queryClient } from '../../api/query-client.ts';
import { filterOf, type InboxSearch } from './filter.ts';
import { conversationQuery, conversationsQuery, countsQuery } from './queries.ts';
import { notesQuery, threadQuery, timelineQuery, verdictQuery, workspaceQuery } from './thread-queries.ts';

/**
 * What a page of the inbox will show is asked for when its address is known, all at once, not one after the other by
 * what is drawn. What was asked for before is left to realtime. Nobody waits here: who draws it sees what went wrong.
 */
const nobodyWaits = () => {};

function one<Data, Key extends QueryKey>(query: FetchQueryOptions<Data, Error, Data, Key>): void {
  if (queryClient.getQueryData(query.queryKey) === undefined)
    queryClient.fetchQuery(query).catch(nobodyWaits);
}

function many<Data, Key extends QueryKey>(
  query: FetchInfiniteQueryOptions<Data, Error, Data, Key, string | null>,
): void {
  if (queryClient.getQueryData(query.queryKey) === undefined)
    queryClient.fetchInfiniteQuery(query).catch(nobodyWaits);
}

export function list(search: InboxSearch): void {
  many(conversationsQuery(filterOf(search)));
  one(countsQuery);
}

/** `likely`: somebody points at it. */
export function conversation(id: string, likely: boolean): void {
  one(conversationQuery(id));
  one(threadQuery(id));
  if (likely) return;
  one(workspaceQuery);
  one(verdictQuery(id));
  many(notesQuery(id));
  many(timelineQuery(id));
}
