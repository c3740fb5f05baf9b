import { ActionIcon, Button, Skeleton, Textarea } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { membersQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import classes from './context.module.css';
import { contactNotesQuery } from './queries.ts';

/** What the team should know of a person, whatever the conversation. */
export function ContactNotes({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const act = useAct();
  const attempt = useAttempt();
  const queries = useQueryClient();
  const { data: notes, isPending } = useQuery(contactNotesQuery(contactId));
  const { data: members = [] } = useQuery(membersQuery);
  const [text, setText] = useState('');
  const refresh = () => queries.invalidateQueries({ queryKey: contactNotesQuery(contactId).queryKey });
  const add = () =>
    act(async () => {
      const note = { id: contactId, body: { text } };
      await attempt(note, (key) => chaski.contacts.createNote(note, key));
      setText('');
      await refresh();
    });
  return (
    <>
      {may ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') void add();
          }}
        >
          <Textarea
            aria-label={t('context.newNote')}
            placeholder={t('context.newNote')}
            autosize
            minRows={2}
            maxRows={8}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {text.trim() === '' ? null : (
            <Button type="submit" size="compact-sm" mt={6}>
              {t('context.saveNote')}
            </Button>
          )}
        </form>
      ) : null}
      {isPending ? <Skeleton height={40} mt="xs" /> : null}
      <ul className={classes.notes}>
        {notes?.map((note) => (
          <li key={note.id}>
            <p>
              <bdi>{note.text}</bdi>
            </p>
            <span className={classes.dim}>
              {members.find(({ userId }) => userId === note.author.id)?.name ?? t('context.program')}
              {' · '}
              <RelativeTime at={note.createdAt} />
            </span>
            {may ? (
              <ActionIcon
                size="sm"
                aria-label={t('context.removeNote')}
                onClick={() =>
                  act(async () => {
                    await chaski.contacts.deleteNote({ id: contactId, noteId: note.id });
                    await refresh();
                  })
                }
              >
                <IconTrash size={14} />
              </ActionIcon>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
