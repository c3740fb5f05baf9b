import type { Note } from '@chaski/sdk';
import { ActionIcon } from '@mantine/core';
import { IconLock, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { chaski } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { LongText } from './content-long.tsx';
import classes from './thread.module.css';
import { notesQuery } from './thread-queries.ts';

/** Said to the team alone. */
export function NoteLine({ note, found }: { note: Note; found: boolean }) {
  const { t, i18n } = useTranslation();
  const { person } = useSession();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => chaski.conversations.deleteNote({ id: note.conversationId, noteId: note.id }),
    onSettled: () => queries.invalidateQueries({ queryKey: notesQuery(note.conversationId).queryKey }),
  });
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' });
  const names = useMemo(() => note.mentions.map(({ name }) => name), [note.mentions]);
  const forMe = note.mentions.some(({ id }) => id === person.id);
  return (
    <article
      className={classes.note}
      data-note={note.id}
      data-for-me={forMe || undefined}
      data-found={found || undefined}
      aria-label={t('thread.note.label')}
    >
      <div className={classes.noteHead}>
        <IconLock size={14} aria-hidden />
        <bdi className={classes.author}>{note.author.name ?? t('thread.event.program')}</bdi>
        <time dateTime={note.createdAt}>{time.format(new Date(note.createdAt))}</time>
        {note.author.id === person.id ? (
          <ActionIcon
            size={24}
            ms="auto"
            color="dark"
            aria-label={t('thread.note.delete')}
            disabled={remove.isPending}
            onClick={() => remove.mutate()}
          >
            <IconTrash size={14} />
          </ActionIcon>
        ) : null}
      </div>
      <LongText text={note.text} names={names} />
      {note.mentions.length > 0 ? (
        <p className="visually-hidden">
          {t('thread.note.mentions', { names: note.mentions.map(({ name }) => name).join(', ') })}
        </p>
      ) : null}
    </article>
  );
}
