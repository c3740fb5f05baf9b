import { ActionIcon, NavLink, Text } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
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
            className={classes.view ?? ''}
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
