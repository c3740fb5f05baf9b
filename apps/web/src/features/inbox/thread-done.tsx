import type { Conversation } from '@chaski/sdk';
import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Say } from '../../i18n/words.ts';

/** Long enough to read the name and to reach the button by keyboard. */
const shownMs = 8000;

/** Which conversation one has closed, and the way back: a key is pressed by mistake more easily than a button. */
export function sayDone(t: Say, { id, contact, groupRef }: Conversation, undo: () => void): void {
  const name = contact?.displayName ?? groupRef ?? t('inbox.nobody');
  sayUndoable(t, `closed-${id}`, t('thread.done', { name }), undo);
}

/** Says what was done and how to take it back. */
export function sayUndoable(t: Say, notice: string, message: string, undo: () => void): void {
  notifications.show({
    id: notice,
    autoClose: shownMs,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <bdi>{message}</bdi>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(notice);
            undo();
          }}
        >
          {t('thread.undo')}
        </Button>
      </Group>
    ),
  });
}
