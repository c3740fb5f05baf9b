import { ColorSwatch, NavLink, Text } from '@mantine/core';
import {
  IconAt,
  IconCheck,
  IconClock,
  IconInbox,
  IconPhone,
  IconStack2,
  IconUser,
  IconUserQuestion,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { labelsQuery, numbersQuery, teamsQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import type { InboxSearch } from './filter.ts';
import classes from './inbox.module.css';
import { countsQuery, type View } from './queries.ts';
import { SavedFilters } from './saved-filters.tsx';

const route = getRouteApi('/inside/app/inbox');

const views: { view: View; icon: typeof IconInbox }[] = [
  { view: 'mine', icon: IconUser },
  { view: 'unassigned', icon: IconUserQuestion },
  { view: 'open', icon: IconInbox },
  { view: 'mentions', icon: IconAt },
  { view: 'snoozed', icon: IconClock },
  { view: 'closed', icon: IconCheck },
  { view: 'all', icon: IconStack2 },
];

export function ViewsPane() {
  const { t } = useTranslation();
  return (
    <nav className={classes.views} aria-label={t('inbox.views')}>
      <Views />
    </nav>
  );
}

/** The queues, with how much lies in each; below, the same by number, team and label. */
export function Views({ onChosen }: { onChosen?: () => void }) {
  const { t } = useTranslation();
  const { data: counts } = useQuery(countsQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const of = (list: { id: string; count: number; unread: number }[] | undefined, id: string) =>
    list?.find((one) => one.id === id);
  return (
    <>
      {views.map(({ view, icon: Icon }) => (
        <Place
          key={view}
          search={{ view }}
          label={t(`inbox.view.${view}`)}
          icon={<Icon size={18} stroke={1.6} />}
          count={counts?.views[view]}
          onChosen={onChosen}
        />
      ))}
      <SavedFilters onChosen={onChosen} />
      {numbers.length > 1 ? (
        <Part title={t('list.numbers')}>
          {numbers.map((one) => (
            <Place
              key={one.id}
              search={{ view: 'open', number: one.id }}
              label={one.verifiedName || one.displayPhoneNumber}
              icon={<IconPhone size={18} stroke={1.6} />}
              count={of(counts?.numbers, one.id)}
              onChosen={onChosen}
            />
          ))}
        </Part>
      ) : null}
      {teams.length > 0 ? (
        <Part title={t('list.teams')}>
          {teams.map((one) => (
            <Place
              key={one.id}
              search={{ view: 'open', team: one.id }}
              label={one.name}
              icon={<IconUsersGroup size={18} stroke={1.6} />}
              count={of(counts?.teams, one.id)}
              onChosen={onChosen}
            />
          ))}
        </Part>
      ) : null}
      {labels.length > 0 ? (
        <Part title={t('list.labels')}>
          {labels.map((one) => (
            <Place
              key={one.id}
              search={{ view: 'open', label: one.id }}
              label={one.name}
              icon={
                <ColorSwatch
                  size={14}
                  className={classes.tag ?? ''}
                  color={one.colour}
                  withShadow={false}
                  aria-hidden
                />
              }
              count={of(counts?.labels, one.id)}
              onChosen={onChosen}
            />
          ))}
        </Part>
      ) : null}
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Text size="xs" c="dimmed" fw={600} px={10} pt={14} pb={4}>
        {title}
      </Text>
      {children}
    </section>
  );
}

function Place(props: {
  search: InboxSearch;
  label: string;
  icon: ReactNode;
  count: { count: number; unread: number } | undefined;
  onChosen?: (() => void) | undefined;
}) {
  const { t, i18n } = useTranslation();
  const now = route.useSearch();
  const { count, search } = props;
  const isHere =
    (now.view ?? 'open') === search.view &&
    now.number === search.number &&
    now.team === search.team &&
    now.label === search.label;
  return (
    <NavLink
      className={classes.view ?? ''}
      active={isHere}
      aria-current={isHere ? 'page' : undefined}
      label={<bdi>{props.label}</bdi>}
      leftSection={props.icon}
      rightSection={
        count && count.count > 0 ? (
          <span
            className={classes.held}
            data-unread={count.unread > 0 || undefined}
            data-mine={search.view === 'mine' || search.view === 'mentions' || undefined}
            role="img"
            aria-label={t('inbox.countLabel', { count: count.count, unread: count.unread })}
          >
            {new Intl.NumberFormat(i18n.language).format(count.count)}
          </span>
        ) : null
      }
      renderRoot={(root) => (
        <Link
          to="/app/inbox"
          search={(before) => ({ ...(before.order ? { order: before.order } : {}), ...search })}
          {...root}
          onClick={props.onChosen}
        />
      )}
    />
  );
}
