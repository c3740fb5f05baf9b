import type { Message } from '@chaski/sdk';
import { ActionIcon, Menu } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconArrowBackUp, IconChevronDown, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import classes from './bubble.module.css';
import { say } from './composer-outbox.ts';
import { wordsOf } from './reply-quote.tsx';
import { useThread } from './thread-context.ts';

/** The six that WhatsApp offers first. */
const quickReactions = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** What one can do with a message. */
export function BubbleMenu({ message }: { message: Message }) {
  const { t } = useTranslation();
  const may = useMay();
  const { replyTo } = useThread();
  const { copy } = useClipboard();
  const [opened, setOpened] = useState(false);
  const words = wordsOf(message.content);
  const writable = may('messages:write') && message.providerMessageId !== null && message.revokedAt === null;
  if (!writable && words === '') return null;
  return (
    <span className={classes.menu} data-open={opened || undefined}>
      <Menu opened={opened} onChange={setOpened} position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon size={28} radius="xl" variant="default" aria-label={t('thread.menu')}>
            <IconChevronDown size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {writable ? (
            <>
              <Menu.Label>{t('thread.react')}</Menu.Label>
              <div className={classes.emojis}>
                {quickReactions.map((emoji) => (
                  <Menu.Item key={emoji} w="auto" px={8} onClick={() => react(message, emoji)}>
                    {emoji}
                  </Menu.Item>
                ))}
              </div>
              <Menu.Item onClick={() => react(message, '')}>{t('thread.unreact')}</Menu.Item>
              <Menu.Divider />
              <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => replyTo(message)}>
                {t('thread.reply')}
              </Menu.Item>
            </>
          ) : null}
          {words ? (
            <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => copy(words)}>
              {t('thread.copy')}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}

function react(message: Message, emoji: string): void {
  say(message.conversationId, { type: 'reaction', reaction: { messageId: message.id, emoji } });
}
