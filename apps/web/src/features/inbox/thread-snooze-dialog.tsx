import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { Modal } from '../../ui/modal.tsx';

/** A time of one's own to be reminded. A menu could not hold its field. */
export default function SnoozeDialog(props: {
  opened: boolean;
  onClose: () => void;
  onSnooze: (until: Date) => void;
}) {
  const { t } = useTranslation();
  const [own, setOwn] = useState('');
  const until = new Date(own);
  const isAhead = until > new Date();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('thread.snooze.label')} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isAhead) return;
          props.onSnooze(until);
          props.onClose();
        }}
      >
        <TextInput
          type="datetime-local"
          label={t('thread.snooze.own')}
          value={own}
          onChange={(event) => setOwn(event.currentTarget.value)}
          data-autofocus
        />
        <Button type="submit" mt="md" fullWidth disabled={!isAhead}>
          {t('thread.snooze.set')}
        </Button>
      </form>
    </Modal>
  );
}
