import { ActionIcon, Button, Group, NavLink, Text, TextInput } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InboxSearch } from './filter.ts';
import classes from './inbox.module.css';
import { useSaved } from './saved-queries.ts';

/** Lists that a person made for themselves. */
export function SavedFilters({ onChosen }: { onChosen?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const { saved, remove } = useSaved();
  if (saved.length === 0) return null;
  return (
    <section aria-label={t('list.saved')}>
      <Text size="xs" c="dimmed" fw={600} px={10} pt={14} pb={4}>
        {t('list.saved')}
      </Text>
      {saved.map((one) => (
        <div key={one.id} className={classes.saved}>
          <NavLink
            label={<bdi>{one.name}</bdi>}
            leftSection={<IconBookmark size={18} stroke={1.6} />}
            renderRoot={(props) => <Link to="/app/inbox" search={one.search} {...props} onClick={onChosen} />}
          />
          <ActionIcon
            size="sm"
            aria-label={t('list.removeSaved', { name: one.name })}
            onClick={() => void remove(one.id)}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </div>
      ))}
    </section>
  );
}

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
