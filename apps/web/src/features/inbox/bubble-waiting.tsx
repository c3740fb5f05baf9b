import { Button } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { refusalWords } from '../../ui/explain.ts';
import classes from './bubble.module.css';
import { forget, sayAgain, type Waiting } from './composer-outbox.ts';
import { ContentView } from './content-view.tsx';
import { Quote } from './reply-quote.tsx';
import { Ticks } from './ticks.tsx';

/** Said a moment ago: the server does not have it yet, or refused it. */
export function BubbleWaiting({ waiting, first }: { waiting: Waiting; first: boolean }) {
  const { t, i18n } = useTranslation();
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' });
  const refused = waiting.refusal !== null;
  return (
    <article
      className={classes.row}
      data-out
      data-first={first || undefined}
      data-status={refused ? 'refused' : 'waiting'}
      aria-label={t('thread.byUs')}
    >
      <div className={classes.bubble}>
        {waiting.replyTo === null ? null : (
          <Quote conversationId={waiting.conversationId} reference={waiting.replyTo} />
        )}
        <ContentView content={waiting.content} />
        <footer className={classes.foot}>
          {first ? <span className={classes.by}>{t('thread.sender.you')}</span> : null}
          <time dateTime={waiting.at}>{time.format(new Date(waiting.at))}</time>
          <Ticks status={refused ? 'failed' : 'queued'} size={16} />
        </footer>
      </div>
      {waiting.refusal ? (
        <div className={classes.failure} role="alert">
          <p>
            <strong>{t('thread.failure.notSent')}</strong>{' '}
            {refusalWords(t, waiting.refusal.code, waiting.refusal.message, waiting.refusal.details)}
          </p>
          <Button size="compact-xs" variant="default" onClick={() => sayAgain(waiting.key)}>
            {t('thread.failure.retry')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => forget(waiting.key)}>
            {t('thread.failure.forget')}
          </Button>
        </div>
      ) : null}
    </article>
  );
}
