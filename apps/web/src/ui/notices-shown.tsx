import { Notifications } from '@mantine/notifications';
import classes from './notices-shown.module.css';

export default function NoticesShown(_props: { opened: boolean }) {
  return (
    <Notifications
      position="bottom-center"
      withinPortal={false}
      classNames={{ root: classes.notices ?? '' }}
    />
  );
}
