import { ChaskiError } from '@chaski/sdk';
import { QueryClient } from '@tanstack/react-query';

/** Realtime keeps what is shown fresh; a refetch is for what it cannot know (a sleep, a lost network). */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ChaskiError && error.status >= 400 && error.status < 500),
    },
    mutations: { retry: false },
  },
});
