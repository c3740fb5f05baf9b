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

/** What is found by its name alone: a few, below what people said. */
const few = { limit: 5 };
const named = {
  placeholderData: keepPreviousData,
  staleTime: 10_000,
  retry: false,
};

export const campaignsNamed = (q: string, allowed: boolean) =>
  queryOptions({
    queryKey: ['campaign', 'named', q],
    queryFn: async ({ signal }) => (await chaski.campaigns.list({ query: { q, ...few } }, { signal })).data,
    enabled: allowed && q.trim() !== '',
    ...named,
  });

export const templatesNamed = (q: string, allowed: boolean) =>
  queryOptions({
    queryKey: ['templates', 'named', q],
    queryFn: async ({ signal }) => (await chaski.templates.list({ query: { q, ...few } }, { signal })).data,
    enabled: allowed && q.trim() !== '',
    ...named,
  });
