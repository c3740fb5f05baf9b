import { Button, Group, getDefaultZIndex, Stack, Text } from '@mantine/core';
import { useTranslation } from '../i18n/words.ts';
import type { Question } from './confirm.tsx';
import { Modal } from './modal.tsx';

/** The question before something that cannot be taken back. It keeps its words while it fades. */
export default function ConfirmDialog(props: {
  opened: boolean;
  question: Question | null;
  onAnswer: (yes: boolean) => void;
}) {
  const { t } = useTranslation();
  const { question, onAnswer } = props;
  return (
    <Modal
      opened={props.opened}
      onClose={() => onAnswer(false)}
      title={question?.title}
      // Over the dialog that asks.
      zIndex={getDefaultZIndex('modal') + 1}
    >
      <Stack gap="sm">
        <Text size="sm">{question?.text}</Text>
        {question?.more}
      </Stack>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={() => onAnswer(false)}>
          {t('form.cancel')}
        </Button>
        <Button color="red.9" onClick={() => onAnswer(true)}>
          {question?.action}
        </Button>
      </Group>
    </Modal>
  );
}
