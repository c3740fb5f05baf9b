import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** People, what was said and what was noted. Short words are asked for too: one letter of Chinese is a word. */
export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: ({ signal }) => chaski.search.get({ query: { q, limit: 12 } }, { signal }),
    enabled: q.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
