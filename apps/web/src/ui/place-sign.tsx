import { useUnreadMentions } from '../features/inbox/use-mentions.ts';
import { useTranslation } from '../i18n/words.ts';
import type { Place } from './places.ts';
import classes from './shell.module.css';

/** The picture of a place; the inbox's also says that a colleague wants one there. */
export function PlaceSign({ place: { key, icon: Icon }, size }: { place: Place; size: number }) {
  const { i18n } = useTranslation();
  const mentions = useUnreadMentions();
  return (
    <span className={classes.sign} aria-hidden>
      <Icon size={size} stroke={1.6} />
      {key === 'inbox' && mentions > 0 ? (
        <span className={classes.mentions}>@{new Intl.NumberFormat(i18n.language).format(mentions)}</span>
      ) : null}
    </span>
  );
}

/** What the picture says, in words. */
export function usePlaceName(): (place: Place) => string {
  const { t } = useTranslation();
  const mentions = useUnreadMentions();
  return ({ key }) =>
    key === 'inbox' && mentions > 0 ? t('shell.inboxMentions', { count: mentions }) : t(`shell.${key}`);
}
