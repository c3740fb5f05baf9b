import { ActionIcon, CloseButton, Group, TextInput, Title, Tooltip } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconMenu2, IconMessagePlus, IconSearch } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { later, laterDialog } from '../../ui/later.tsx';
import classes from './inbox.module.css';
import { ListFilters } from './list-filters.tsx';

const NewConversation = later(() => import('./new-conversation.tsx'));
const ViewsDrawer = laterDialog(() => import('./views-drawer.tsx'));
const route = getRouteApi('/inside/app/inbox');

/** Which list this is, and what narrows it. */
export function ListHead() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const may = useMay();
  const [opened, { open, close }] = useDisclosure();
  const [beginning, begin] = useDisclosure();
  return (
    <header className={classes.head}>
      <Group wrap="nowrap" gap={4}>
        <ActionIcon className={classes.toViews ?? ''} size="lg" aria-label={t('inbox.views')} onClick={open}>
          <IconMenu2 size={20} />
        </ActionIcon>
        <Title order={2} size="h5" flex={1} className={classes.title ?? ''}>
          {t(`inbox.view.${search.view ?? 'open'}`)}
        </Title>
        {may('messages:write') ? (
          <Tooltip label={t('begin.title')}>
            <ActionIcon size="lg" aria-label={t('begin.title')} onClick={begin.open}>
              <IconMessagePlus size={20} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        <ListFilters />
      </Group>
      <Find key={search.view} initial={search.q ?? ''} />
      {beginning ? <NewConversation onClose={begin.close} /> : null}
      <ViewsDrawer opened={opened} onClose={close} />
    </header>
  );
}

function Find({ initial }: { initial: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState(initial);
  const apply = (q: string) =>
    void navigate({
      to: '.',
      search: (before: Record<string, unknown>) => ({ ...before, q: q === '' ? undefined : q }),
      replace: true,
    });
  const later = useDebouncedCallback(apply, 200);
  return (
    <TextInput
      mt={8}
      leftSection={<IconSearch size={16} />}
      placeholder={t('inbox.find')}
      aria-label={t('inbox.find')}
      value={text}
      rightSection={
        text === '' ? null : (
          <CloseButton
            size="sm"
            aria-label={t('list.clearFind')}
            onClick={() => {
              setText('');
              apply('');
            }}
          />
        )
      }
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value.trim());
      }}
    />
  );
}
