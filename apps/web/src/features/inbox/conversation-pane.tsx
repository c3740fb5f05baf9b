import { ActionIcon, Group, Skeleton, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { chaski } from '../../api/client.ts';
import { Composer } from './composer.tsx';
import { conversationQuery } from './queries.ts';
import classes from './thread.module.css';
import { Thread } from './thread.tsx';

/** One conversation: who it is with, what was said, what one says. */
export function ConversationPane({ id }: { id: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: conversation } = useQuery(conversationQuery(id));
  const { mutate: markRead } = useMutation({
    mutationFn: () => chaski.conversations.read({ id }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['counts'] }),
  });
  const unread = conversation?.unreadCount ?? 0;
  useEffect(() => {
    if (unread > 0 && document.visibilityState === 'visible') markRead();
  }, [unread, markRead]);

  const name = conversation?.contact?.displayName ?? conversation?.groupRef ?? '';
  return (
    <section className={classes.pane} aria-label={t('inbox.thread')}>
      <header className={classes.header}>
        <ActionIcon
          hiddenFrom="sm"
          aria-label={t('inbox.back')}
          renderRoot={(props) => <Link to="/app/inbox" search={(before) => before} {...props} />}
        >
          <IconArrowLeft className={classes.flip ?? ''} />
        </ActionIcon>
        {conversation ? (
          <div>
            <Title order={1} size="h5">
              <bdi>{name}</bdi>
            </Title>
            <Group gap="xs">
              <Text size="xs" c="dimmed">
                <bdi>{conversation.contact?.phone ? `+${conversation.contact.phone}` : null}</bdi>
              </Text>
              <Text size="xs" c="dimmed">
                {t('inbox.via', {
                  number: conversation.number.name || conversation.number.displayPhoneNumber,
                })}
              </Text>
            </Group>
          </div>
        ) : (
          <Skeleton height={36} width={200} />
        )}
      </header>
      <Thread conversationId={id} />
      {conversation ? <Composer conversation={conversation} /> : null}
    </section>
  );
}
