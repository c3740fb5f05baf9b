import type { ConversationEvent } from '@chaski/sdk';
import { useQuery } from '@tanstack/react-query';
import { membersQuery } from '../../api/directory.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import classes from './thread.module.css';

/** What was done with a conversation and by whom, in words. */
export function useEventWords(): (event: ConversationEvent) => string {
  const { t, i18n } = useTranslation();
  const { person } = useSession();
  const { data: members } = useQuery(membersQuery);
  const nameOf = (id: unknown) =>
    id === person.id
      ? t('thread.event.you')
      : members?.find(({ userId }) => userId === id)?.name || t('thread.event.somebody');
  return (event) => {
    const { actor, data } = event;
    const who =
      actor.kind === 'user'
        ? actor.name && actor.id !== person.id
          ? actor.name
          : nameOf(actor.id)
        : t('thread.event.program');
    const until =
      typeof data.until === 'string' || typeof data.snoozedUntil === 'string'
        ? new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(
            new Date(String(data.until ?? data.snoozedUntil)),
          )
        : '';
    return t(`thread.event.${keyOf(event)}`, { who, whom: nameOf(data.assigneeId), until });
  };
}

/** One thing that was done with the conversation, in a small line. */
export function EventLine({ event }: { event: ConversationEvent }) {
  const { i18n } = useTranslation();
  const words = useEventWords();
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' }).format(new Date(event.at));
  return (
    <p className={classes.event} data-event={event.name}>
      {words(event)} {/* Behind a name of another script the figures would run with the name. */}
      <bdi>
        <time dateTime={event.at}>{time}</time>
      </bdi>
    </p>
  );
}

const plain: Record<string, string> = {
  'conversation.closed': 'closed',
  'conversation.labelled': 'labelled',
  'conversation.united': 'united',
  'conversation.parted': 'parted',
};

function keyOf({ name, data, actor }: ConversationEvent): string {
  if (name === 'conversation.assigned') {
    if (data.claimed === true || (data.assigneeId && data.assigneeId === actor.id)) return 'claimed';
    return data.assigneeId ? 'assigned' : 'unassigned';
  }
  if (name === 'conversation.snoozed') return data.until || data.snoozedUntil ? 'snoozedUntil' : 'snoozed';
  if (name === 'conversation.opened') {
    if (data.reason === 'snooze_over') return 'woke';
    return data.reason === 'reopened' ? 'reopened' : data.again === true ? 'cameBack' : 'opened';
  }
  return plain[name] ?? 'changed';
}
