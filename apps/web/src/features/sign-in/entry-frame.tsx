import { Center, Group, NativeSelect, Paper, Stack, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { chooseLanguage, type Language, languages } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.ts';

/** Frame of the pages before the sign-in. The language can be chosen here: who cannot read it cannot sign in. */
export function EntryFrame({ title, children }: { title: string; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  useDocumentTitle(`${title} · Chaski`);
  return (
    <Center component="main" mih="100%" p="md">
      <Stack w="100%" maw={420} gap="sm">
        <Paper withBorder p="xl" bg="var(--chaski-pane)">
          <Stack>
            <Group gap="sm" wrap="nowrap">
              <img src="/icon.svg" alt="" width={36} height={36} />
              <Title order={1} size="h3">
                {title}
              </Title>
            </Group>
            {children}
          </Stack>
        </Paper>
        <NativeSelect
          aria-label={t('shell.language')}
          size="xs"
          maw={160}
          ms="auto"
          value={i18n.language}
          onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
          data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        />
      </Stack>
    </Center>
  );
}
