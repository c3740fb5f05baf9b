import type { Message } from '@chaski/sdk';
import { Popover, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './bubble.module.css';
import { messageQuery } from './thread-queries.ts';
import { Ticks } from './ticks.tsx';

/** The time of a message; asked by pointer or keyboard, what happened to it when. */
export function TicksStory({ message }: { message: Message }) {
  const { t, i18n } = useTranslation();
  const [opened, setOpened] = useState(false);
  const out = message.direction === 'out';
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' });
  return (
    <Popover opened={opened} onChange={setOpened} position="top" withArrow shadow="md" withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={classes.story}
          aria-expanded={opened}
          onMouseEnter={() => setOpened(true)}
          onMouseLeave={() => setOpened(false)}
          onFocus={(event) => setOpened(event.currentTarget.matches(':focus-visible'))}
          onBlur={() => setOpened(false)}
          onClick={() => setOpened(true)}
          onKeyDown={(event) => {
            // Gone without going elsewhere; and one stays in the thread.
            if (!opened || event.key !== 'Escape') return;
            event.stopPropagation();
            setOpened(false);
          }}
        >
          <time dateTime={message.shownAt}>{time.format(new Date(message.shownAt))}</time>
          {out ? <Ticks status={message.status} size={16} /> : null}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('thread.story.label')}>
        <Story message={message} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Story({ message }: { message: Message }) {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(messageQuery(message.id, message.conversationId));
  const known = data ?? message;
  const full = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const times: [label: string, at: string | null | undefined][] =
    message.direction === 'in'
      ? [
          ['written', message.shownAt],
          ['received', message.createdAt],
        ]
      : [
          ['queued', known.createdAt],
          ['sent', known.sentAt],
          ['delivered', known.deliveredAt],
          ['read', known.readAt],
          ['failed', known.failedAt],
        ];
  const tries = data?.attempts.length ?? 0;
  return (
    <>
      <dl className={classes.times}>
        {times.map(([label, at]) =>
          at ? (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{t(`thread.story.${label}`)}</dt>
              <dd>{full.format(new Date(at))}</dd>
            </div>
          ) : null,
        )}
        {known.retryAt ? (
          <>
            <dt>{t('thread.story.retry')}</dt>
            <dd>{full.format(new Date(known.retryAt))}</dd>
          </>
        ) : null}
      </dl>
      {message.direction === 'out' && !data ? <Skeleton height={12} mt={6} /> : null}
      {tries > 1 ? <p className={classes.foot}>{t('thread.story.tries', { count: tries })}</p> : null}
    </>
  );
}
