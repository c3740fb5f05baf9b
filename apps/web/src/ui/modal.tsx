import { Modal as Bare, type ModalProps } from '@mantine/core';
import { useFocusBack } from './focus-back.ts';

/** Mantine's, and the focus comes back. */
export function Modal(props: ModalProps) {
  useFocusBack(props.opened);
  return <Bare {...props} />;
}
