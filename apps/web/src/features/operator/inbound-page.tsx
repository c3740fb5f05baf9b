import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { Listing, Page, Row, Rows, Section, State } from '../../ui/page.tsx';
import { parkedQuery, rawEventsQuery } from './queries.ts';

/** The server's limit of one request. */
const mostReplayed = 500;

type Replay = Parameters<typeof chaski.operator.replay>[0]['body'];

/** What came in: items that could not be applied, and the bodies as they were received. */
export function InboundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('operator.inbound.title')} lead={t('operator.inbound.lead')}>
      <Parked />
      <RawEvents />
    </Page>
  );
}

/** Applies bodies again and says what came of it. */
function useReplay() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  return (...bodies: Replay[]) =>
    void act(async () => {
      const came = { items: 0, parked: 0, answers: 0 };
      try {
        for (const body of bodies) {
          const { items, parked } = await chaski.operator.replay({ body });
          came.items += items;
          came.parked += parked;
          came.answers += 1;
        }
      } finally {
        // Where a later portion fails, those before it are told all the same.
        if (came.answers > 0) notifications.show({ message: t('operator.inbound.replayed', came) });
        await queries.invalidateQueries({ queryKey: ['operator'] });
      }
    });
}

/** All of them, as many at a time as one request takes. */
function portions(ids: readonly string[]): Replay[] {
  const first = ids.slice(0, mostReplayed);
  return first.length === 0 ? [] : [{ parked: first }, ...portions(ids.slice(mostReplayed))];
}

function Parked() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(parkedQuery);
  const { data, error } = list;
  const parked = data?.pages.flatMap((page) => page.data);
  const replay = useReplay();
  return (
    <Section
      title={t('operator.inbound.parked')}
      lead={t('operator.inbound.parkedLead')}
      action={
        parked && parked.length > 1 ? (
          <Button
            variant="default"
            size="xs"
            onClick={() => replay(...portions(parked.map((one) => one.id)))}
          >
            {t('operator.inbound.replayAll')}
          </Button>
        ) : null
      }
    >
      <Listing query={{ data: parked, error }} empty={t('operator.inbound.noParked')}>
        {(all) => (
          <Rows label={t('operator.inbound.parked')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  <Button variant="default" size="xs" onClick={() => replay({ parked: [one.id] })}>
                    {t('operator.inbound.replay')}
                  </Button>
                }
              >
                {t(`operator.inbound.reason.${one.reason}`)}
                <Text size="sm" c="dimmed">
                  <Moment at={one.createdAt} /> · <bdi>{one.phoneNumberId ?? '–'}</bdi> ·{' '}
                  <bdi>{one.detail}</bdi>
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
    </Section>
  );
}

function RawEvents() {
  const { t, i18n } = useTranslation();
  const list = useInfiniteQuery(rawEventsQuery);
  const { data, error } = list;
  const replay = useReplay();
  const figure = new Intl.NumberFormat(i18n.language);
  return (
    <Section title={t('operator.inbound.raw')} lead={t('operator.inbound.rawLead')}>
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t('operator.inbound.noRaw')}
      >
        {(all) => (
          <Rows label={t('operator.inbound.raw')}>
            {all.map((one) => (
              <Row
                key={one.n}
                end={
                  <>
                    <State tone={one.processedAt ? 'good' : 'wait'}>
                      {one.processedAt ? t('operator.inbound.processed') : t('operator.inbound.waiting')}
                    </State>
                    <Button
                      variant="default"
                      size="xs"
                      component="a"
                      href={`/v1/operator/raw-events/${one.n}/body`}
                      download
                      aria-label={t('operator.inbound.bodyOf', { n: one.n })}
                    >
                      {t('operator.inbound.body')}
                    </Button>
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('operator.inbound.replayOf', { n: one.n })}
                      onClick={() => replay({ from: one.n, to: one.n })}
                    >
                      {t('operator.inbound.replay')}
                    </Button>
                  </>
                }
              >
                #{one.n} {one.source}
                <Text size="sm" c="dimmed">
                  <Moment at={one.receivedAt} /> ·{' '}
                  {t('operator.inbound.bytes', { size: figure.format(one.bytes) })}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
    </Section>
  );
}
