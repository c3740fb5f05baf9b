import { ActionIcon, Button, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { useUnsaved } from '../../ui/confirm.tsx';
import { useExplain } from '../../ui/explain.ts';
import { Refused } from '../../ui/page.tsx';
import classes from './hours.module.css';
import { type Hours, type Opening, ownZone, usualHours } from './queries.ts';
import { WeekDay } from './week-day.tsx';

const weekdays = [1, 2, 3, 4, 5, 6, 7];

/** Business hours of the workspace or of one number. `without`: what holds when there are none. */
export function HoursForm(props: {
  label: string;
  hours: Hours | null;
  on: string;
  without: string;
  onSave: (hours: Hours | null) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const explain = useExplain();
  const [saved, setSaved] = useState(props.hours);
  const [hours, setHours] = useState(props.hours);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const dirty = JSON.stringify(hours) !== JSON.stringify(saved);
  useUnsaved(dirty);
  const put = (change: Partial<Hours>) => hours && setHours({ ...hours, ...change });
  const save = async () => {
    setProblem(null);
    setBusy(true);
    try {
      await props.onSave(hours);
      setSaved(hours);
      notifications.show({ message: t('form.saved') });
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  return (
    <form
      aria-label={props.label}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack>
        <Refused problem={problem} />
        <Switch
          label={props.on}
          checked={hours !== null}
          onChange={(event) =>
            setHours(event.currentTarget.checked ? (saved ?? usualHours(ownZone())) : null)
          }
        />
        {hours === null ? (
          <Text size="sm" c="dimmed">
            {props.without}
          </Text>
        ) : (
          <>
            <Select
              label={t('hours.zone')}
              description={t('hours.zoneHint')}
              maw={360}
              searchable
              allowDeselect={false}
              limit={60}
              data={[...new Set([hours.zone, ...Intl.supportedValuesOf('timeZone'), 'UTC'])]}
              value={hours.zone}
              onChange={(zone) => zone && put({ zone })}
            />
            <div className={classes.week}>
              {weekdays.map((day) => (
                <WeekDay
                  key={day}
                  day={day}
                  openings={hours.weekly.filter((one) => one.day === day)}
                  onChange={(openings) => put({ weekly: replaced(hours.weekly, day, openings) })}
                />
              ))}
            </div>
            <Holidays hours={hours} put={put} />
          </>
        )}
        <Group>
          <Button type="submit" loading={busy} disabled={!dirty}>
            {t('form.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const replaced = (weekly: readonly Opening[], day: number, openings: Opening[]): Opening[] =>
  weekdays.flatMap((one) => (one === day ? openings : weekly.filter((opening) => opening.day === one)));

function Holidays({ hours, put }: { hours: Hours; put: (change: Partial<Hours>) => void }) {
  const { t } = useTranslation();
  const set = (at: number, change: Partial<Hours['holidays'][number]>) =>
    put({ holidays: hours.holidays.map((one, index) => (index === at ? { ...one, ...change } : one)) });
  return (
    <fieldset className={classes.holidays}>
      <legend>{t('hours.holidays')}</legend>
      <Stack gap="xs">
        {hours.holidays.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may be of the same date while one writes
          <Group key={index} gap="xs" wrap="nowrap" align="end">
            <TextInput
              type="date"
              required
              aria-label={t('hours.holidayDate')}
              value={one.date}
              onChange={(event) => set(index, { date: event.currentTarget.value })}
            />
            <TextInput
              className={classes.name ?? ''}
              aria-label={t('hours.holidayName')}
              placeholder={t('hours.holidayName')}
              maxLength={80}
              value={one.name ?? ''}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
            />
            <ActionIcon
              size="lg"
              aria-label={t('form.removeOne', { name: one.name || one.date || t('hours.holidayName') })}
              onClick={() => put({ holidays: hours.holidays.filter((_, other) => other !== index) })}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => put({ holidays: [...hours.holidays, { date: '', name: '' }] })}
          >
            {t('hours.addHoliday')}
          </Button>
        </Group>
      </Stack>
    </fieldset>
  );
}
