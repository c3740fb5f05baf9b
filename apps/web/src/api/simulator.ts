import { queryOptions, useQuery } from '@tanstack/react-query';
import { chaski } from './client.ts';
import { useSession } from './session.ts';

const phonesQuery = queryOptions({
  queryKey: ['operator', 'simulator'],
  queryFn: () => chaski.operator.getSimulator(),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Where one plays the customer. Known to whoever started the demo, because its key opens the whole simulator. */
export function usePhones(): string | null {
  const { person } = useSession();
  const { data } = useQuery({ ...phonesQuery, enabled: person.isSuperadmin });
  return data?.phoneUrl ?? null;
}
