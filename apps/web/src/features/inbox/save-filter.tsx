import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import type { InboxSearch } from './filter.ts';
import { useSaved } from './saved-queries.ts';

/** Gives what is set a name, so that it stands among the views. */
export function SaveFilter({ search, onSaved }: { search: InboxSearch; onSaved: () => void }) {
  const { t } = useTranslation();
  const { add } = useSaved();
  const [name, setName] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return;
        void add({ name: name.trim(), search });
        onSaved();
      }}
    >
      <Group gap={6} align="flex-end" wrap="nowrap">
        <TextInput
          flex={1}
          size="xs"
          label={t('list.saveAs')}
          description={t('list.saveHere')}
          maxLength={40}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" disabled={name.trim() === ''}>
          {t('list.save')}
        </Button>
      </Group>
    </form>
  );
}
