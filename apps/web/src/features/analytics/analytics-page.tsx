import { Anchor, SegmentedControl, Select, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { labelsQuery, membersQuery, numbersQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { failureWords } from '../../ui/failure.ts';
import { Page, Refused, Row, Rows, Section, Waiting } from '../../ui/page.tsx';
import { hoursQuery } from '../hours/queries.ts';
import classes from './analytics.module.css';
import { Costs } from './costs.tsx';
import { durationOf, shareOf } from './figures.ts';
import { HoursTable } from './hours-table.tsx';
import { LinesTable } from './lines-table.tsx';
import { type Asked, queryOf, type Report, reportQuery, zone } from './queries.ts';
import { VolumeChart } from './volume-chart.tsx';

const route = getRouteApi('/inside/app/analytics');
const spans = [7, 28, 90] as const;

/** What was said and done, counted: how much, how fast, by whom, and what went wrong. */
export function AnalyticsPage() {
  const { t } = useTranslation();
  const may = useMay();
  if (may('analytics:read')) return <AllFigures />;
  return (
    <Page title={t('analytics.title')}>
      <Text>{t('settings.notYours')}</Text>
    </Page>
  );
}

function AllFigures() {
  const { t } = useTranslation();
  const explain = useExplain();
  const search = route.useSearch();
  const asked: Asked = { ...search, days: search.days ?? 28 };
  const { data: report, error } = useQuery(reportQuery(asked));
  return (
    <Page wide title={t('analytics.title')} lead={t('analytics.lead', { zone })}>
      <Filters asked={asked} />
      {report ? <Figures report={report} asked={asked} /> : null}
      {report || error ? null : <Waiting rows={5} />}
      {report ? null : <Refused problem={error ? explain(error) : null} />}
    </Page>
  );
}

function Filters({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const { data: numbers = [] } = useQuery(numbersQuery);
  const { data: members = [] } = useQuery(membersQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: hours = [] } = useQuery(hoursQuery);
  const choose = (more: Partial<Asked>) =>
    void navigate({ search: (before) => ({ ...before, ...more }), replace: true });
  const select = (key: 'number' | 'member' | 'label', data: { value: string; label: string }[]) => (
    <Select
      size="sm"
      w={160}
      label={t(`analytics.by.${key}`)}
      placeholder={t('analytics.everything')}
      data={data}
      value={asked[key] ?? null}
      onChange={(value) => choose({ [key]: value ?? undefined })}
      clearable
      clearButtonProps={{ 'aria-label': t('analytics.clear', { filter: t(`analytics.by.${key}`) }) }}
      searchable
    />
  );
  return (
    <div className={classes.filters}>
      <SegmentedControl
        aria-label={t('analytics.span')}
        value={String(asked.days)}
        onChange={(value) => choose({ days: Number(value) })}
        data={spans.map((days) => ({ value: String(days), label: t('analytics.days', { count: days }) }))}
      />
      {select(
        'number',
        numbers.map((one) => ({ value: one.id, label: one.displayPhoneNumber })),
      )}
      {select(
        'member',
        members.map((one) => ({ value: one.userId, label: one.name || one.email })),
      )}
      {select(
        'label',
        labels.map((one) => ({ value: one.id, label: one.name })),
      )}
      {hours.some((one) => one.hours !== null) ? (
        <Switch
          label={t('analytics.openOnly')}
          checked={asked.open ?? false}
          onChange={(event) => choose({ open: event.currentTarget.checked || undefined })}
        />
      ) : null}
    </div>
  );
}

function Figures({ report, asked }: { report: Report; asked: Asked }) {
  const { t, i18n } = useTranslation();
  const { data: numbers = [] } = useQuery(numbersQuery);
  const { data: members = [] } = useQuery(membersQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const figure = new Intl.NumberFormat(i18n.language);
  const { volume, waits } = report.total;
  const wait = (one: { n: number; median: number | null; p90: number | null }) => ({
    value: durationOf(one.median, i18n.language),
    more: one.p90 === null ? null : t('analytics.nineOfTen', { time: durationOf(one.p90, i18n.language) }),
  });
  const tiles = [
    { key: 'received', value: figure.format(volume.received), more: null },
    { key: 'sent', value: figure.format(volume.sent), more: null },
    { key: 'deliveredShare', value: shareOf(volume.delivered, volume.sent, i18n.language), more: null },
    { key: 'readShare', value: shareOf(volume.read, volume.sent, i18n.language), more: null },
    { key: 'failed', value: figure.format(volume.failed), more: null },
    { key: 'firstAnswer', ...wait(waits.first) },
    { key: 'answer', ...wait(waits.answer) },
    { key: 'resolution', ...wait(waits.resolution) },
  ];
  const named = (
    lines: Report['numbers'],
    known: readonly { id: string; name: string }[],
  ): (Report['numbers'][number] & { name: string })[] => {
    const names = new Map(known.map(({ id, name }) => [id, name]));
    return lines.map((line) => ({ ...line, name: names.get(line.id) ?? t('analytics.gone') }));
  };
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeZone: 'UTC' });
  return (
    <>
      <dl className={classes.tiles}>
        {tiles.map(({ key, value, more }) => (
          <div key={key} className={classes.tile}>
            <dt>{t(`analytics.${key}`)}</dt>
            <dd>
              {value}
              {more ? <small>{more}</small> : null}
            </dd>
          </div>
        ))}
      </dl>
      <Section title={t('analytics.perDay')} action={<Csv table="days" asked={asked} />}>
        <VolumeChart days={report.days} />
        <details className={classes.fold}>
          <summary>{t('analytics.asTable')}</summary>
          <LinesTable
            label={t('analytics.perDay')}
            head={t('analytics.day')}
            lines={report.days.map((line) => ({ ...line, name: day.format(Date.parse(line.date)) }))}
          />
        </details>
      </Section>
      <Section
        title={t('analytics.hours')}
        lead={t('analytics.hoursLead')}
        action={<Csv table="hours" asked={asked} />}
      >
        <HoursTable cells={report.hours} />
      </Section>
      <Lines
        part="members"
        asked={asked}
        lines={named(
          report.members,
          members.map((one) => ({ id: one.userId, name: one.name || one.email })),
        )}
      />
      <Lines
        part="numbers"
        asked={asked}
        lines={named(
          report.numbers,
          numbers.map((one) => ({ id: one.id, name: one.displayPhoneNumber })),
        )}
      />
      <Lines part="labels" asked={asked} lines={named(report.labels, labels)} />
      <div className={classes.two}>
        <Reasons part="failures" asked={asked}>
          {report.failures.map(({ code, n }) => (
            <Row key={code} end={<Text size="sm">{figure.format(n)}</Text>}>
              {failureWords(t, code)}
            </Row>
          ))}
        </Reasons>
        <Reasons part="pricing" asked={asked} above={<Costs costs={report.costs} />}>
          {report.pricing.map(({ category, type, n }) => (
            <Row key={`${category} ${type}`} end={<Text size="sm">{figure.format(n)}</Text>}>
              {t(`analytics.category.${category}`, { defaultValue: category })}
              <Text size="xs" c="dimmed">
                {type === 'regular' ? t('analytics.charged') : t('analytics.free')}
              </Text>
            </Row>
          ))}
        </Reasons>
        <Reasons part="sources" asked={asked}>
          {report.sources.map(({ source, n }) => (
            <Row key={source} end={<Text size="sm">{figure.format(n)}</Text>}>
              {t(`analytics.source.${source}`, { defaultValue: source })}
            </Row>
          ))}
        </Reasons>
      </div>
    </>
  );
}

type Table = 'days' | 'hours' | 'numbers' | 'members' | 'labels' | 'failures' | 'pricing' | 'sources';

function Lines(props: {
  part: 'numbers' | 'members' | 'labels';
  asked: Asked;
  lines: Parameters<typeof LinesTable>[0]['lines'];
}) {
  const { t } = useTranslation();
  const title = t(`analytics.${props.part}`);
  return (
    <Section title={title} action={<Csv table={props.part} asked={props.asked} />}>
      {props.lines.length === 0 ? (
        <Text c="dimmed">{t('analytics.nothing')}</Text>
      ) : (
        <LinesTable label={title} head={t(`analytics.by.${props.part.slice(0, -1)}`)} lines={props.lines} />
      )}
    </Section>
  );
}

function Reasons(props: {
  part: 'failures' | 'pricing' | 'sources';
  asked: Asked;
  above?: ReactNode;
  children: ReactNode[];
}) {
  const { t } = useTranslation();
  const title = t(`analytics.${props.part}`);
  return (
    <Section title={title} action={<Csv table={props.part} asked={props.asked} />}>
      {props.above}
      {props.children.length === 0 ? (
        <Text c="dimmed">{t('analytics.nothing')}</Text>
      ) : (
        <Rows label={title}>{props.children}</Rows>
      )}
    </Section>
  );
}

/** The browser saves what this address answers. */
function Csv({ table, asked }: { table: Table; asked: Asked }) {
  const { t } = useTranslation();
  const query = new URLSearchParams({ ...queryOf(asked), table });
  return (
    <Anchor
      size="sm"
      href={`/v1/analytics/export?${query}`}
      download
      aria-label={t('analytics.csvOf', { table: t(`analytics.${table === 'days' ? 'perDay' : table}`) })}
    >
      CSV
    </Anchor>
  );
}
