import { ActionIcon, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './hours.module.css';
import type { Opening } from './queries.ts';

// 1 January 2024 was a Monday.
const nameOf = (day: number, language: string) =>
  new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, day));

/** When a weekday opens and closes; more than once where people go to lunch. */
export function WeekDay({
  day,
  openings,
  onChange,
}: {
  day: number;
  openings: readonly Opening[];
  onChange: (openings: Opening[]) => void;
}) {
  const { t, i18n } = useTranslation();
  const name = nameOf(day, i18n.language);
  const last = openings.at(-1);
  const set = (at: number, change: Partial<Opening>) =>
    onChange(openings.map((one, index) => (index === at ? { ...one, ...change } : one)));
  return (
    <div className={classes.day}>
      <Checkbox
        label={name}
        checked={openings.length > 0}
        onChange={(event) =>
          onChange(event.currentTarget.checked ? [{ day, from: '09:00', to: '17:00' }] : [])
        }
      />
      <Stack gap={6}>
        {openings.length === 0 ? <span className={classes.closed}>{t('hours.closed')}</span> : null}
        {openings.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an opening is its place
          <Group key={index} gap={6} wrap="nowrap">
            <TextInput
              type="time"
              required
              size="xs"
              aria-label={t('hours.fromOf', { day: name })}
              value={one.from}
              onChange={(event) => set(index, { from: event.currentTarget.value })}
            />
            <span aria-hidden>–</span>
            <TextInput
              type="time"
              required
              size="xs"
              aria-label={t('hours.toOf', { day: name })}
              // Clocks show the end of a day as its beginning.
              value={one.to === '24:00' ? '00:00' : one.to}
              onChange={(event) =>
                set(index, {
                  to: event.currentTarget.value === '00:00' ? '24:00' : event.currentTarget.value,
                })
              }
            />
            {openings.length > 1 ? (
              <ActionIcon
                aria-label={t('hours.removeOf', { day: name, from: one.from })}
                onClick={() => onChange(openings.filter((_, other) => other !== index))}
              >
                <IconX size={14} />
              </ActionIcon>
            ) : null}
            {index === openings.length - 1 && last && last.to < '23:00' ? (
              <ActionIcon
                aria-label={t('hours.addTo', { day: name })}
                onClick={() => onChange([...openings, { day, from: later(last.to), to: '23:59' }])}
              >
                <IconPlus size={14} />
              </ActionIcon>
            ) : null}
          </Group>
        ))}
      </Stack>
    </div>
  );
}

/** An hour after a time of the clock. */
const later = (time: string) => `${String(Number(time.slice(0, 2)) + 1).padStart(2, '0')}${time.slice(2)}`;
