import { ActionIcon, Button, Group, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAt, IconMenu2, IconMessagePlus } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { FindField } from '../../ui/find-field.tsx';
import { isolated } from '../../ui/isolated.ts';
import { later, laterDialog } from '../../ui/later.tsx';
import { searchFor } from '../palette/palette.tsx';
import type { InboxSearch } from './filter.ts';
import classes from './inbox.module.css';
import { ListFilters } from './list-filters.tsx';
import { useUnreadMentions } from './use-mentions.ts';

const NewConversation = later(() => import('./new-conversation.tsx'));
const ViewsDrawer = laterDialog(() => import('./views-drawer.tsx'));
const route = getRouteApi('/inside/app/inbox');

/** Which list this is, and what narrows it. */
export function ListHead() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const may = useMay();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const [beginning, begin] = useDisclosure();
  const mentions = useUnreadMentions();
  return (
    <header className={classes.head}>
      <Group wrap="nowrap" gap={4}>
        <ActionIcon
          className={classes.whereNoViews ?? ''}
          size="lg"
          aria-label={t('inbox.views')}
          onClick={open}
        >
          <IconMenu2 size={20} />
        </ActionIcon>
        <Title order={2} size="h5" flex={1} className={classes.title ?? ''}>
          {t(`inbox.view.${search.view ?? 'open'}`)}
        </Title>
        {mentions > 0 && search.view !== 'mentions' ? (
          <Tooltip label={t('list.mentionsUnread', { count: mentions })}>
            <ActionIcon
              className={classes.whereNoViews ?? ''}
              size="lg"
              c="var(--chaski-danger)"
              aria-label={t('list.mentionsUnread', { count: mentions })}
              renderRoot={(root) => <Link to="/app/inbox" search={{ view: 'mentions' }} {...root} />}
            >
              <IconAt size={20} stroke={1.8} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        {may('messages:write') ? (
          <Tooltip label={t('begin.title')}>
            <ActionIcon size="lg" aria-label={t('begin.title')} onClick={begin.open}>
              <IconMessagePlus size={20} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        <ListFilters />
      </Group>
      <FindField
        className={classes.find}
        label={t('inbox.find')}
        clearLabel={t('list.clearFind')}
        words={search.q ?? ''}
        put={(q) =>
          void navigate({ to: '.', search: (before: InboxSearch) => ({ ...before, q }), replace: true })
        }
        onEnter={searchFor}
      />
      {search.q ? (
        <Button
          variant="subtle"
          size="compact-sm"
          justify="flex-start"
          fullWidth
          onClick={() => searchFor(search.q ?? '')}
        >
          {t('list.searchMessages', { words: isolated(search.q) })}
        </Button>
      ) : null}
      {beginning ? <NewConversation onClose={begin.close} /> : null}
      <ViewsDrawer opened={opened} onClose={close} />
    </header>
  );
}
