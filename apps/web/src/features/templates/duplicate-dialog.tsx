import type { Template } from '@chaski/sdk';
import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { LanguageField } from './language-field.tsx';

interface Props {
  template: Template;
  opened: boolean;
  onClose: () => void;
}

/** The same words under another name, or in another language, to go on from. */
export function DuplicateDialog(props: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('templates.duplicate')}>
      <DuplicateForm {...props} />
    </Modal>
  );
}

function DuplicateForm({ template, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const form = useForm({ initialValues: { name: `${template.name}_2`, language: template.language } });
  const { problem, submit } = useSubmit(form, async ({ name, language }, attempt) => {
    const made = await chaski.templates.duplicate(
      { id: template.id, body: { name: name.trim(), language } },
      attempt,
    );
    onClose();
    await navigate({ to: '/app/templates/$templateId/edit', params: { templateId: made.id } });
  });
  return (
    <SubmitForm form={form} submit={submit} problem={problem} action={t('templates.duplicate')}>
      <TextInput
        required
        withAsterisk={false}
        data-autofocus
        label={t('templates.field.name')}
        description={t('templates.hint.name')}
        maxLength={512}
        {...form.getInputProps('name')}
      />
      <LanguageField {...form.getInputProps('language')} />
    </SubmitForm>
  );
}
