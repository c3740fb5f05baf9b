import type { Conversation, ConversationsListData } from '@chaski/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

export type View = NonNullable<NonNullable<ConversationsListData['query']>['view']>;
export type ConversationFilter = Omit<
  NonNullable<ConversationsListData['query']>,
  'limit' | 'cursor' | 'offset'
>;

const pageSize = 50;

export const countsQuery = queryOptions({
  queryKey: ['counts'],
  queryFn: () => chaski.conversations.listCounts(),
});

export const conversationsQuery = (filter: ConversationFilter) =>
  infiniteQueryOptions({
    queryKey: ['conversations', 'list', filter],
    queryFn: ({ pageParam }) =>
      chaski.conversations.list({
        query: { ...filter, limit: pageSize, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversations', 'one', id],
    queryFn: (): Promise<Conversation> => chaski.conversations.get({ id }),
  });

export type { Conversation };
