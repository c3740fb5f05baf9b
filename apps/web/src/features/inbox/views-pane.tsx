import { Badge, NavLink } from '@mantine/core';
import {
  IconAt,
  IconCheck,
  IconClock,
  IconInbox,
  IconStack2,
  IconUser,
  IconUserQuestion,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import classes from './inbox.module.css';
import { countsQuery, type View } from './queries.ts';

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

/** The queues, with how much lies in each. */
export function ViewsPane() {
  const { t, i18n } = useTranslation();
  const search = route.useSearch();
  const { data: counts } = useQuery(countsQuery);
  const figures = new Intl.NumberFormat(i18n.language);
  return (
    <nav className={classes.views} aria-label={t('inbox.views')}>
      {views.map(({ view, icon: Icon }) => {
        const count = counts?.views[view];
        return (
          <NavLink
            key={view}
            active={(search.view ?? 'open') === view}
            label={t(`inbox.view.${view}`)}
            leftSection={<Icon size={18} stroke={1.6} />}
            rightSection={
              count && count.count > 0 ? (
                <Badge
                  size="sm"
                  variant={count.unread > 0 ? 'filled' : 'default'}
                  aria-label={t('inbox.countLabel', { count: count.count, unread: count.unread })}
                >
                  {figures.format(count.count)}
                </Badge>
              ) : null
            }
            renderRoot={(props) => (
              <Link to="/app/inbox" search={(before) => ({ ...before, view })} {...props} />
            )}
          />
        );
      })}
    </nav>
  );
}
