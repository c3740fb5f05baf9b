import { Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { membersQuery, numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Page, Row, Rows, Section, Waiting } from '../../ui/page.tsx';
import { workspaceQuery } from './queries.ts';

/** What the plan allows, and how much of it is used this month. */
export function UsagePage() {
  const { t, i18n } = useTranslation();
  const { data: workspace } = useQuery(workspaceQuery);
  const { data: numbers } = useQuery(numbersQuery);
  const { data: members } = useQuery(membersQuery);
  if (!workspace)
    return (
      <Page title={t('settings.usage.title')}>
        <Waiting />
      </Page>
    );
  const { plan, usage } = workspace;
  const figure = new Intl.NumberFormat(i18n.language);
  const told = (limit: number | null) =>
    limit === null ? t('settings.usage.noLimit') : figure.format(limit);
  const measured = [
    { key: 'messagesPerMonth', used: usage.counts['messages.sent'] ?? 0, limit: plan.messagesPerMonth },
    { key: 'numbers', used: numbers?.length ?? 0, limit: plan.numbers },
    { key: 'members', used: members?.length ?? 0, limit: plan.members },
  ];
  const rates = ['messagesPerMinute', 'requestsPerMinute', 'contacts'] as const;
  return (
    <Page
      title={t('settings.usage.title')}
      lead={t('settings.usage.lead', { plan: plan.name, month: usage.month })}
    >
      <Rows label={t('settings.usage.limits')}>
        {measured.map(({ key, used, limit }) => (
          <Row
            key={key}
            end={
              <Text size="sm">
                {t('settings.usage.of', { used: figure.format(used), limit: told(limit) })}
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
        ))}
        {rates.map((key) => (
          <Row key={key} end={<Text size="sm">{told(plan[key])}</Text>}>
            {t(`settings.usage.limit.${key}`)}
          </Row>
        ))}
      </Rows>
      <Section title={t('settings.usage.thisMonth')}>
        <Rows label={t('settings.usage.thisMonth')}>
          {Object.entries(usage.counts).map(([metric, count]) => (
            <Row key={metric} end={<Text size="sm">{figure.format(count)}</Text>}>
              {t(`settings.usage.metric.${metric.replaceAll('.', '_')}`, { defaultValue: metric })}
            </Row>
          ))}
        </Rows>
        {Object.keys(usage.counts).length === 0 ? (
          <Text c="dimmed">{t('settings.usage.nothing')}</Text>
        ) : null}
      </Section>
    </Page>
  );
}
