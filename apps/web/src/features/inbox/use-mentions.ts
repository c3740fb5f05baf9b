import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../api/session.ts';
import { countsQuery } from './queries.ts';

/** In how many conversations a colleague named one who has not looked since. */
export function useUnreadMentions(): number {
  const { workspace } = useSession();
  const { data } = useQuery({ ...countsQuery, enabled: workspace !== null });
  return data?.views.mentions.unread ?? 0;
}
