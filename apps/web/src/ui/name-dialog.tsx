import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Attempt } from '../api/use-attempt.ts';
import { useTranslation } from '../i18n/words.ts';
import { useSubmit } from './form.ts';
import { Modal } from './modal.tsx';
import { SubmitForm } from './submit-form.tsx';

interface Asked {
  title: string;
  /** "Name" and "Save" where nothing better is said. */
  label?: string;
  hint?: string;
  action?: string;
  /** How many characters the server takes. */
  limit: number;
  onClose: () => void;
  onSave: (name: string, attempt: Attempt) => Promise<unknown>;
}

/** Asks for a name, or another line of words. `name` null: shut. */
export function NameDialog(props: Asked & { name: string | null }) {
  return (
    <Modal opened={props.name !== null} onClose={props.onClose} title={props.title}>
      {props.name === null ? null : <NameForm {...props} name={props.name} />}
    </Modal>
  );
}

/** What is too long is said and stays: a field that cuts what is pasted does so unseen. */
function NameForm(props: Asked & { name: string }) {
  const { t } = useTranslation();
  const { limit } = props;
  const form = useForm({
    initialValues: { name: props.name },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim().length > limit ? t('form.rule.tooLong', { limit }) : null),
    },
  });
  const { problem, submit } = useSubmit(form, async ({ name }, attempt) => {
    await props.onSave(name.trim(), attempt);
    props.onClose();
  });
  return (
    <SubmitForm
      form={form}
      submit={submit}
      problem={problem}
      {...(props.action ? { action: props.action } : {})}
    >
      <TextInput
        label={props.label ?? t('form.name')}
        description={props.hint}
        required
        withAsterisk={false}
        data-autofocus
        {...form.getInputProps('name')}
      />
    </SubmitForm>
  );
}
