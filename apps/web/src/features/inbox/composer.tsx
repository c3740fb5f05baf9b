import { ChaskiError } from '@chaski/sdk';
import { ActionIcon, Group, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconSend2 } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chaski } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { type Conversation, messagesQuery } from './queries.ts';
import classes from './thread.module.css';

/** What one says. The words stay here until the server has them. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const send = useMutation({
    mutationFn: ({ body, key }: { body: string; key: string }) =>
      chaski.messages.create(
        { body: { conversationId: conversation.id, type: 'text', text: { body } } },
        { idempotencyKey: key },
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: messagesQuery(conversation.id).queryKey }),
    onError: (error, { body }) => {
      setText((now) => (now === '' ? body : now));
      notifications.show({
        color: 'red',
        message: error instanceof ChaskiError ? error.message : t('composer.unreachable'),
      });
    },
  });
  if (!may('messages:write')) return null;
  const { window } = conversation;
  if (window.exists && !window.open) {
    return (
      <Text className={classes.composer ?? ''} c="dimmed" size="sm">
        {t('composer.windowShut')}
      </Text>
    );
  }
  const submit = () => {
    const body = text.trim();
    if (body === '') return;
    setText('');
    send.mutate({ body, key: crypto.randomUUID() });
  };
  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Group align="end" gap="xs" wrap="nowrap">
        <Textarea
          flex={1}
          autosize
          minRows={1}
          maxRows={8}
          value={text}
          aria-label={t('composer.label')}
          placeholder={t('composer.placeholder')}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        <ActionIcon type="submit" size={36} variant="filled" color="chaski" aria-label={t('composer.send')}>
          <IconSend2 size={20} />
        </ActionIcon>
      </Group>
    </form>
  );
}
