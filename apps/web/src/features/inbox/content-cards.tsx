import { IconUser } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './content.module.css';

interface Card {
  name?: { formattedName?: string | null } | null;
  phones?: { phone?: string | null; waId?: string | null; type?: string | null }[];
  emails?: { email?: string | null }[];
  org?: { company?: string | null } | null;
}

/** People whom somebody passed on. */
export function ContactCards({ cards }: { cards: readonly Card[] }) {
  const { t } = useTranslation();
  return (
    <>
      {cards.map((card, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards of a message that never changes
        <div key={at} className={classes.card}>
          <span className={classes.head}>
            <IconUser size={20} aria-hidden />
            <bdi className={classes.title}>{card.name?.formattedName || t('inbox.nobody')}</bdi>
          </span>
          {card.org?.company ? <p className={classes.small}>{card.org.company}</p> : null}
          {card.phones?.map(({ phone, waId }) => (
            <a
              key={phone ?? waId}
              className={classes.link}
              href={`tel:${(phone ?? waId ?? '').replaceAll(/[^+\d]/g, '')}`}
            >
              <bdi>{phone ?? waId}</bdi>
            </a>
          ))}
          {card.emails?.map(({ email }) => (
            <a key={email} className={classes.link} href={`mailto:${email}`}>
              <bdi>{email}</bdi>
            </a>
          ))}
        </div>
      ))}
    </>
  );
}
