import type { Campaign } from '@chaski/sdk';
import { Group, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { Section } from '../../ui/page.tsx';
import { useCampaign } from './use-change.ts';

type Schedule = Campaign['schedule'];
const kinds = ['now', 'at', 'local', 'recurring'] as const;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** Every month has these. */
const days = Array.from({ length: 28 }, (_, i) => String(i + 1));
const pad = (n: number) => String(n).padStart(2, '0');
const localText = (at: Date) =>
  `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;

/** When: at once, at a time, at a time of everybody's own clock, or again and again; and never at night. */
export function ScheduleStep({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t } = useTranslation();
  const { change } = useCampaign(campaign);
  const { schedule } = campaign;
  const put = (now: Schedule) => void change({ schedule: now });
  const shared = {
    timeZone: schedule.timeZone === 'UTC' ? zone : schedule.timeZone,
    quietHours: schedule.quietHours,
  };
  const choose = (kind: string | null) => {
    const tomorrow = new Date(Date.now() + 86_400_000);
    if (kind === 'now') put({ kind, ...shared });
    else if (kind === 'at') put({ kind, at: tomorrow.toISOString(), ...shared });
    else if (kind === 'local')
      put({ kind, date: localText(tomorrow).slice(0, 10), time: '10:00', ...shared });
    else if (kind === 'recurring') put({ kind, every: 'week', weekday: 1, time: '10:00', ...shared });
  };
  return (
    <Section
      title={t('campaigns.step.schedule')}
      lead={t('campaigns.step.scheduleLead', { zone: shared.timeZone })}
    >
      <Stack>
        <Select
          label={t('campaigns.schedule.when')}
          value={schedule.kind}
          disabled={!editable}
          allowDeselect={false}
          onChange={choose}
          data={kinds.map((kind) => ({ value: kind, label: t(`campaigns.schedule.${kind}`) }))}
        />
        <Times key={schedule.kind} schedule={schedule} editable={editable} onChange={put} />
        <Quiet schedule={schedule} editable={editable} onChange={put} />
      </Stack>
    </Section>
  );
}

interface Part {
  schedule: Schedule;
  editable: boolean;
  onChange: (schedule: Schedule) => void;
}

function Times({ schedule, editable, onChange }: Part) {
  const { t, i18n } = useTranslation();
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' });
  const time = (label: string, value: string, put: (time: string) => void, type = 'time') => (
    <TextInput
      type={type}
      label={label}
      defaultValue={value}
      disabled={!editable}
      onBlur={(event) => {
        if (event.currentTarget.value !== '') put(event.currentTarget.value);
      }}
    />
  );
  switch (schedule.kind) {
    case 'now':
      return null;
    case 'at':
      return time(
        t('campaigns.schedule.time'),
        localText(new Date(schedule.at)),
        (text) => onChange({ ...schedule, at: new Date(text).toISOString() }),
        'datetime-local',
      );
    case 'local':
      return (
        <Group grow>
          {time(
            t('campaigns.schedule.date'),
            schedule.date,
            (date) => onChange({ ...schedule, date }),
            'date',
          )}
          {time(t('campaigns.schedule.time'), schedule.time, (text) => onChange({ ...schedule, time: text }))}
        </Group>
      );
    case 'recurring':
      return (
        <Group grow>
          <Select
            label={t('campaigns.schedule.every')}
            value={schedule.every}
            disabled={!editable}
            allowDeselect={false}
            data={(['day', 'week', 'month'] as const).map((every) => ({
              value: every,
              label: t(`campaigns.schedule.each.${every}`),
            }))}
            onChange={(every) => {
              const { weekday: _weekday, day: _day, ...rest } = schedule;
              if (every === 'day') onChange({ ...rest, every });
              else if (every === 'week') onChange({ ...rest, every, weekday: 1 });
              else if (every === 'month') onChange({ ...rest, every, day: 1 });
            }}
          />
          {schedule.every === 'week' ? (
            <Select
              label={t('campaigns.schedule.weekday')}
              value={String(schedule.weekday ?? 1)}
              disabled={!editable}
              allowDeselect={false}
              data={[1, 2, 3, 4, 5, 6, 7].map((day) => ({
                value: String(day),
                label: weekday.format(Date.UTC(2024, 0, day)),
              }))}
              onChange={(day) => onChange({ ...schedule, weekday: Number(day) })}
            />
          ) : null}
          {schedule.every === 'month' ? (
            <Select
              label={t('campaigns.schedule.day')}
              value={String(schedule.day ?? 1)}
              disabled={!editable}
              allowDeselect={false}
              data={days}
              onChange={(day) => onChange({ ...schedule, day: Number(day) })}
            />
          ) : null}
          {time(t('campaigns.schedule.time'), schedule.time, (text) => onChange({ ...schedule, time: text }))}
          <TextInput
            type="date"
            label={t('campaigns.schedule.until')}
            defaultValue={schedule.until ?? ''}
            disabled={!editable}
            onBlur={(event) => {
              const { until = '', ...rest } = schedule;
              const { value } = event.currentTarget;
              if (value !== until) onChange(value === '' ? rest : { ...rest, until: value });
            }}
          />
        </Group>
      );
  }
}

function Quiet({ schedule, editable, onChange }: Part) {
  const { t } = useTranslation();
  const [hours, setHours] = useState(schedule.quietHours ?? { from: '21:00', to: '08:00' });
  const put = (now: typeof hours) => {
    setHours(now);
    if (schedule.quietHours) onChange({ ...schedule, quietHours: now });
  };
  return (
    <Group align="flex-end">
      <Switch
        label={t('campaigns.schedule.quiet')}
        description={t('campaigns.schedule.quietHint')}
        checked={schedule.quietHours !== null}
        disabled={!editable}
        onChange={(event) =>
          onChange({ ...schedule, quietHours: event.currentTarget.checked ? hours : null })
        }
      />
      {schedule.quietHours
        ? (['from', 'to'] as const).map((end) => (
            <TextInput
              key={end}
              type="time"
              label={t(`campaigns.schedule.${end}`)}
              defaultValue={hours[end]}
              disabled={!editable}
              onBlur={(event) => {
                if (event.currentTarget.value !== '') put({ ...hours, [end]: event.currentTarget.value });
              }}
            />
          ))
        : null}
    </Group>
  );
}
