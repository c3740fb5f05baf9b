import { Center, Stack, Text } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import { PhonesButton } from '../../ui/phones.tsx';
import classes from './inbox.module.css';

export function NothingChosen() {
  const { t } = useTranslation();
  return (
    <Center className={classes.conversation} component="section" aria-label={t('inbox.thread')}>
      <Stack align="center" gap="xs" c="dimmed">
        <IconMessages size={48} stroke={1.2} />
        <Text>{t('inbox.choose')}</Text>
        <PhonesButton />
      </Stack>
    </Center>
  );
}
