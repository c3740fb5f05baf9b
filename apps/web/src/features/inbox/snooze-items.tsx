import { Menu } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import classes from './thread.module.css';
import { snoozeTimes } from './thread-snooze.ts';

/** The usual times, each with its day and date: on a Saturday next week begins in two days. */
export function SnoozeItems({ onSnooze }: { onSnooze: (until: string) => void }) {
  const { t, i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });
  return snoozeTimes(new Date()).map(({ name, until }) => (
    <Menu.Item
      key={name}
      rightSection={
        name === 'untilReply' ? null : <span className={classes.small}>{format.format(until)}</span>
      }
      onClick={() => onSnooze(until.toISOString())}
    >
      {t(`thread.snooze.${name}`)}
    </Menu.Item>
  ));
}
