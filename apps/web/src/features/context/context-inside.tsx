import type { Conversation } from '@chaski/sdk';
import { Stack, Text } from '@mantine/core';
import { allTexts } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.ts';
import { later, quietMoment } from '../../ui/later.tsx';
import { AboutWaiting } from './about-waiting.tsx';

// The thread is first: one reads and answers before one looks beside. A consent has the words of the contacts' page.
const AboutContact = later(
  async () => {
    await quietMoment();
    const [module] = await Promise.all([import('./about-contact.tsx'), allTexts()]);
    return module;
  },
  <AboutWaiting />,
);

/** Whom the conversation is with. */
export function Inside({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  return (
    <Stack gap={0}>
      {conversation.contactId ? (
        <AboutContact contactId={conversation.contactId} conversation={conversation} />
      ) : (
        <Text size="sm" c="dimmed" p="md">
          {t('context.group')}
        </Text>
      )}
    </Stack>
  );
}
