import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { Listing, Page, Row, Rows } from '../../ui/page.tsx';
import { deadLettersQuery } from './queries.ts';

/** Messages, jobs and events that gave up. */
export function DeadLettersPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const list = useInfiniteQuery(deadLettersQuery);
  const { data, error } = list;
  return (
    <Page title={t('operator.dead.title')} lead={t('operator.dead.lead')}>
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t('operator.dead.none')}
      >
        {(all) => (
          <Rows label={t('operator.dead.title')}>
            {all.map(({ kind, id, what, attempts, error, since }) => (
              <Row
                key={`${kind} ${id}`}
                end={
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={t('operator.dead.retryOne', { what })}
                    onClick={() =>
                      void act(async () => {
                        const { retried } = await chaski.operator.deadLetterRetry({ body: { kind, id } });
                        notifications.show({
                          message: retried ? t('operator.dead.retried') : t('operator.dead.again'),
                        });
                        await queries.invalidateQueries({ queryKey: ['operator'] });
                      })
                    }
                  >
                    {t('operator.dead.retry')}
                  </Button>
                }
              >
                {t(`operator.dead.kind.${kind}`)} · <bdi>{what}</bdi>
                <Text size="sm">
                  <bdi>{error}</bdi>
                </Text>
                <Text size="sm" c="dimmed">
                  <Moment at={since} />
                  {attempts === null ? '' : ` · ${t('operator.dead.attempts', { count: attempts })}`}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
    </Page>
  );
}
