import type { Message } from '@chaski/sdk';
import { Popover, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { later } from '../../ui/later.tsx';
import classes from './bubble.module.css';
import { Ticks } from './ticks.tsx';

const TicksTold = later(() => import('./ticks-told.tsx'), <Skeleton height={12} width={180} />);

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
        <TicksTold message={message} />
      </Popover.Dropdown>
    </Popover>
  );
}
