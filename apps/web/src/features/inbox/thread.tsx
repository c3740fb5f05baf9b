import { Button, Center, Loader } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Bubble } from './bubble.tsx';
import { messagesQuery } from './queries.ts';
import classes from './thread.module.css';

/** What was said, the newest at the bottom. */
export function Thread({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useInfiniteQuery(
    messagesQuery(conversationId),
  );
  const messages = data?.pages.flatMap((page) => page.data) ?? [];
  if (isPending) {
    return (
      <Center flex={1}>
        <Loader aria-label={t('inbox.loading')} />
      </Center>
    );
  }
  return (
    // A region that can be scrolled must be reachable by the keyboard; new lines are read out.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <div className={classes.thread} role="log" aria-label={t('inbox.messages')} tabIndex={0}>
      {messages.map((message) => (
        <Bubble key={message.id} message={message} />
      ))}
      {hasNextPage ? (
        <Center py="sm">
          <Button
            variant="default"
            size="xs"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            {t('inbox.older')}
          </Button>
        </Center>
      ) : null}
    </div>
  );
}
