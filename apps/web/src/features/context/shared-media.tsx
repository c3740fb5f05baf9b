import type { Message } from '@chaski/sdk';
import { Skeleton, Text } from '@mantine/core';
import { IconFile, IconMicrophone, IconMovie } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import type { InboxSearch } from '../inbox/filter.ts';
import classes from './context.module.css';
import { sharedQuery } from './queries.ts';

const icons: Record<string, typeof IconFile> = { video: IconMovie, audio: IconMicrophone };

/** Files of this conversation; each leads to where it was sent. */
export function SharedMedia({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const { data: messages, isPending } = useQuery(sharedQuery(conversationId));
  if (isPending) return <Skeleton height={72} />;
  if (!messages || messages.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('context.noMedia')}
      </Text>
    );
  }
  return (
    <ul className={classes.media}>
      {messages.map((message) => (
        <li key={message.id}>
          <Link
            to="/app/inbox/$conversationId"
            params={{ conversationId }}
            search={(before: InboxSearch) => ({ ...before, message: message.id })}
            className={classes.tile}
            aria-label={t('context.showFile', { name: nameOf(message) || t(`context.file.${message.type}`) })}
          >
            <Tile message={message} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

const partOf = (message: Message) =>
  (message.content[message.type] ?? {}) as { mediaId?: string; filename?: string; caption?: string };

const nameOf = (message: Message) => partOf(message).filename ?? partOf(message).caption ?? '';

function Tile({ message }: { message: Message }) {
  const { mediaId } = partOf(message);
  if (mediaId && (message.type === 'image' || message.type === 'sticker')) {
    return <img src={`/v1/media/${mediaId}`} alt="" loading="lazy" />;
  }
  const Icon = icons[message.type] ?? IconFile;
  return (
    <>
      <Icon size={22} stroke={1.5} aria-hidden />
      <bdi className={classes.cut}>{nameOf(message)}</bdi>
    </>
  );
}
