import { ActionIcon, Popover, Text } from '@mantine/core';
import { IconBell, IconBellOff } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import { later } from '../../ui/later.tsx';
import { useAttentionSettings } from './settings.ts';

const AttentionSwitches = later(() => import('./attention-switches.tsx'));

/** How one hears that somebody writes. */
export function AttentionMenu() {
  const { t } = useTranslation();
  const { quiet } = useAttentionSettings();
  return (
    <Popover position="right-end" width={280} withArrow trapFocus shadow="md">
      <Popover.Target>
        <ActionIcon size="xl" aria-label={t(quiet ? 'attention.quietNow' : 'attention.label')}>
          {quiet ? <IconBellOff stroke={1.6} /> : <IconBell stroke={1.6} />}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text fw={600} size="sm" mb="sm">
          {t('attention.label')}
        </Text>
        <AttentionSwitches />
      </Popover.Dropdown>
    </Popover>
  );
}
