import type { Message } from '@chaski/sdk';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import classes from './bubble.module.css';
import { messageQuery } from './thread-queries.ts';

/** What happened to a message when; of one that waits, how long yet. */
export default function TicksTold({ message }: { message: Message }) {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(messageQuery(message.id, message.conversationId));
  const known = data ?? message;
  const full = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const times: [label: string, at: string | null | undefined][] =
    message.direction === 'in'
      ? [
          ['written', message.shownAt],
          ['received', message.createdAt],
        ]
      : [
          ['queued', known.createdAt],
          ['sent', known.sentAt],
          ['delivered', known.deliveredAt],
          ['read', known.readAt],
          ['failed', known.failedAt],
        ];
  const tries = data?.attempts.length ?? 0;
  // Taken by WhatsApp and kept there: our own "sent", without its word that it was.
  const isHeld = known.status === 'sent' && !known.sentAt && data?.attempts.at(-1)?.error?.kind === 'held';
  return (
    <>
      <dl className={classes.times}>
        {times.map(([label, at]) =>
          at ? (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{t(`thread.story.${label}`)}</dt>
              <dd>{full.format(new Date(at))}</dd>
            </div>
          ) : null,
        )}
        {known.retryAt ? (
          <>
            <dt>{t('thread.story.retry')}</dt>
            <dd>{full.format(new Date(known.retryAt))}</dd>
          </>
        ) : null}
        {data && data.ahead !== null ? (
          <>
            <dt>{t('thread.story.ahead')}</dt>
            <dd>{new Intl.NumberFormat(i18n.language).format(data.ahead)}</dd>
          </>
        ) : null}
      </dl>
      {message.direction === 'out' && !data ? <Skeleton height={12} mt={6} /> : null}
      {isHeld ? <p className={classes.foot}>{t('thread.story.held')}</p> : null}
      {tries > 1 ? <p className={classes.foot}>{t('thread.story.tries', { count: tries })}</p> : null}
    </>
  );
}
