import type { Template } from '@chaski/sdk';
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';

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
  const { problem, submit } = useSubmit(form, async ({ name, language }) => {
    const made = await chaski.templates.duplicate(
      { id: template.id, body: { name: name.trim(), language: language.trim() } },
      once(),
    );
    onClose();
    await navigate({ to: '/app/templates/$templateId/edit', params: { templateId: made.id } });
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem} />
        <TextInput
          required
          withAsterisk={false}
          data-autofocus
          label={t('templates.field.name')}
          description={t('templates.hint.name')}
          maxLength={512}
          {...form.getInputProps('name')}
        />
        <TextInput
          required
          withAsterisk={false}
          label={t('templates.field.language')}
          description={t('templates.hint.language')}
          maxLength={20}
          {...form.getInputProps('language')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={form.submitting}>
            {t('templates.duplicate')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
