import { useTranslation } from '../../i18n/words.ts';
import { Bubble } from './bubble.tsx';
import { BubbleWaiting } from './bubble-waiting.tsx';
import classes from './thread.module.css';
import { EventLine } from './thread-event.tsx';
import type { Line } from './thread-lines.ts';
import { NoteLine } from './thread-note.tsx';
import { SystemLine } from './thread-system.tsx';

export function ThreadLine({ line, found }: { line: Line; found: boolean }) {
  const { t } = useTranslation();
  switch (line.kind) {
    case 'day':
      return <Day at={line.at} />;
    case 'unread':
      return <p className={classes.unread}>{t('thread.unread', { count: line.count })}</p>;
    case 'note':
      return <NoteLine note={line.note} found={found} />;
    case 'event':
      return <EventLine event={line.event} />;
    case 'waiting':
      return <BubbleWaiting waiting={line.waiting} first={line.first} />;
    case 'message':
      return line.message.type === 'system' ? (
        <SystemLine message={line.message} />
      ) : (
        <div data-found={found || undefined}>
          <Bubble message={line.message} marks={line.marks} first={line.first} />
        </div>
      );
  }
}

const dayMs = 86_400_000;

function Day({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const date = new Date(at);
  const start = (given: Date) => new Date(given.getFullYear(), given.getMonth(), given.getDate()).getTime();
  const days = Math.round((start(date) - start(new Date())) / dayMs);
  const words =
    days === 0 || days === -1
      ? new Intl.RelativeTimeFormat(i18n.language, { numeric: 'auto' }).format(days, 'day')
      : new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full' }).format(date);
  return (
    <div className={classes.day}>
      <time dateTime={at}>{words}</time>
    </div>
  );
}
