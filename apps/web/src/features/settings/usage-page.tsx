import { Progress, Select, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { Page, Refused, Row, Rows, Section, Waiting } from '../../ui/page.tsx';
import { VolumeChart } from '../analytics/volume-chart.tsx';
import { type Usage, usageQuery } from './queries.ts';
import { UsageTable } from './usage-table.tsx';

/** What the plan allows, and what was used of it: by kind, month and number. */
export function UsagePage() {
  const { t, i18n } = useTranslation();
  const explain = useExplain();
  const [month, setMonth] = useState<string | null>(null);
  const { data: usage, error } = useQuery({ ...usageQuery(month), placeholderData: keepPreviousData });
  const named = new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const nameOf = (date: string) => named.format(Date.parse(date));
  if (!usage) {
    return (
      <Page title={t('settings.usage.title')}>
        {error ? <Refused problem={explain(error)} /> : <Waiting />}
      </Page>
    );
  }
  return (
    <Page
      title={t('settings.usage.title')}
      lead={t('settings.usage.lead', { plan: usage.plan.name, month: nameOf(usage.month) })}
    >
      <Limits usage={usage} />
      <Section title={t('settings.usage.byMonth')}>
        <VolumeChart days={yearOf(usage)} each="month" />
        <UsageTable
          label={t('settings.usage.byMonth')}
          head={t('settings.usage.month')}
          lines={usage.months.map(({ month: date, counts }) => ({ name: nameOf(date), counts }))}
        />
      </Section>
      <Section
        title={t('settings.usage.byNumber')}
        action={
          <Select
            size="xs"
            aria-label={t('settings.usage.month')}
            allowDeselect={false}
            value={usage.numbers.month.slice(0, 7)}
            data={usage.months.map(({ month: date }) => ({ value: date.slice(0, 7), label: nameOf(date) }))}
            onChange={setMonth}
          />
        }
      >
        <ByNumber numbers={usage.numbers.data} />
      </Section>
    </Page>
  );
}

function Limits({ usage }: { usage: Usage }) {
  const { t, i18n } = useTranslation();
  const figure = new Intl.NumberFormat(i18n.language);
  const size = new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  const told = (limit: number | null) =>
    limit === null ? t('settings.usage.noLimit') : figure.format(limit);
  const measured = ['messagesPerMonth', 'numbers', 'members', 'contacts'] as const;
  const rates = ['messagesPerMinute', 'requestsPerMinute'] as const;
  const { files, bytes } = usage.storage;
  return (
    <Rows label={t('settings.usage.limits')}>
      {measured.map((key) => {
        const { used, limit } = usage.quotas[key];
        return (
          <Row
            key={key}
            end={
              <Text size="sm">
                {limit === null
                  ? `${figure.format(used)} (${told(null)})`
                  : t('settings.usage.of', { used: figure.format(used), limit: told(limit) })}
              </Text>
            }
            below={
              limit === null ? null : (
                <Progress
                  value={Math.min(100, (100 * used) / limit)}
                  color={used > limit * 0.9 ? 'red.9' : 'chaski'}
                  aria-label={t(`settings.usage.limit.${key}`)}
                />
              )
            }
          >
            {t(`settings.usage.limit.${key}`)}
          </Row>
        );
      })}
      {rates.map((key) => (
        <Row key={key} end={<Text size="sm">{told(usage.plan[key])}</Text>}>
          {t(`settings.usage.limit.${key}`)}
        </Row>
      ))}
      <Row end={<Text size="sm">{figure.format(files)}</Text>}>{t('settings.usage.files')}</Row>
      <Row end={<Text size="sm">{size.format(bytes / 1_000_000)}</Text>}>{t('settings.usage.storage')}</Row>
    </Rows>
  );
}

function ByNumber({ numbers }: { numbers: Usage['numbers']['data'] }) {
  const { t } = useTranslation();
  const { data: known = [] } = useQuery(numbersQuery);
  const names = new Map(known.map((one) => [one.id, one.verifiedName || one.displayPhoneNumber]));
  if (numbers.length === 0) return <Text c="dimmed">{t('settings.usage.nothing')}</Text>;
  return (
    <UsageTable
      label={t('settings.usage.byNumber')}
      head={t('analytics.by.number')}
      lines={numbers.map(({ numberId, counts }) => ({
        name: names.get(numberId) ?? t('analytics.gone'),
        counts,
      }))}
    />
  );
}

/** Twelve months up to the running one, also those in which nothing was counted. */
function yearOf({ month, months }: Usage) {
  const known = new Map(months.map((one) => [one.month, one.counts]));
  return Array.from({ length: 12 }, (_, index) => {
    const at = new Date(month);
    at.setUTCMonth(at.getUTCMonth() - 11 + index);
    const date = at.toISOString().slice(0, 10);
    const counts = known.get(date) ?? {};
    return {
      date,
      volume: { received: counts['messages.received'] ?? 0, sent: counts['messages.sent'] ?? 0 },
    };
  });
}
