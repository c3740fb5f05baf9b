import { Anchor, Group, Paper, SimpleGrid, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMay, useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { failureWords } from '../../ui/failure.ts';
import { Page, Row, Rows, Section, State } from '../../ui/page.tsx';
import { durationOf } from '../analytics/figures.ts';
import { reportQuery } from '../analytics/queries.ts';
import { countsQuery } from '../inbox/queries.ts';
import { FirstSteps } from './first-steps.tsx';
import classes from './home.module.css';

/** What a person sees of today before they begin: what waits for them, what went on, what went wrong. */
export function HomePage() {
  const { t } = useTranslation();
  const { person, workspace } = useSession();
  const may = useMay();
  const name = person.name.split(' ')[0] ?? '';
  return (
    <Page
      title={name === '' ? t('home.title') : t('home.hello', { name })}
      lead={workspace ? t('home.lead', { workspace: workspace.name }) : ''}
    >
      <Waiting />
      {may('analytics:read') ? <Today /> : null}
      {may('workspace:write') ? <FirstSteps /> : null}
    </Page>
  );
}

function Waiting() {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(countsQuery);
  const figure = new Intl.NumberFormat(i18n.language);
  return (
    <SimpleGrid cols={3} spacing={{ base: 'xs', xs: 'md' }}>
      {(['mine', 'unassigned', 'open'] as const).map((view) => (
        <Paper
          key={view}
          className={classes.tile ?? ''}
          renderRoot={(props) => <Link to="/app/inbox" search={{ view }} {...props} />}
        >
          <span className={classes.figure}>{data ? figure.format(data.views[view].count) : '–'}</span>
          <span className={classes.name}>{t(`home.view.${view}`)}</span>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

/** In words and figures: the charts stand with analytics, whose script is not loaded for this. */
function Today() {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(reportQuery({ days: 1 }));
  const figure = new Intl.NumberFormat(i18n.language);
  // As tall as the figures: what stands below does not jump.
  if (!data) return <Skeleton height={128} />;
  const { volume, waits } = data.total;
  const quiet = volume.received + volume.sent === 0;
  return (
    <>
      <Section
        title={t('home.today')}
        action={
          <Anchor size="sm" renderRoot={(props) => <Link to="/app/analytics" search={{}} {...props} />}>
            {t('home.more')}
          </Anchor>
        }
      >
        {quiet ? (
          <Text c="dimmed">{t('home.quiet')}</Text>
        ) : (
          <Group gap="xl">
            {(['received', 'sent', 'read', 'closed'] as const).map((key) => (
              <div key={key}>
                <div className={classes.small}>{figure.format(volume[key])}</div>
                <Text size="sm" c="dimmed">
                  {t(`home.volume.${key}`)}
                </Text>
              </div>
            ))}
            {waits.first.median === null ? null : (
              <div>
                <div className={classes.small}>{durationOf(waits.first.median, i18n.language)}</div>
                <Text size="sm" c="dimmed">
                  {t('home.firstAnswer')}
                </Text>
              </div>
            )}
          </Group>
        )}
      </Section>
      {data.failures.length > 0 ? (
        <Section title={t('home.failures')} lead={t('home.failuresLead')}>
          <Rows label={t('home.failures')}>
            {data.failures.slice(0, 5).map(({ code, n }) => (
              <Row key={code} end={<State tone="bad">{figure.format(n)}</State>}>
                {failureWords(t, code)}
              </Row>
            ))}
          </Rows>
        </Section>
      ) : null}
    </>
  );
}
