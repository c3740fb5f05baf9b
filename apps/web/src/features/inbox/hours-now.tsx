import { Badge } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';

/** Asked again when a number opens or closes, and each quarter of an hour for clocks that were set. */
const hoursQuery = queryOptions({
  // Beside the numbers: what changes them changes this.
  queryKey: ['numbers', 'hours'],
  queryFn: async () => (await chaski.businessHours.list()).data,
  staleTime: 5 * 60_000,
  refetchInterval: ({ state }) => {
    const next = Math.min(...(state.data ?? []).flatMap(({ until }) => (until ? [Date.parse(until)] : [])));
    return Math.min(Math.max(next - Date.now(), 0) + 1_000, 15 * 60_000);
  },
});

/** That nobody is there now, and from when on somebody is. Nothing while it is open. */
export function HoursNow({ numberId }: { numberId: string }) {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(hoursQuery);
  const now = data?.find((one) => one.numberId === numberId);
  if (!now?.hours || now.open) return null;
  if (now.until === null)
    return (
      <Badge size="sm" variant="default">
        {t('thread.hours.closed')}
      </Badge>
    );
  const opens = new Date(now.until);
  const soon = opens.getTime() - Date.now() < 20 * 3_600_000;
  const time = new Intl.DateTimeFormat(i18n.language, {
    ...(soon ? {} : { weekday: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(opens);
  return (
    <Badge size="sm" variant="default" tt="none">
      {t('thread.hours.opens', { time })}
    </Badge>
  );
}
