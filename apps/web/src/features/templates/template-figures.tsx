import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import { Listing, Row, Rows, Section } from '../../ui/page.tsx';
import { Costs } from '../analytics/costs.tsx';
import { statisticsQuery, usesQuery } from './queries.ts';
import classes from './templates.module.css';

/** Who sends it: whoever changes a template sees first what hangs on it. */
export function TemplateUses({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error } = useQuery(usesQuery(id));
  return (
    <Section title={t('templates.uses')}>
      <Listing query={{ data, error }} empty={t('templates.unused')}>
        {(uses) => (
          <Rows label={t('templates.uses')}>
            {uses.map((use) => (
              <Row
                key={use.id}
                end={
                  <Text size="sm" c="dimmed">
                    {t(`campaigns.state.${use.state}`, { defaultValue: use.state })}
                  </Text>
                }
              >
                {use.kind === 'campaign' ? (
                  <Anchor
                    renderRoot={(props) => (
                      <Link to="/app/campaigns/$campaignId" params={{ campaignId: use.id }} {...props} />
                    )}
                  >
                    <bdi>{use.name}</bdi>
                  </Anchor>
                ) : (
                  <bdi>{use.name}</bdi>
                )}
                <Text size="xs" c="dimmed">
                  {t(`templates.use.${use.kind}`, { defaultValue: use.kind })}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
    </Section>
  );
}

/** What came of its sends, and as what they are billed. */
export function TemplateFigures({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(statisticsQuery(id));
  const figure = new Intl.NumberFormat(i18n.language);
  return (
    <Section title={t('templates.figures')} lead={t('templates.figuresLead')}>
      {data ? (
        <>
          <dl className={classes.facts}>
            {(['sent', 'delivered', 'read', 'failed', 'queued'] as const).map((key) => (
              <div key={key}>
                <dt>{t(`templates.figure.${key}`)}</dt>
                <dd>{figure.format(data[key])}</dd>
              </div>
            ))}
          </dl>
          {data.told ? (
            <Text size="sm" mt="xs">
              {t('templates.told', {
                sent: figure.format(data.told.sent),
                read: figure.format(data.told.read),
                clicked: figure.format(data.told.clicked),
              })}
            </Text>
          ) : null}
          <Text size="sm" fw={600} mt="md" mb={6}>
            {t('templates.billed')}
          </Text>
          <Costs costs={data.costs} />
          <Listing query={{ data: data.billed, error: null }} empty={t('templates.notBilled')}>
            {(billed) => (
              <Rows label={t('templates.billed')}>
                {billed.map((one) => (
                  <Row
                    key={`${one.category} ${one.type} ${one.billable}`}
                    end={<Text size="sm">{figure.format(one.messages)}</Text>}
                  >
                    {t(`composer.template.category.${one.category.toUpperCase()}`, {
                      defaultValue: one.category,
                    })}
                    <Text size="xs" c="dimmed">
                      {t(one.billable ? 'templates.charged' : 'templates.free')}
                    </Text>
                  </Row>
                ))}
              </Rows>
            )}
          </Listing>
        </>
      ) : (
        <Skeleton height={80} />
      )}
    </Section>
  );
}
