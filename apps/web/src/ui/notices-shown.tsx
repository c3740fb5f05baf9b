import { Notifications } from '@mantine/notifications';

export default function NoticesShown(_props: { opened: boolean }) {
  return <Notifications position="bottom-center" />;
}
