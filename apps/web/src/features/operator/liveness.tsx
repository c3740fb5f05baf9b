import { Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { Section, State } from '../../ui/page.tsx';

/** `GET /health`, as a load balancer asks it, with how long it took. */
const livenessQuery = queryOptions({
  queryKey: ['operator', 'liveness'],
  queryFn: async () => {
    const from = performance.now();
    const answer = await fetch('/health', { cache: 'no-store' });
    const took = Math.round(performance.now() - from);
    return { status: answer.status, took, body: (await answer.json()) as { ok?: boolean; status?: string } };
  },
  refetchInterval: 5_000,
  retry: false,
});

export function Liveness() {
  const { t } = useTranslation();
  const { data, error } = useQuery(livenessQuery);
  const isUp = data?.status === 200 && !error;
  return (
    <Section
      title="GET /health"
      action={
        data || error ? (
          <State tone={isUp ? 'good' : 'bad'}>{t(isUp ? 'console.health.up' : 'console.health.down')}</State>
        ) : null
      }
      lead={
        data ? (
          <Text size="sm" component="span">
            {t('console.health.answered', { status: data.status, count: data.took })}
          </Text>
        ) : null
      }
    />
  );
}
