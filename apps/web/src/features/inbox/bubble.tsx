import { useTranslation } from 'react-i18next';
import type { Message } from './queries.ts';
import classes from './thread.module.css';
import { Ticks } from './ticks.tsx';

/** One message. */
export function Bubble({ message }: { message: Message }) {
  const { t, i18n } = useTranslation();
  const out = message.direction === 'out';
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' });
  return (
    <article className={`${classes.bubble} ${out ? classes.out : ''}`} data-message={message.id}>
      <p className={classes.text}>{textOf(message) ?? t('inbox.kind', { type: message.type })}</p>
      {message.error ? <p className={classes.failure}>{message.error.message}</p> : null}
      <footer className={classes.foot}>
        <time dateTime={message.createdAt}>{time.format(new Date(message.createdAt))}</time>
        {out ? <Ticks status={message.status} size={14} /> : null}
      </footer>
    </article>
  );
}

function textOf({ content }: Message): string | null {
  const part = content[String(content.type)] as { body?: unknown; caption?: unknown } | undefined;
  const text = part?.body ?? part?.caption;
  return typeof text === 'string' && text !== '' ? text : null;
}
