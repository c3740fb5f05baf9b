import { ActionIcon, Button, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconChartBar, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { More } from '../../ui/more.tsx';
import { Listing, Page, Row, Rows, State } from '../../ui/page.tsx';
import { type OperatedWorkspace, plansQuery, workspacesQuery } from './queries.ts';
import { type Decision, ReasonDialog } from './reason-dialog.tsx';
import { UsageDialog } from './usage-dialog.tsx';

export function OperatedWorkspacesPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const list = useInfiniteQuery(workspacesQuery(q));
  const { data, error } = list;
  const { data: plans } = useQuery(plansQuery);
  const [decision, setDecision] = useState<Decision | null>(null);
  const [shown, setShown] = useState<OperatedWorkspace | null>(null);
  const change = async (id: string, body: Parameters<typeof chaski.operator.updateWorkspace>[0]['body']) => {
    await chaski.operator.updateWorkspace({ id, body });
    await queries.invalidateQueries({ queryKey: ['operator', 'workspaces'] });
  };
  const suspend = (one: OperatedWorkspace) =>
    setDecision({
      title: t('operator.workspaces.suspendTitle', { name: one.name }),
      text: t('operator.workspaces.suspendText'),
      action: t('operator.suspend'),
      onDecide: (reason) => change(one.id, { status: 'suspended', reason }),
    });
  return (
    <Page title={t('operator.workspaces.title')}>
      <TextInput
        leftSection={<IconSearch size={16} />}
        aria-label={t('operator.workspaces.find')}
        placeholder={t('operator.workspaces.find')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t('operator.workspaces.none')}
      >
        {(all) => (
          <Rows label={t('operator.workspaces.title')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  <>
                    <State tone={one.status === 'active' ? 'good' : 'bad'}>
                      {t(`settings.numbers.state.${one.status}`)}
                    </State>
                    <Select
                      aria-label={t('operator.workspaces.planOf', { name: one.name })}
                      size="xs"
                      w={130}
                      allowDeselect={false}
                      value={one.plan}
                      data={plans?.map((plan) => plan.name) ?? [one.plan]}
                      onChange={(plan) =>
                        void act(() => change(one.id, { plan: plan! }), {
                          title: t('operator.workspaces.planOf', { name: one.name }),
                          text: t('operator.workspaces.planText', { plan }),
                          action: t('form.change'),
                        })
                      }
                    />
                    <ActionIcon
                      aria-label={`${t('settings.usage.title')}: ${one.name}`}
                      onClick={() => setShown(one)}
                    >
                      <IconChartBar size={18} />
                    </ActionIcon>
                    {one.status === 'active' ? (
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={t('operator.workspaces.suspendTitle', { name: one.name })}
                        onClick={() => suspend(one)}
                      >
                        {t('operator.suspend')}
                      </Button>
                    ) : (
                      <Button
                        variant="default"
                        size="xs"
                        onClick={() => void act(() => change(one.id, { status: 'active' }))}
                      >
                        {t('operator.restore')}
                      </Button>
                    )}
                  </>
                }
              >
                <bdi>{one.name}</bdi>
                {one.suspendedReason ? (
                  <Text size="sm">
                    <bdi>{one.suspendedReason}</bdi>
                  </Text>
                ) : null}
                <Text size="sm" c="dimmed">
                  {[
                    t('operator.workspaces.members', { count: one.members }),
                    t('operator.workspaces.numbers', { count: one.numbers }),
                    t('operator.workspaces.sent', { count: one.sentThisMonth }),
                  ].join(' · ')}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
      <UsageDialog workspace={shown} onClose={() => setShown(null)} />
      <ReasonDialog decision={decision} onClose={() => setDecision(null)} />
    </Page>
  );
}
