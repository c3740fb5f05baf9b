import { Avatar, Badge } from '@mantine/core';
import { IconClock, IconLock, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../../ui/relative-time.tsx';
import classes from './inbox.module.css';
import type { Conversation } from './queries.ts';
import { Ticks } from './ticks.tsx';

export function ConversationRow({
  conversation,
  current,
  offset,
}: {
  conversation: Conversation;
  current: boolean;
  offset: number;
}) {
  const { t } = useTranslation();
  const { contact, lastMessage, unreadCount, assignee, window, labels } = conversation;
  const name = contact?.displayName ?? conversation.groupRef ?? t('inbox.nobody');
  return (
    <Link
      to="/app/inbox/$conversationId"
      params={{ conversationId: conversation.id }}
      search={(before) => before}
      className={`${classes.row} ${unreadCount > 0 ? classes.unread : ''}`}
      aria-current={current}
      style={{ transform: `translateY(${offset}px)` }}
    >
      <Avatar name={name} color="initials" size={44} className={classes.avatar ?? ''} alt="" />
      <span className={classes.name}>
        <bdi>{name}</bdi>
        {labels.slice(0, 2).map((label) => (
          <Badge key={label.id} size="xs" variant="default">
            {label.name}
          </Badge>
        ))}
      </span>
      <span className={classes.meta}>{lastMessage ? <RelativeTime at={lastMessage.at} /> : null}</span>
      <span className={classes.preview}>
        {lastMessage?.direction === 'out' ? <Ticks status={lastMessage.status} /> : null}
        <bdi>{lastMessage?.preview}</bdi>
      </span>
      <span className={classes.marks}>
        {conversation.status === 'snoozed' ? (
          <IconClock size={14} aria-label={t('inbox.view.snoozed')} />
        ) : null}
        {window.exists && !window.open ? <IconLock size={14} aria-label={t('inbox.windowShut')} /> : null}
        {assignee ? <IconUser size={14} aria-label={t('inbox.assignedTo', { name: assignee.name })} /> : null}
        {unreadCount > 0 ? (
          <Badge size="sm" circle aria-label={t('inbox.unread', { count: unreadCount })}>
            {unreadCount > 99 ? '99+' : unreadCount}
          </Badge>
        ) : null}
      </span>
    </Link>
  );
}
