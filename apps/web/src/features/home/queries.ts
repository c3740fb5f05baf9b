import { queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** Whether WhatsApp approved a template already. */
export const approvedQuery = queryOptions({
  queryKey: ['templates', 'approved'],
  queryFn: async () =>
    (await chaski.templates.list({ query: { status: 'APPROVED', limit: 1 } })).data.length > 0,
});

/** Whether anybody has written yet. */
export const heardQuery = queryOptions({
  queryKey: ['conversations', 'any'],
  queryFn: async () =>
    (await chaski.conversations.list({ query: { view: 'all', limit: 1 } })).data.length > 0,
});
