import type { Template } from '@chaski/sdk';
import { queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** All that one may see; an account has some dozens, rarely hundreds. */
export const templatesQuery = queryOptions({
  queryKey: ['templates', 'all'],
  queryFn: async (): Promise<Template[]> => (await chaski.templates.list({ query: {} })).data,
  staleTime: 5 * 60_000,
});

export const templatesOfNumberQuery = (numberId: string) =>
  queryOptions({
    queryKey: ['templates', 'number', numberId],
    queryFn: async (): Promise<Template[]> =>
      (await chaski.templates.list({ query: { numberId, status: 'APPROVED' } })).data,
    staleTime: 60_000,
  });
