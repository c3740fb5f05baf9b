import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { hoursQuery } from '../hours/queries.ts';

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
