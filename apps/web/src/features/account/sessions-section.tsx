import { Button, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Listing, Row, Rows, Section, State } from '../../ui/page.tsx';
import { sessionsQuery } from './queries.ts';

/** Where one is signed in. */
export function SessionsSection() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const act = useAct();
  const refresh = () => queries.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  const others = sessions.data?.some((one) => !one.current) ?? false;
  return (
    <Section
      title={t('account.sessions')}
      lead={t('account.sessionsLead')}
      action={
        others ? (
          <Button
            variant="default"
            size="xs"
            onClick={() =>
              void act(
                async () => {
                  await chaski.auth.createSessionEndOther();
                  await refresh();
                },
                {
                  title: t('account.endOthers'),
                  text: t('account.endOthersText'),
                  action: t('account.endOthers'),
                },
              )
            }
          >
            {t('account.endOthers')}
          </Button>
        ) : null
      }
    >
      <Listing query={sessions} empty="">
        {(all) => (
          <Rows label={t('account.sessions')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  one.current ? (
                    <State tone="good">{t('account.thisOne')}</State>
                  ) : (
                    <Button
                      variant="default"
                      size="xs"
                      onClick={() =>
                        void act(async () => {
                          await chaski.auth.deleteSession({ id: one.id });
                          await refresh();
                        })
                      }
                    >
                      {t('account.end')}
                    </Button>
                  )
                }
              >
                {browserOf(one.userAgent) ?? t('account.program')}
                {one.impersonated ? ` · ${t('account.impersonated')}` : ''}
                <Text size="sm" c="dimmed">
                  <bdi>{one.ip}</bdi> · {t('account.lastUsed')} <Moment at={one.lastUsedAt} />
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
    </Section>
  );
}

/** `Firefox, Windows`: enough to know one's own from another's. */
function browserOf(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(userAgent)?.[0];
  const system = /iPhone|iPad|Android|Windows|Mac OS|Linux|CrOS/.exec(userAgent)?.[0];
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' };
  return browser ? [names[browser] ?? browser, system].filter(Boolean).join(', ') : userAgent.slice(0, 80);
}
