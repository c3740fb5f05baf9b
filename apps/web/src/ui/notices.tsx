import { useNotifications } from '@mantine/notifications';
import { laterDialog } from './later.tsx';

const NoticesShown = laterDialog(() => import('./notices-shown.tsx'));

/** What is said at the foot of the page, once something is. */
export function Notices() {
  const { notifications } = useNotifications();
  return <NoticesShown opened={notifications.length > 0} />;
}
