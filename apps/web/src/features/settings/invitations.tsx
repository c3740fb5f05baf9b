import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Moment } from '../../ui/moment.tsx';
import { OutboxHint } from '../../ui/outbox-hint.tsx';
import { Listing, Row, Rows, Section } from '../../ui/page.tsx';
import { invitationsQuery } from './queries.ts';
import { useReach } from './reach-fields.tsx';

/** Invitations that wait for an answer. */
export function Invitations() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const attempt = useAttempt();
  const reach = useReach();
  const invitations = useQuery(invitationsQuery);
  const refresh = () => queries.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  return (
    <Section title={t('settings.members.invitations')}>
      <OutboxHint mb="sm" />
      <Listing query={invitations} empty={t('settings.members.noInvitations')}>
        {(all) => (
          <Rows label={t('settings.members.invitations')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  <>
                    <Button
                      variant="default"
                      size="xs"
                      onClick={() =>
                        void act(async () => {
                          await attempt(one.id, (key) => chaski.invitations.resend({ id: one.id }, key));
                          notifications.show({
                            message: t('settings.members.invited', { email: one.email }),
                          });
                          await refresh();
                        })
                      }
                    >
                      {t('settings.members.resend')}
                    </Button>
                    <Button
                      variant="default"
                      size="xs"
                      onClick={() =>
                        void act(
                          async () => {
                            await chaski.invitations.delete({ id: one.id });
                            await refresh();
                          },
                          {
                            title: t('settings.members.withdrawTitle', { email: one.email }),
                            text: t('settings.members.withdrawText'),
                            action: t('settings.members.withdraw'),
                          },
                        )
                      }
                    >
                      {t('settings.members.withdraw')}
                    </Button>
                  </>
                }
              >
                <bdi>{one.email}</bdi>
                <Text size="sm" c="dimmed">
                  {[t(`role.${one.role}`), ...reach(one)].join(' · ')} · {t('settings.members.goodUntil')}{' '}
                  <Moment at={one.expiresAt} />
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
    </Section>
  );
}
