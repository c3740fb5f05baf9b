import type { Conversation } from '@chaski/sdk';
import { Badge, Checkbox, ColorSwatch } from '@mantine/core';
import { IconAt, IconClock, IconLock, IconNote, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Face } from '../../ui/face.tsx';
import { isolated } from '../../ui/isolated.ts';
import { RelativeTime, useNow } from '../../ui/relative-time.tsx';
import { elsewhere } from './filter.ts';
import classes from './inbox.module.css';
import { senderName } from './sender.ts';
import { workspaceQuery } from './thread-queries.ts';
import { Ticks } from './ticks.tsx';

/** Until the workspace's own are known. */
const usual = { soonMinutes: 15, lateMinutes: 60 };

interface Props {
  conversation: Conversation;
  current: boolean;
  selected: boolean;
  /** In the view of mentions one looks for the note, not for what was said last. */
  byMention: boolean;
  /** Some row is selected: the boxes are shown everywhere. */
  selecting: boolean;
  /** Not there: whoever may change nothing has nothing to select for. */
  onSelect?: ((range: boolean) => void) | undefined;
}

export function ConversationRow(props: Props) {
  const { conversation, current, selected, byMention, selecting, onSelect } = props;
  const { t } = useTranslation();
  const { contact, lastMessage, unreadCount } = conversation;
  const mention = byMention ? conversation.mention : null;
  const shownAt = mention?.at ?? lastMessage?.at;
  const name = contact?.displayName ?? conversation.groupRef ?? t('inbox.nobody');
  // What one looks at is being read.
  const unread = unreadCount > 0 && !current;
  const choose = (event: MouseEvent) => {
    if (!onSelect || (!event.shiftKey && !event.metaKey && !event.ctrlKey)) return;
    event.preventDefault();
    onSelect(event.shiftKey);
  };
  return (
    <div
      className={classes.row}
      data-unread={unread || undefined}
      data-current={current || undefined}
      data-selecting={selecting || undefined}
      data-selected={selected || undefined}
    >
      <Link
        to="/app/inbox/$conversationId"
        params={{ conversationId: conversation.id }}
        search={elsewhere}
        className={classes.link}
        aria-current={current ? 'page' : undefined}
        aria-label={unread ? `${name}, ${t('inbox.unread', { count: unreadCount })}` : name}
        onClickCapture={choose}
      />
      <Face name={name} size={40} className={classes.avatar} />
      {onSelect ? (
        <Checkbox
          className={classes.box ?? ''}
          size="sm"
          checked={selected}
          aria-label={t('list.select', { name })}
          onChange={({ nativeEvent }) => onSelect('shiftKey' in nativeEvent && nativeEvent.shiftKey === true)}
        />
      ) : null}
      <span className={classes.upper}>
        <span className={classes.name}>
          <bdi>{name}</bdi>
        </span>
        <span className={classes.meta}>
          {/* Who may not be written to waits for nothing that one could do. */}
          {contact?.blocked || contact?.optedOut ? null : <Wait since={conversation.waitingSince} />}
          {shownAt ? <RelativeTime at={shownAt} /> : null}
        </span>
      </span>
      <span className={classes.lower}>
        {mention ? <MentionWords mention={mention} /> : <LastWords lastMessage={lastMessage} />}
        <Marks conversation={conversation} unread={unread} />
      </span>
    </div>
  );
}

function LastWords({ lastMessage }: Pick<Conversation, 'lastMessage'>) {
  const { t } = useTranslation();
  const { person } = useSession();
  const by = senderName(lastMessage?.sender ?? null, person.id, t);
  return (
    <span className={classes.preview}>
      {lastMessage?.direction === 'out' ? <Ticks status={lastMessage.status} /> : null}
      {by === null ? null : <span className={classes.by}>{t('list.said', { name: isolated(by) })}</span>}
      <bdi>{lastMessage?.preview}</bdi>
    </span>
  );
}

function MentionWords({ mention }: { mention: NonNullable<Conversation['mention']> }) {
  const { t } = useTranslation();
  const { author, noteId, text } = mention;
  return (
    <span className={classes.preview} data-mention={noteId}>
      <IconNote size={15} role="img" aria-label={t('thread.note.label')} />
      <span className={classes.by}>
        {t('list.said', { name: isolated(author.name ?? t('thread.event.program')) })}
      </span>
      <bdi>{text}</bdi>
    </span>
  );
}

/** Somebody waits: quiet, soon, late; after how long each workspace says for itself. */
function Wait({ since }: { since: string | null }) {
  const { t } = useTranslation();
  const now = useNow();
  const { data: limits = usual } = useQuery({
    ...workspaceQuery,
    select: ({ settings }) => settings.waiting,
  });
  if (since === null) return null;
  const minutes = (now - Date.parse(since)) / 60_000;
  const level = minutes > limits.lateMinutes ? 'late' : minutes > limits.soonMinutes ? 'soon' : 'fresh';
  return (
    <span
      className={classes.wait}
      data-level={level}
      role="img"
      aria-label={t(`list.wait.${level}`)}
      title={t(`list.wait.${level}`)}
    />
  );
}

function Marks({ conversation, unread }: { conversation: Conversation; unread: boolean }) {
  const { t, i18n } = useTranslation();
  const { labels, status, window, assignee, team, unreadCount } = conversation;
  return (
    <span className={classes.marks}>
      {labels.slice(0, 3).map((label) => (
        <ColorSwatch
          key={label.id}
          size={12}
          radius={3}
          className={classes.tag ?? ''}
          color={label.colour}
          withShadow={false}
          role="img"
          aria-label={label.name}
          title={label.name}
        />
      ))}
      {conversation.unreadMention ? (
        <IconAt size={15} role="img" aria-label={t('list.mentioned')} color="var(--chaski-danger)" />
      ) : null}
      {status === 'snoozed' ? <IconClock size={15} role="img" aria-label={t('inbox.view.snoozed')} /> : null}
      {window.exists && !window.open ? (
        <IconLock size={15} role="img" aria-label={t('inbox.windowShut')} />
      ) : null}
      {team ? (
        <IconUsersGroup size={15} role="img" aria-label={t('list.ofTeam', { name: team.name })} />
      ) : null}
      {assignee ? (
        <span role="img" aria-label={t('inbox.assignedTo', { name: assignee.name })} title={assignee.name}>
          <Face name={assignee.name} size={20} />
        </span>
      ) : null}
      {unread ? (
        <Badge size="sm" className={classes.count ?? ''} aria-hidden>
          {unreadCount > 99 ? '99+' : new Intl.NumberFormat(i18n.language).format(unreadCount)}
        </Badge>
      ) : null}
    </span>
  );
}
