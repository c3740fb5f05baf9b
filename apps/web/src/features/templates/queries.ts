import type { Template } from '@chaski/sdk';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { all } from '../../api/all.ts';
import { chaski } from '../../api/client.ts';

export interface Wanted {
  q?: string;
  status?: string;
}

/** Every query begins with `templates`: any event about one makes them all stale (api/use-live.ts). */
export const templatesQuery = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['templates', 'list', wanted],
    queryFn: ({ pageParam }) =>
      chaski.templates.list({
        query: { ...wanted, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', 'one', id],
    queryFn: (): Promise<Template> => chaski.templates.get({ id }),
  });

export const versionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['templates', 'one', id, 'versions'],
    queryFn: ({ pageParam }) =>
      chaski.templates.listVersions({
        id,
        query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const usesQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', 'one', id, 'uses'],
    queryFn: () => all(({ query }) => chaski.templates.listUses({ id, query })),
  });

export const statisticsQuery = (id: string) =>
  queryOptions({
    queryKey: ['templates', 'one', id, 'statistics'],
    queryFn: () => chaski.templates.listStatistics({ id }),
  });
