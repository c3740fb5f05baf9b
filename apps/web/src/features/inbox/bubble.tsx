import type { Message } from '@chaski/sdk';
import { IconBan, IconDeviceMobile, IconRobot } from '@tabler/icons-react';
import { memo } from 'react';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import classes from './bubble.module.css';
import { BubbleFailure } from './bubble-failure.tsx';
import { BubbleMenu } from './bubble-menu.tsx';
import { ContentView } from './content-view.tsx';
import { Quote } from './reply-quote.tsx';
import { senderName } from './sender.ts';
import type { Marks } from './thread-lines.ts';
import { TicksStory } from './ticks-story.tsx';

/** One message with what later ones did to it. */
export const Bubble = memo(function Bubble({
  message,
  marks,
  first,
}: {
  message: Message;
  marks: Marks | null;
  first: boolean;
}) {
  const { t } = useTranslation();
  const { person } = useSession();
  const by = first ? senderName(message.sender, person.id, t) : null;
  const out = message.direction === 'out';
  const bare = message.type === 'sticker' && message.revokedAt === null;
  return (
    <article
      className={classes.row}
      data-out={out || undefined}
      data-first={first || undefined}
      data-message={message.id}
      data-status={out ? message.status : undefined}
      aria-label={out ? t('thread.byUs') : t('thread.byThem')}
    >
      <div className={`${classes.bubble} ${bare ? classes.bare : ''}`}>
        {message.replyTo === null || isPress(message) ? null : (
          <Quote conversationId={message.conversationId} reference={message.replyTo} />
        )}
        {message.revokedAt === null ? (
          <ContentView
            content={marks?.edited ?? message.content}
            {...(marks ? { chosen: marks.chosen } : {})}
          />
        ) : (
          <p className={classes.gone}>
            <IconBan size={16} aria-hidden /> {out ? t('thread.deletedByUs') : t('thread.deletedByThem')}
          </p>
        )}
        <footer className={classes.foot}>
          {by === null ? null : <bdi className={classes.by}>{by}</bdi>}
          {message.editedAt !== null && message.revokedAt === null ? <span>{t('thread.edited')}</span> : null}
          {message.automated ? (
            <IconRobot size={14} role="img" aria-label={t('thread.automatic')} />
          ) : message.source === 'phone-app' ? (
            <IconDeviceMobile size={14} role="img" aria-label={t('thread.fromPhone')} />
          ) : null}
          <TicksStory message={message} />
        </footer>
        <BubbleMenu message={message} />
      </div>
      {marks && marks.reactions.length > 0 ? <Reactions reactions={marks.reactions} /> : null}
      {out && ['failed', 'unconfirmed'].includes(message.status) ? <BubbleFailure message={message} /> : null}
    </article>
  );
});

/** A pressed button stands for itself; that it answers the question above is seen there. */
const isPress = ({ type, direction }: Message): boolean => direction === 'in' && type === 'button';

function Reactions({ reactions }: { reactions: Marks['reactions'] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.reactions} aria-label={t('thread.reactions')}>
      {reactions.map(({ emoji, out }) => (
        <li key={`${out}${emoji}`} data-out={out || undefined}>
          {emoji}
        </li>
      ))}
    </ul>
  );
}
