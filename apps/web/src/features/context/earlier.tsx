import { Skeleton, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { rowsOf } from '../inbox/list-rules.ts';
import { conversationsQuery } from '../inbox/queries.ts';
import classes from './context.module.css';

/** What was said with the same person elsewhere: on another number, or before two contacts became one. */
export function Earlier({ contactId, not }: { contactId: string; not: string | null }) {
  const { t } = useTranslation();
  const { data, isPending } = useInfiniteQuery(conversationsQuery({ view: 'all', contactId }));
  const rows = rowsOf(data).filter(({ id }) => id !== not);
  if (isPending) return <Skeleton height={40} />;
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('context.noEarlier')}
      </Text>
    );
  }
  return (
    <ul className={classes.lines}>
      {rows.map((row) => (
        <li key={row.id}>
          <Link
            to="/app/inbox/$conversationId"
            params={{ conversationId: row.id }}
            search={{ view: 'all' }}
            className={classes.line}
          >
            <span>
              <bdi>{row.number.name || row.number.displayPhoneNumber}</bdi>
              <span className={classes.dim}> · {t(`inbox.view.${row.status}`)}</span>
            </span>
            <bdi className={classes.cut}>{row.lastMessage?.preview}</bdi>
          </Link>
          {row.lastMessage ? (
            <span className={classes.dim}>
              <RelativeTime at={row.lastMessage.at} />
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
