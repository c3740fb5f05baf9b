import type { Campaign, CampaignRecipient, CampaignReport } from '@chaski/sdk';
import { Anchor, Select, Skeleton, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { failureWords, theirWords } from '../../ui/failure.ts';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { Row, Rows, Section } from '../../ui/page.tsx';
import { shareOf } from '../analytics/figures.ts';
import classes from './campaigns.module.css';
import { moneyOf, recipientsQuery, reportQuery, templateQuery, type Wanted } from './queries.ts';
import { useReason } from './reasons.ts';
import { valuesInWords } from './values.ts';

/** What came of a campaign: in sum, why some got nothing, and person by person. */
export function Report({ campaign }: { campaign: Campaign }) {
  const { t, i18n } = useTranslation();
  const { data: template } = useQuery(templateQuery(campaign));
  const reason = useReason(template);
  const { data: report } = useQuery(reportQuery(campaign.id));
  if (!report) return <Skeleton height={160} />;
  const figure = new Intl.NumberFormat(i18n.language);
  const share = (part: number) => shareOf(part, report.sent, i18n.language);
  const facts = [
    {
      key: 'total',
      value: figure.format(report.total),
      more:
        report.states.skipped > 0
          ? t('campaigns.report.madeOf', {
              meant: figure.format(report.total - report.states.skipped),
              skipped: figure.format(report.states.skipped),
            })
          : null,
    },
    { key: 'sent', value: figure.format(report.sent), more: null },
    { key: 'delivered', value: figure.format(report.delivered), more: share(report.delivered) },
    { key: 'read', value: figure.format(report.read), more: share(report.read) },
    { key: 'replied', value: figure.format(report.replied), more: share(report.replied) },
    {
      key: 'clicked',
      value: figure.format(report.clicked),
      more: report.clicked > 0 ? t('campaigns.report.taps', { count: report.clicks }) : null,
    },
    ...(report.templateClicks === null
      ? []
      : [
          {
            key: 'templateClicks',
            value: figure.format(report.templateClicks),
            more: t('campaigns.report.byWhatsApp'),
          },
        ]),
    { key: 'optedOut', value: figure.format(report.optedOut), more: share(report.optedOut) },
    { key: 'converted', value: figure.format(report.converted), more: null },
    {
      key: 'cost',
      value: report.cost ? moneyOf(report.cost.micros, report.cost.currency, i18n.language) : '–',
      more: report.cost
        ? t('campaigns.report.of', {
            cost: moneyOf(report.cost.expectedMicros, report.cost.currency, i18n.language),
          })
        : null,
    },
  ];
  return (
    <>
      <Section title={t('campaigns.report.title')}>
        <Bar report={report} />
        <dl className={classes.numbers}>
          {facts.map(({ key, value, more }) => (
            <div key={key}>
              <dt>{t(`campaigns.report.${key}`)}</dt>
              <dd>
                {value}
                {more ? (
                  <Text span size="xs" c="dimmed">
                    {' '}
                    {more}
                  </Text>
                ) : null}
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      {report.reasons.length > 0 ? (
        <Section title={t('campaigns.report.why')}>
          <Rows label={t('campaigns.report.why')}>
            {report.reasons.map((one) => (
              <Row key={`${one.state} ${one.reason}`} end={<Text size="sm">{figure.format(one.count)}</Text>}>
                {reason(one.reason)}
                <Text size="xs" c="dimmed">
                  {t(`campaigns.recipient.${one.state}`)}
                </Text>
              </Row>
            ))}
          </Rows>
        </Section>
      ) : null}
      <Recipients campaign={campaign} report={report} reason={reason} />
    </>
  );
}

/** How far it is: done, waiting and failed as parts of all. The same figures stand below as words. */
function Bar({ report }: { report: CampaignReport }) {
  const { t } = useTranslation();
  const { states, total } = report;
  const done = states.sent + states.delivered + states.read;
  const bad = states.failed + states.unconfirmed;
  const waiting = states.queued;
  // Who is left out is nothing to do: without them a campaign that is over has a full bar.
  const meant = total - states.skipped;
  const width = (n: number) => (meant === 0 ? 0 : (100 * n) / meant);
  return (
    <svg
      className={classes.bar}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={t('campaigns.report.progress', { done, total: meant })}
    >
      <rect data-part="done" x={0} y={0} height={10} width={width(done)} />
      <rect data-part="bad" x={width(done)} y={0} height={10} width={width(bad)} />
      <rect data-part="waiting" x={width(done + bad)} y={0} height={10} width={width(waiting)} />
    </svg>
  );
}

const dids = ['replied', 'clicked', 'opted_out', 'converted'] as const;

function Recipients(props: {
  campaign: Campaign;
  report: CampaignReport;
  reason: ReturnType<typeof useReason>;
}) {
  const { campaign, report, reason } = props;
  const { t, i18n } = useTranslation();
  const may = useMay();
  const [chosen, setChosen] = useState('');
  const [kind, value] = chosen.split(':') as [string, string | undefined];
  const wanted: Wanted =
    kind === 'state' && value
      ? { state: value }
      : kind === 'did'
        ? { did: value as (typeof dids)[number] }
        : {};
  const list = useInfiniteQuery(recipientsQuery(campaign.id, wanted));
  const { data } = list;
  const people = data?.pages.flatMap((page) => page.data) ?? [];
  const states = Object.entries(report.states).filter(([, count]) => count > 0);
  const query = new URLSearchParams({ ...wanted });
  return (
    <Section
      title={t('campaigns.report.people')}
      action={
        may('contacts:export') ? (
          <Anchor
            size="sm"
            href={`/v1/campaigns/${campaign.id}/export?${query}`}
            download={`${campaign.name}.csv`}
          >
            {t('campaigns.report.export')}
          </Anchor>
        ) : null
      }
    >
      <Select
        w={240}
        mb="sm"
        label={t('campaigns.report.show')}
        value={chosen}
        allowDeselect={false}
        onChange={(now) => setChosen(now ?? '')}
        data={[
          { value: '', label: t('campaigns.report.everybody') },
          ...states.map(([state, count]) => ({
            value: `state:${state}`,
            label: `${t(`campaigns.recipient.${state}`)} (${count})`,
          })),
          ...dids.map((did) => ({ value: `did:${did}`, label: t(`campaigns.did.${did}`) })),
        ]}
      />
      <Table.ScrollContainer minWidth={760}>
        <Table fz="sm" verticalSpacing={6} aria-label={t('campaigns.report.people')}>
          <Table.Thead>
            <Table.Tr>
              {['person', 'state', 'reason', 'when', 'since', 'cost'].map((key) => (
                <Table.Th key={key} scope="col">
                  {t(`campaigns.report.${key}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.map((one) => (
              <Table.Tr key={one.n}>
                <Table.Td>
                  {one.contactId ? (
                    <Anchor
                      size="sm"
                      renderRoot={(props) => (
                        <Link to="/app/contacts" search={{ contact: one.contactId ?? '' }} {...props} />
                      )}
                    >
                      <bdi>{one.name || `+${one.address}`}</bdi>
                    </Anchor>
                  ) : (
                    <bdi>{one.name || one.address}</bdi>
                  )}
                  <Text size="xs" c="dimmed" dir="auto" lineClamp={1}>
                    {valuesInWords(one.values, i18n.language)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {t(`campaigns.recipient.${one.state}`)}
                  {one.attempt > 1 ? (
                    <Text size="xs" c="dimmed">
                      {t('campaigns.report.tries', { count: one.attempt })}
                    </Text>
                  ) : null}
                </Table.Td>
                <Table.Td>
                  {one.error
                    ? failureWords(t, one.error.code, one.error.message)
                    : one.reason
                      ? reason(one.reason)
                      : ''}
                  {one.error ? (
                    <Text size="xs" c="dimmed" dir="auto">
                      {theirWords(one.error)}
                    </Text>
                  ) : null}
                </Table.Td>
                <Table.Td>
                  <Moment
                    at={
                      one.readAt ?? one.deliveredAt ?? one.sentAt ?? one.failedAt ?? one.queuedAt ?? one.dueAt
                    }
                  />
                </Table.Td>
                <Table.Td>
                  <Since one={one} />
                </Table.Td>
                <Table.Td>
                  {one.costMicros !== null && report.cost
                    ? moneyOf(one.costMicros, report.cost.currency, i18n.language)
                    : ''}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {data && people.length === 0 ? <Text c="dimmed">{t('campaigns.report.nobody')}</Text> : null}
      <More list={list} />
    </Section>
  );
}

/** What somebody did after they had it. */
function Since({ one }: { one: CampaignRecipient }) {
  const { t, i18n } = useTranslation();
  const { name, value, currency } = (one.conversion ?? {}) as {
    name?: string;
    value?: number;
    currency?: string;
  };
  const worth =
    value === undefined
      ? ''
      : new Intl.NumberFormat(i18n.language, currency ? { style: 'currency', currency } : {}).format(value);
  const all = [
    { did: 'replied', at: one.repliedAt, more: '' },
    { did: 'clicked', at: one.clickedAt, more: t('campaigns.report.taps', { count: one.clicks }) },
    { did: 'opted_out', at: one.optedOutAt, more: '' },
    { did: 'converted', at: one.convertedAt, more: [name, worth].filter(Boolean).join(' ') },
  ];
  return all
    .filter(({ at }) => at !== null)
    .map(({ did, at, more }) => (
      <div key={did}>
        {t(`campaigns.did.${did}`)}
        <Text size="xs" c="dimmed">
          <Moment at={at} /> <bdi>{more}</bdi>
        </Text>
      </div>
    ));
}
