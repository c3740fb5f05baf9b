import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';

export interface Decision {
  title: string;
  /** What will happen. */
  text: string;
  action: string;
  onDecide: (reason: string) => Promise<unknown>;
}

/** A decision about somebody else's, with the reason that they are told. */
export function ReasonDialog({ decision, onClose }: { decision: Decision | null; onClose: () => void }) {
  return (
    <Modal opened={decision !== null} onClose={onClose} title={decision?.title}>
      {decision ? <ReasonForm decision={decision} onClose={onClose} /> : null}
    </Modal>
  );
}

function ReasonForm({ decision, onClose }: { decision: Decision; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { reason: '' } });
  const { problem, submit } = useSubmit(form, async ({ reason }) => {
    await decision.onDecide(reason.trim());
    onClose();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{decision.text}</Text>
        <Refused problem={problem} />
        <TextInput
          label={t('operator.reason')}
          description={t('operator.reasonHint')}
          required
          withAsterisk={false}
          maxLength={500}
          data-autofocus
          {...form.getInputProps('reason')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" color="red.9" loading={form.submitting}>
            {decision.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
