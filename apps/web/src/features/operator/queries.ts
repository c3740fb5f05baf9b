import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { all } from '../../api/all.ts';
import { chaski } from '../../api/client.ts';

export const workspacesQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['operator', 'workspaces', q],
    queryFn: ({ pageParam }) =>
      chaski.operator.listWorkspaces({
        query: {
          limit: 50,
          ...(q === '' ? {} : { q }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });

export type NumberStatus = 'pending' | 'active' | 'refused' | 'suspended';

export const operatedNumbersQuery = (status: NumberStatus | null) =>
  infiniteQueryOptions({
    queryKey: ['operator', 'numbers', status],
    queryFn: ({ pageParam }) =>
      chaski.operator.listNumbers({
        query: {
          limit: 50,
          ...(status === null ? {} : { status }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });

export const usageOfQuery = (id: string) =>
  queryOptions({
    queryKey: ['operator', 'workspaces', 'usage', id],
    queryFn: () => chaski.operator.getWorkspaceUsage({ id }),
  });

export const numbersOfQuery = (workspaceId: string) =>
  queryOptions({
    queryKey: ['operator', 'numbers', 'of', workspaceId],
    queryFn: () => all(({ query }) => chaski.operator.listNumbers({ query: { ...query, workspaceId } })),
  });

export const plansQuery = queryOptions({
  queryKey: ['operator', 'plans'],
  queryFn: async () => (await chaski.operator.listPlans()).data,
});

export const parkedQuery = infiniteQueryOptions({
  queryKey: ['operator', 'parked'],
  queryFn: ({ pageParam }) =>
    chaski.operator.getParked({
      query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) },
    }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.nextCursor,
});

export const rawEventsQuery = infiniteQueryOptions({
  queryKey: ['operator', 'raw'],
  queryFn: ({ pageParam }) =>
    chaski.operator.listRawEvents({
      query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) },
    }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.nextCursor,
});

export const deadLettersQuery = infiniteQueryOptions({
  queryKey: ['operator', 'dead'],
  queryFn: ({ pageParam }) =>
    chaski.operator.listDeadLetters({
      query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) },
    }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.nextCursor,
});

/** Looked at while something is wrong: asked anew every 5 s, as long as the page is in front. */
export const healthQuery = queryOptions({
  queryKey: ['operator', 'health'],
  queryFn: () => chaski.operator.getHealth(),
  refetchInterval: 5_000,
});

export type OperatedWorkspace = Awaited<ReturnType<typeof chaski.operator.getWorkspace>>;
export type OperatedNumber = Awaited<ReturnType<typeof chaski.operator.updateNumber>>;
export type Plan = Awaited<ReturnType<typeof chaski.operator.updatePlan>>;
