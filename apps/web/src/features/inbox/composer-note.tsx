import { Button, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useMemo, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { membersQuery } from '../../api/directory.ts';
import { useSession } from '../../api/session.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { explain } from '../../ui/explain.ts';
import classes from './composer.module.css';
import { askedFor, complete, SuggestList, useSuggest } from './composer-suggest.tsx';
import { useNoteDraft } from './draft.ts';
import { notesQuery } from './thread-queries.ts';

/** Whom the words name. The longest name first: `@Ann Lee` is not also Ann. */
function mentioned(words: string, named: readonly { id: string; name: string }[]): string[] {
  let left = words;
  return [...named]
    .sort((a, b) => b.name.length - a.name.length)
    .flatMap(({ id, name }) => {
      const without = left.replaceAll(`@${name}`, '');
      if (without === left) return [];
      left = without;
      return [id];
    });
}

/** Said to the team alone; `@` names colleagues, who are told. */
export function ComposerNote({
  conversationId,
  field,
  onTyping,
}: {
  conversationId: string;
  field: RefObject<HTMLTextAreaElement | null>;
  onTyping: () => void;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useNoteDraft(conversationId);
  const [caret, setCaret] = useState(0);
  const { person } = useSession();
  const { data: members } = useQuery(membersQuery);
  const named = useMemo(
    () =>
      (members ?? [])
        .filter(({ disabled }) => !disabled)
        // One names others: oneself comes last.
        .sort((a, b) => Number(a.userId === person.id) - Number(b.userId === person.id))
        .map(({ userId, name, email }) => ({ id: userId, name: name || email })),
    [members, person.id],
  );
  const asked = askedFor(text, caret, '@')?.toLowerCase() ?? null;
  const suggestions = useMemo(
    () =>
      asked === null
        ? []
        : named
            .filter(({ name }) => name.toLowerCase().includes(asked))
            .slice(0, 8)
            .map(({ id, name }) => ({ id, label: name })),
    [asked, named],
  );
  const take = (id: string) => {
    const name = named.find((one) => one.id === id)?.name;
    if (!name) return;
    const done = complete(text, caret, `@${name} `);
    setText(done.text);
    setCaret(done.caret);
  };
  const suggest = useSuggest(suggestions, take);
  const attempt = useAttempt();
  const save = useMutation({
    mutationFn: (words: string) => {
      const note = { id: conversationId, body: { text: words, mentions: mentioned(words, named) } };
      return attempt(note, (key) => chaski.conversations.createNote(note, key));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: notesQuery(conversationId).queryKey }),
    onError: (error, words) => {
      if (field.current?.value === '') setText(words);
      notifications.show({
        color: 'red',
        message: explain(t, error),
      });
    },
  });
  const submit = () => {
    const words = text.trim();
    if (words === '') return;
    setText('');
    save.mutate(words);
  };
  return (
    <form
      className={classes.field}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {suggest.open ? (
        <SuggestList
          id="mentions"
          label={t('composer.mentions')}
          suggestions={suggestions}
          at={suggest.at}
          onTake={take}
          field={field}
        />
      ) : null}
      <Textarea
        ref={field}
        className={classes.input ?? ''}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={10_000}
        value={text}
        aria-label={t('composer.note.label')}
        placeholder={t('composer.note.placeholder')}
        aria-autocomplete="list"
        aria-controls={suggest.open ? 'mentions' : undefined}
        aria-activedescendant={suggest.open ? `mentions-${suggestions[suggest.at]?.id}` : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart);
          onTyping();
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || suggest.onKey(event)) return;
          if (event.key === 'Escape') event.currentTarget.blur();
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          submit();
        }}
      />
      <Button type="submit" variant="filled" color="dark" disabled={text.trim() === ''}>
        {t('composer.note.save')}
      </Button>
    </form>
  );
}
