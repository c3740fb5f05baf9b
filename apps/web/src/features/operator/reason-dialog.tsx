import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';

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
    <SubmitForm
      form={form}
      submit={submit}
      problem={problem}
      onCancel={onClose}
      grave
      action={decision.action}
      lead={<Text size="sm">{decision.text}</Text>}
    >
      <TextInput
        label={t('operator.reason')}
        description={t('operator.reasonHint')}
        required
        withAsterisk={false}
        maxLength={500}
        data-autofocus
        {...form.getInputProps('reason')}
      />
    </SubmitForm>
  );
}
