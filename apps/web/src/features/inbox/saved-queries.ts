import type { SavedFilter } from '@chaski/sdk';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useAct } from '../../ui/confirm.tsx';
import type { InboxSearch } from './filter.ts';

const savedQuery = queryOptions({
  queryKey: ['saved-filter'],
  queryFn: async (): Promise<SavedFilter[]> => (await chaski.savedFilters.list()).data,
  staleTime: 5 * 60_000,
});

/** Lists that a person made for themselves; they follow the person. Words that were searched for stay out. */
export function useSaved() {
  const queries = useQueryClient();
  const act = useAct();
  const attempt = useAttempt();
  const { data: saved = [] } = useQuery(savedQuery);
  const refresh = () => queries.invalidateQueries({ queryKey: savedQuery.queryKey });
  const { mutateAsync: add } = useMutation({
    mutationFn: ({
      name,
      search: { q: _q, message: _message, ...search },
    }: {
      name: string;
      search: InboxSearch;
    }) => {
      const body = { name, search: JSON.parse(JSON.stringify(search)) };
      return attempt(body, (key) => chaski.savedFilters.create({ body }, key));
    },
    onSuccess: refresh,
  });
  return {
    saved,
    add: (one: { name: string; search: InboxSearch }) => act(() => add(one).then(() => {})),
    remove: (id: string) =>
      act(async () => {
        queries.setQueryData(savedQuery.queryKey, (now) => now?.filter((one) => one.id !== id));
        try {
          await chaski.savedFilters.delete({ id });
        } finally {
          await refresh();
        }
      }),
  };
}
