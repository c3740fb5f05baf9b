import { ColorInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import type { FormOf } from './kept-list.tsx';
import type { Label } from './queries.ts';

/** Dark enough for white words, far enough from each other. */
const colours = [
  '#4a5568',
  '#9b2c2c',
  '#9c4221',
  '#975a16',
  '#276749',
  '#285e61',
  '#2b6cb0',
  '#553c9a',
  '#97266d',
];

export function LabelForm(props: FormOf<Label>) {
  const { t } = useTranslation();
  const { item: label } = props;
  const form = useForm({
    initialValues: { name: label?.name ?? '', colour: label?.colour ?? colours[0]! },
  });
  const { problem, submit } = useSubmit(form, async ({ name, colour }, attempt) => {
    const body = { name, colour: colour.toLowerCase() };
    if (label) await chaski.labels.update({ id: label.id, body });
    else await chaski.labels.create({ body }, attempt);
    props.onClose();
    await props.onSaved();
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={label ? t('form.changeOne', { name: label.name }) : t('settings.labels.add')}
    >
      <SubmitForm form={form} submit={submit} problem={problem}>
        <TextInput
          label={t('form.name')}
          required
          withAsterisk={false}
          maxLength={60}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <ColorInput
          label={t('settings.labels.colour')}
          format="hex"
          withEyeDropper={false}
          swatches={colours}
          {...form.getInputProps('colour')}
        />
      </SubmitForm>
    </Modal>
  );
}
