import type { ContactsListData, SegmentFilterInput } from '@chaski/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** What the address of the page says: whom to show. */
export interface ContactSearch {
  q?: string | undefined;
  label?: string | undefined;
  optedOut?: boolean | undefined;
  blocked?: boolean | undefined;
  /** `key:value` */
  attribute?: string | undefined;
  /** Seen within so many days. */
  seen?: number | undefined;
  segment?: string | undefined;
  contact?: string | undefined;
}

export type ContactFilter = Omit<NonNullable<ContactsListData['query']>, 'limit' | 'cursor' | 'offset'>;

const day = 24 * 3_600_000;
const flag = (on: boolean) => (on ? 'true' : 'false');

export function filterOf(search: ContactSearch, today: number): ContactFilter {
  return {
    ...(search.q ? { q: search.q } : {}),
    ...(search.label ? { label: [search.label] } : {}),
    ...(search.optedOut === undefined ? {} : { optedOut: flag(search.optedOut) }),
    ...(search.blocked === undefined ? {} : { blocked: flag(search.blocked) }),
    ...(search.attribute ? { attribute: [search.attribute] } : {}),
    ...(search.segment ? { segment: search.segment } : {}),
    // By the day, so that the question stays the same while one looks.
    ...(search.seen
      ? { seenAfter: new Date(Math.floor(today / day) * day - search.seen * day).toISOString() }
      : {}),
  } as ContactFilter;
}

export const contactsQuery = (filter: ContactFilter) =>
  infiniteQueryOptions({
    queryKey: ['contacts', 'list', filter],
    queryFn: ({ pageParam }) =>
      chaski.contacts.list({
        query: { ...filter, limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** A million contacts take three processes 180 ms to count. */
const countPace = 15_000;

/**
 * How many the list has, all pages together. Events only make it stale: it is asked a second after the first of them,
 * and again at most every 15 s.
 */
export const contactCountQuery = (filter: ContactFilter) =>
  queryOptions({
    queryKey: ['contactCount', filter],
    queryFn: ({ signal }) => chaski.contacts.count({ query: filter }, { signal }),
    refetchInterval: ({ state }) =>
      state.isInvalidated && state.fetchStatus === 'idle'
        ? Math.max(1_000, Math.max(state.dataUpdatedAt, state.errorUpdatedAt) + countPace - Date.now())
        : false,
  });

/** A workspace has some dozens. */
export const segmentsQuery = queryOptions({
  queryKey: ['segments', 'list'],
  queryFn: async () => (await chaski.segments.list({ query: { limit: 100 } })).data,
});

/** The suppression list, newest first, or what stands there of one address. */
export const suppressionsQuery = (address: string) =>
  infiniteQueryOptions({
    queryKey: ['suppressions', address],
    queryFn: ({ pageParam }) =>
      chaski.suppressions.list({
        query: {
          limit: 50,
          ...(address ? { address } : {}),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** How many a filter has now; null: it is not complete. */
export const segmentCountQuery = (filter: SegmentFilterInput | null) =>
  queryOptions({
    queryKey: ['segments', 'count', filter],
    queryFn: () => chaski.segments.count({ body: { filter: filter! } }),
    enabled: filter !== null,
    retry: false,
  });

/** Asked again until it is done. */
export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', 'imports', id],
    queryFn: () => chaski.contacts.getImport({ id }),
    refetchInterval: ({ state }) =>
      state.data?.state === 'done' || state.data?.state === 'failed' ? false : 700,
  });
