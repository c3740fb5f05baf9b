import { ActionIcon, Badge, Group, Menu, Text } from '@mantine/core';
import {
  IconBell,
  IconDotsVertical,
  IconHourglass,
  IconId,
  IconKey,
  IconMoonStars,
  IconSpeakerphone,
  IconStar,
  IconSun,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { type Question, useAct } from '../../ui/confirm.tsx';
import { Row, State } from '../../ui/page.tsx';
import { NewToken } from './new-token.tsx';
import { reasonOf, stateOf, toldOf } from './number-health.ts';
import { NumberNotices } from './number-notices.tsx';
import { NumberProfile } from './number-profile.tsx';
import type { WaNumber } from './queries.ts';

export function NumberRow({ number }: { number: WaNumber }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const [open, setOpen] = useState<'token' | 'notices' | 'profile' | null>(null);
  const state = stateOf(number);
  const reason = reasonOf(number);
  const told = toldOf(number);
  const change = (body: Parameters<typeof chaski.numbers.update>[0]['body'], question?: Question) =>
    void act(async () => {
      await chaski.numbers.update({ id: number.id, body });
      await queries.invalidateQueries({ queryKey: numbersQuery.queryKey });
    }, question);

  return (
    <Row
      end={
        <>
          <State tone={state.tone}>{t(`settings.numbers.state.${state.key}`)}</State>
          <Menu position="bottom-end" withArrow>
            <Menu.Target>
              <ActionIcon aria-label={t('form.moreOf', { name: number.displayPhoneNumber })}>
                <IconDotsVertical size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {number.isDefault ? null : (
                <Menu.Item leftSection={<IconStar size={16} />} onClick={() => change({ isDefault: true })}>
                  {t('settings.numbers.makeDefault')}
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconId size={16} />} onClick={() => setOpen('profile')}>
                {t('profile.open')}
              </Menu.Item>
              <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setOpen('token')}>
                {t('settings.numbers.newToken')}
              </Menu.Item>
              <Menu.Item leftSection={<IconBell size={16} />} onClick={() => setOpen('notices')}>
                {t('settings.numbers.notices')}
              </Menu.Item>
              {number.provider !== 'cloud' ? null : number.marketingRoute === 'messages' ? (
                <Menu.Item
                  leftSection={<IconSpeakerphone size={16} />}
                  onClick={() =>
                    change(
                      { marketingRoute: 'marketing_messages' },
                      {
                        title: t('settings.numbers.marketingTitle', { number: number.displayPhoneNumber }),
                        text: t('settings.numbers.marketingText'),
                        action: t('settings.numbers.marketingOn'),
                      },
                    )
                  }
                >
                  {t('settings.numbers.marketingOn')}
                </Menu.Item>
              ) : (
                <Menu.Item
                  leftSection={<IconSpeakerphone size={16} />}
                  onClick={() => change({ marketingRoute: 'messages' })}
                >
                  {t('settings.numbers.marketingOff')}
                </Menu.Item>
              )}
              {number.isSimulated && number.provider === 'cloud' ? (
                <Menu.Item
                  leftSection={<IconHourglass size={16} />}
                  onClick={() => change({ hasWindow: !number.hasWindow })}
                >
                  {t(number.hasWindow ? 'settings.numbers.windowOff' : 'settings.numbers.windowOn')}
                </Menu.Item>
              ) : null}
              {number.status === 'active' ? (
                <Menu.Item
                  leftSection={<IconMoonStars size={16} />}
                  onClick={() =>
                    change(
                      { status: 'suspended' },
                      {
                        title: t('settings.numbers.restTitle', { number: number.displayPhoneNumber }),
                        text: t('settings.numbers.restText'),
                        action: t('settings.numbers.rest'),
                      },
                    )
                  }
                >
                  {t('settings.numbers.rest')}
                </Menu.Item>
              ) : number.status === 'suspended' && number.statusBy === 'workspace' ? (
                <Menu.Item leftSection={<IconSun size={16} />} onClick={() => change({ status: 'active' })}>
                  {t('settings.numbers.wake')}
                </Menu.Item>
              ) : null}
            </Menu.Dropdown>
          </Menu>
        </>
      }
      below={open === 'notices' ? <NumberNotices id={number.id} onClose={() => setOpen(null)} /> : null}
    >
      <Group gap="xs">
        <Text fw={600} component="bdi" dir="ltr">
          {number.displayPhoneNumber || number.phoneNumberId}
        </Text>
        <bdi>{number.verifiedName}</bdi>
        {number.isDefault ? <Badge variant="default">{t('settings.numbers.default')}</Badge> : null}
        {number.hasWindow ? null : <Badge variant="default">{t('settings.numbers.noWindow')}</Badge>}
        {number.marketingRoute === 'marketing_messages' ? (
          <Badge variant="default">{t('settings.numbers.marketingRoute')}</Badge>
        ) : null}
      </Group>
      {reason ? (
        <Text size="sm">
          <bdi>{reason}</bdi>
        </Text>
      ) : null}
      <Text size="sm" c="dimmed">
        {[
          t('settings.numbers.idIs', { id: number.phoneNumberId }),
          t('settings.numbers.mps', { count: number.mps }),
          ...told.map(({ key, value }) => `${t(`settings.numbers.told.${key}`)}: ${value}`),
        ].join(' · ')}
      </Text>
      <NumberProfile number={number} opened={open === 'profile'} onClose={() => setOpen(null)} />
      <NewToken number={number} opened={open === 'token'} onClose={() => setOpen(null)} />
    </Row>
  );
}
