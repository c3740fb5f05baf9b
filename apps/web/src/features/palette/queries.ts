import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** People, what was said and what was noted. Short words are asked for too: one letter of Chinese is a word. */
export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: ({ signal }) => chaski.search.get({ query: { q, limit: 12 } }, { signal }),
    enabled: q !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });

/** What is found by its name alone: a few, below what people said. */
const few = 5;
const named = {
  placeholderData: keepPreviousData,
  staleTime: 10_000,
  retry: false,
};

export const campaignsNamed = (q: string, allowed: boolean) =>
  queryOptions({
    queryKey: ['campaign', 'named', q],
    queryFn: async ({ signal }) =>
      (await chaski.campaigns.list({ query: { q, limit: few } }, { signal })).data,
    enabled: allowed && q !== '',
    ...named,
  });

/** The server looks into their texts too, so more are asked for than shown. No name of a template has a space in it. */
export const templatesNamed = (q: string, allowed: boolean) =>
  queryOptions({
    queryKey: ['templates', 'named', q],
    queryFn: async ({ signal }) => {
      const name = q.toLowerCase().replace(/\s+/g, '_');
      const { data } = await chaski.templates.list({ query: { q: name, limit: 100 } }, { signal });
      return data.filter((one) => one.name.toLowerCase().includes(name)).slice(0, few);
    },
    enabled: allowed && q !== '',
    ...named,
  });
