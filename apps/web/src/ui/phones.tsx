import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconDeviceMobileMessage } from '@tabler/icons-react';
import { usePhones } from '../api/simulator.ts';
import { useTranslation } from '../i18n/words.ts';

/** A tab of its own, beside the inbox; the same one however often it is pressed. */
export const beside = { target: 'chaski-phones', rel: 'noreferrer' } as const;

/** In a demo: the sign that leads to the simulated phones. */
export function PhonesSign() {
  const { t } = useTranslation();
  const url = usePhones();
  return url === null ? null : (
    <Tooltip label={t('shell.phones')} position="right">
      <ActionIcon component="a" href={url} {...beside} size="xl" aria-label={t('shell.phones')}>
        <IconDeviceMobileMessage stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

/** In a demo, where nobody has written yet: how to be the one who does. */
export function PhonesButton() {
  const { t } = useTranslation();
  const url = usePhones();
  return url === null ? null : (
    <Button
      component="a"
      href={url}
      {...beside}
      variant="default"
      mt="xs"
      leftSection={<IconDeviceMobileMessage size={18} stroke={1.6} />}
    >
      {t('shell.phones')}
    </Button>
  );
}
