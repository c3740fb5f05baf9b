import { Button, SegmentedControl, Text } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { Listing, Page, Row, Rows, State } from '../../ui/page.tsx';
import { type NumberStatus, type OperatedNumber, operatedNumbersQuery } from './queries.ts';
import { type Decision, ReasonDialog } from './reason-dialog.tsx';

const tones = { active: 'good', pending: 'wait', refused: 'bad', suspended: 'bad' } as const;
const shelves = ['pending', 'active', 'suspended', 'refused', 'all'] as const;

/** Numbers of all workspaces; those that wait for a decision first. */
export function OperatedNumbersPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const [shelf, setShelf] = useState<(typeof shelves)[number]>('pending');
  const list = useInfiniteQuery(operatedNumbersQuery(shelf === 'all' ? null : shelf));
  const { data, error } = list;
  const [decision, setDecision] = useState<Decision | null>(null);
  const decide = async (id: string, status: Exclude<NumberStatus, 'pending'>, reason?: string) => {
    await chaski.operator.updateNumber({ id, body: { status, ...(reason ? { reason } : {}) } });
    await queries.invalidateQueries({ queryKey: ['operator', 'numbers'] });
  };
  const askWhy = (number: OperatedNumber, status: 'refused' | 'suspended') =>
    setDecision({
      title: t(`operator.numbers.${status}Title`, { number: number.displayPhoneNumber }),
      text: t(`operator.numbers.${status}Text`),
      action: status === 'refused' ? t('operator.refuse') : t('operator.suspend'),
      onDecide: (reason) => decide(number.id, status, reason),
    });
  return (
    <Page title={t('operator.numbers.title')} lead={t('operator.numbers.lead')}>
      <SegmentedControl
        aria-label={t('operator.numbers.status')}
        value={shelf}
        onChange={(value) => setShelf(value as typeof shelf)}
        data={shelves.map((one) => ({ value: one, label: t(`operator.numbers.shelf.${one}`) }))}
      />
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t(shelf === 'pending' ? 'operator.numbers.noneWait' : 'operator.numbers.none')}
      >
        {(all) => (
          <Rows label={t('operator.numbers.title')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  <>
                    <State tone={tones[one.status]}>{t(`settings.numbers.state.${one.status}`)}</State>
                    {one.status === 'active' ? null : (
                      <Button
                        size="xs"
                        aria-label={t('operator.numbers.approveOne', { number: one.displayPhoneNumber })}
                        onClick={() => void act(() => decide(one.id, 'active'))}
                      >
                        {one.status === 'suspended' ? t('operator.restore') : t('operator.approve')}
                      </Button>
                    )}
                    {one.status === 'pending' ? (
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={t('operator.numbers.refusedTitle', { number: one.displayPhoneNumber })}
                        onClick={() => askWhy(one, 'refused')}
                      >
                        {t('operator.refuse')}
                      </Button>
                    ) : one.status === 'active' ? (
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={t('operator.numbers.suspendedTitle', { number: one.displayPhoneNumber })}
                        onClick={() => askWhy(one, 'suspended')}
                      >
                        {t('operator.suspend')}
                      </Button>
                    ) : null}
                  </>
                }
              >
                <Text component="bdi" fw={600} dir="ltr">
                  {one.displayPhoneNumber || one.phoneNumberId}
                </Text>{' '}
                <bdi>{one.verifiedName}</bdi>
                {one.statusReason ? (
                  <Text size="sm">
                    <bdi>{one.statusReason}</bdi>
                  </Text>
                ) : null}
                <Text size="sm" c="dimmed">
                  <bdi>{one.workspaceName}</bdi> · {t(`settings.accounts.provider.${one.provider}`)} ·{' '}
                  <bdi>{one.phoneNumberId}</bdi> · <Moment at={one.createdAt} />
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
      <ReasonDialog decision={decision} onClose={() => setDecision(null)} />
    </Page>
  );
}
