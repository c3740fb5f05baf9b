import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { countsQuery } from '../inbox/queries.ts';

const plainIcon = '/icon.svg';

/** How much is unread, where a browser shows it when one is elsewhere: in the title, the tab's icon, the app's badge. */
export function useUnreadTitle(): void {
  const { data } = useQuery(countsQuery);
  const views = data?.views;
  // What an agent has to look at: their own and nobody's.
  const unread = (views?.mine.unread ?? 0) + (views?.unassigned.unread ?? 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Chaski` : 'Chaski';
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link) link.href = unread > 0 ? '/icon-unread.svg' : plainIcon;
    if ('setAppBadge' in navigator) {
      void (unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => {
        // Not installed: no badge to write on.
      });
    }
  }, [unread]);
}
