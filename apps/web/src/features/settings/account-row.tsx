import { ActionIcon, Badge, Group, Menu, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDotsVertical, IconKey, IconPhonePlus, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Row, State } from '../../ui/page.tsx';
import { Copyable } from '../../ui/shown-once.tsx';
import { AccountCredentials } from './account-credentials.tsx';
import { hearingOf } from './account-hearing.ts';
import { AccountNumber } from './account-number.tsx';
import { AccountNumbers } from './account-numbers.tsx';
import { type Account, accountsQuery } from './queries.ts';

export function AccountRow({ account }: { account: Account }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const [open, setOpen] = useState<'credentials' | 'number' | null>(null);
  const hearing = hearingOf(account);
  const known = [
    ...(account.ref === null ? [] : [t('settings.accounts.refIs', { ref: account.ref })]),
    ...(account.provider === 'ycloud'
      ? [t(`settings.accounts.${account.hasWebhookSecret ? 'hasSecret' : 'noSecret'}`)]
      : []),
    ...(account.provider === 'ycloud' ? [t('templates.elsewhereMeans')] : []),
    ...(account.tokenIn === 'aws' ? [t('settings.accounts.tokenInAws')] : []),
  ];
  const name = account.name || t('settings.accounts.unnamed');
  const done = () => queries.invalidateQueries({ queryKey: accountsQuery.queryKey });
  const subscribe = () =>
    void act(async () => {
      await chaski.accounts.subscribe({ id: account.id }, once());
      notifications.show({ message: t('settings.accounts.subscribing') });
      await done();
    });
  const remove = () =>
    void act(
      async () => {
        await chaski.accounts.delete({ id: account.id });
        await done();
      },
      {
        title: t('settings.accounts.removeTitle', { name }),
        text: t('settings.accounts.removeText'),
        action: t('settings.accounts.remove'),
      },
    );

  return (
    <Row
      end={
        <>
          <State tone={hearing.tone}>{t(`settings.accounts.hearing.${hearing.key}`)}</State>
          <Menu position="bottom-end" withArrow>
            <Menu.Target>
              <ActionIcon aria-label={t('form.moreOf', { name })}>
                <IconDotsVertical size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPhonePlus size={16} />} onClick={() => setOpen('number')}>
                {t('settings.accounts.addNumber')}
              </Menu.Item>
              <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setOpen('credentials')}>
                {t('settings.accounts.newToken')}
              </Menu.Item>
              {hearing.canRetry ? (
                <Menu.Item leftSection={<IconRefresh size={16} />} onClick={subscribe}>
                  {t('settings.accounts.subscribe')}
                </Menu.Item>
              ) : null}
              {account.numbers.length === 0 ? (
                <Menu.Item leftSection={<IconTrash size={16} />} onClick={remove}>
                  {t('settings.accounts.remove')}
                </Menu.Item>
              ) : null}
            </Menu.Dropdown>
          </Menu>
        </>
      }
      below={
        <Stack gap="sm">
          <AccountNumbers account={account} name={name} />
          {account.webhookUrl === null || account.provider === 'simulator' ? null : (
            <Copyable label={t('settings.accounts.address')} value={account.webhookUrl} />
          )}
        </Stack>
      }
    >
      <Group gap="xs">
        <Text fw={600} component="bdi">
          {name}
        </Text>
        <Badge variant="default">{t(`settings.accounts.provider.${account.provider}`)}</Badge>
      </Group>
      {account.webhooksProblem || account.pausedReason ? (
        <Text size="sm">
          <bdi>{[account.pausedReason, account.webhooksProblem].filter(Boolean).join(' · ')}</bdi>
        </Text>
      ) : null}
      <Text size="sm" c="dimmed">
        {known.join(' · ')}
        {account.webhooksSubscribedAt === null ? null : (
          <>
            {known.length > 0 ? ' · ' : ''}
            <Moment at={account.webhooksSubscribedAt} />
          </>
        )}
      </Text>
      <AccountCredentials account={account} opened={open === 'credentials'} onClose={() => setOpen(null)} />
      <AccountNumber account={account} opened={open === 'number'} onClose={() => setOpen(null)} />
    </Row>
  );
}
