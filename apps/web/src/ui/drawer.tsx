import { Drawer as Bare, type DrawerProps } from '@mantine/core';
import { useFocusBack } from './focus-back.ts';

/** Mantine's, and the focus comes back. */
export function Drawer(props: DrawerProps) {
  useFocusBack(props.opened);
  return <Bare {...props} />;
}
