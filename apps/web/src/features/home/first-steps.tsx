import { Button, Group, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { membersQuery, numbersQuery } from '../../api/directory.ts';
import { usePhones } from '../../api/simulator.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Row, Rows, Section } from '../../ui/page.tsx';
import { beside } from '../../ui/phones.tsx';
import { invitationsQuery, quickRepliesQuery, workspaceQuery } from '../settings/queries.ts';
import classes from './home.module.css';
import { approvedQuery, heardQuery } from './queries.ts';

/** What makes a workspace one that a team can work in, each with why and where. Gone when it is done or put away. */
export function FirstSteps() {
  const { t } = useTranslation();
  const [away, setAway] = useLocalStorage({
    key: 'chaski-first-steps-away',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const phones = usePhones();
  const answers = useQueries({
    queries: [
      numbersQuery,
      membersQuery,
      invitationsQuery,
      quickRepliesQuery,
      approvedQuery,
      workspaceQuery,
      heardQuery,
    ],
  });
  const [numbers, members, invitations, replies, templates, workspace, heard] = answers;
  const answered = answers.every(({ data }) => data !== undefined);
  if (away || !answered) return null;
  const steps = [
    ...(phones === null ? [] : [{ key: 'phone', href: phones, done: heard.data ?? false } as const]),
    {
      key: 'number',
      to: '/app/settings/numbers',
      done: numbers.data?.some((one) => one.status === 'active') ?? false,
    },
    {
      key: 'invite',
      to: '/app/settings/members',
      done: (members.data?.length ?? 0) + (invitations.data?.length ?? 0) > 1,
    },
    { key: 'hours', to: '/app/settings/hours', done: workspace.data?.settings.businessHours != null },
    { key: 'reply', to: '/app/settings/quick-replies', done: (replies.data?.length ?? 0) > 0 },
    { key: 'template', to: '/app/templates', done: templates.data ?? false },
  ] as const;
  const left = steps.filter(({ done }) => !done).length;
  if (left === 0) return null;
  return (
    <Section
      title={t('home.steps')}
      lead={t('home.stepsLeft', { count: left })}
      action={
        <Button variant="subtle" size="compact-sm" onClick={() => setAway(true)}>
          {t('home.putAway')}
        </Button>
      }
    >
      <Rows label={t('home.steps')}>
        {steps.map((step) => (
          <Row
            key={step.key}
            start={
              step.done ? (
                <IconCircleCheckFilled size={20} className={classes.done} aria-label={t('home.done')} />
              ) : (
                <IconCircle size={20} className={classes.todo} aria-hidden />
              )
            }
            end={
              step.done ? null : (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`${t('home.go')}: ${t(`home.step.${step.key}.title`)}`}
                  renderRoot={(props) =>
                    'href' in step ? (
                      <a href={step.href} {...beside} {...props} />
                    ) : (
                      <Link to={step.to} {...props} />
                    )
                  }
                >
                  {t('home.go')}
                </Button>
              )
            }
          >
            <Group gap={4}>
              <Text fw={600} size="sm">
                {t(`home.step.${step.key}.title`)}
              </Text>
            </Group>
            {step.done ? null : (
              <Text size="sm" c="dimmed">
                {t(`home.step.${step.key}.why`)}
              </Text>
            )}
          </Row>
        ))}
      </Rows>
    </Section>
  );
}
