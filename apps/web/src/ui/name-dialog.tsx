import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Attempt } from '../api/use-attempt.ts';
import { useTranslation } from '../i18n/words.ts';
import { useSubmit } from './form.ts';
import { Modal } from './modal.tsx';
import { SubmitForm } from './submit-form.tsx';

/** Asks for a name. `name` null: shut. */
export function NameDialog(props: {
  title: string;
  name: string | null;
  onClose: () => void;
  onSave: (name: string, attempt: Attempt) => Promise<unknown>;
}) {
  return (
    <Modal opened={props.name !== null} onClose={props.onClose} title={props.title}>
      {props.name === null ? null : <NameForm {...props} name={props.name} />}
    </Modal>
  );
}

function NameForm(props: {
  name: string;
  onClose: () => void;
  onSave: (name: string, attempt: Attempt) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { name: props.name } });
  const { problem, submit } = useSubmit(form, async ({ name }, attempt) => {
    await props.onSave(name.trim(), attempt);
    props.onClose();
  });
  return (
    <SubmitForm form={form} submit={submit} problem={problem}>
      <TextInput
        label={t('form.name')}
        required
        withAsterisk={false}
        maxLength={100}
        data-autofocus
        {...form.getInputProps('name')}
      />
    </SubmitForm>
  );
}
