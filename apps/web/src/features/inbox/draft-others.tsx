import { IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import classes from './composer.module.css';
import { draftsQuery } from './thread-queries.ts';

/** What colleagues have begun to answer. */
export function OthersDrafts({ conversationId }: { conversationId: string }) {
  const { t } = useTranslation();
  const { person } = useSession();
  const { data } = useQuery(draftsQuery(conversationId));
  const others = data?.data.filter(({ author, text }) => author.id !== person.id && text.trim() !== '') ?? [];
  return others.map(({ author, text }) => (
    <p key={author.id} className={classes.banner} data-draft-of={author.id}>
      <IconPencil size={14} aria-hidden />
      <span>
        {t('composer.draftOf', { name: author.name })} <bdi>{text.slice(0, 200)}</bdi>
      </span>
    </p>
  ));
}
