import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { Page, Refused, Row, Rows, Section, State, Waiting } from '../../ui/page.tsx';
import { Liveness } from './liveness.tsx';
import { healthQuery } from './queries.ts';

/** What waits, what gave up, and how large it all is. */
export function HealthPage() {
  const { t, i18n } = useTranslation();
  const explain = useExplain();
  const { data, error } = useQuery(healthQuery);
  const figure = new Intl.NumberFormat(i18n.language);
  const size = new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  if (!data)
    return (
      <Page title={t('operator.health.title')}>
        <Liveness />
        {error ? <Refused problem={explain(error)} /> : <Waiting />}
      </Page>
    );
  const { inbound, sends, deadEvents, jobs, database } = data;
  const late = (inbound.oldestSeconds ?? 0) > 30;
  const rows = [
    { key: 'waiting', value: inbound.waiting, tone: late ? 'bad' : 'good' },
    { key: 'parked', value: inbound.parked, tone: inbound.parked > 0 ? 'wait' : 'good' },
    { key: 'due', value: sends.due, tone: 'plain' },
    { key: 'claimed', value: sends.claimed, tone: 'plain' },
    { key: 'unconfirmed', value: sends.unconfirmed, tone: sends.unconfirmed > 0 ? 'wait' : 'good' },
    { key: 'deadSends', value: sends.dead, tone: sends.dead > 0 ? 'bad' : 'good' },
    { key: 'deadEvents', value: deadEvents, tone: deadEvents > 0 ? 'bad' : 'good' },
  ] as const;
  return (
    <Page title={t('operator.health.title')} lead={t('operator.health.lead')}>
      <Liveness />
      <Rows label={t('operator.health.title')}>
        {rows.map(({ key, value, tone }) => (
          <Row key={key} end={<State tone={tone}>{figure.format(value)}</State>}>
            {t(`operator.health.figure.${key}`)}
          </Row>
        ))}
      </Rows>
      <Section title={t('operator.health.jobs')}>
        <Rows label={t('operator.health.jobs')}>
          {Object.entries(jobs).map(([name, { waiting, active, completed, failed }]) => (
            <Row
              key={name}
              end={
                <State tone={failed > 0 ? 'bad' : 'good'}>
                  {t('operator.health.job', { waiting, active, completed, failed })}
                </State>
              }
            >
              <bdi>{name}</bdi>
            </Row>
          ))}
        </Rows>
      </Section>
      <Section title={t('operator.health.database')} lead={size.format(database.bytes / 1_000_000)}>
        <Rows label={t('operator.health.database')}>
          {database.largest.map(({ table, bytes }) => (
            <Row key={table} end={<Text size="sm">{size.format(bytes / 1_000_000)}</Text>}>
              <bdi>{table}</bdi>
            </Row>
          ))}
        </Rows>
      </Section>
    </Page>
  );
}
