import { Button, Skeleton, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useEventWords } from '../inbox/thread-event.tsx';
import { quietEvents } from '../inbox/thread-lines.ts';
import { timelineQuery } from '../inbox/thread-queries.ts';
import classes from './context.module.css';

/** What was done with the conversation, the newest first: who had it, who put it off, who closed it. */
export function History({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const words = useEventWords();
  const { data, isPending, hasNextPage, fetchNextPage } = useInfiniteQuery(timelineQuery(conversationId));
  if (isPending) return <Skeleton height={40} />;
  const events = data?.pages.flatMap((page) => page.data).filter(({ name }) => !quietEvents.has(name)) ?? [];
  if (events.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('context.noHistory')}
      </Text>
    );
  }
  return (
    <>
      <ul className={classes.lines}>
        {events.map((event) => (
          <li key={event.id}>
            <span>{words(event)}</span>
            <span className={classes.dim}>
              <RelativeTime at={event.at} />
            </span>
          </li>
        ))}
      </ul>
      {hasNextPage ? (
        <Button size="compact-sm" variant="default" onClick={() => void fetchNextPage()}>
          {t('context.more')}
        </Button>
      ) : null}
    </>
  );
}
