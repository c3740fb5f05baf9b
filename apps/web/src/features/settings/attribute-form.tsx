import { Select, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import type { FormOf } from './kept-list.tsx';
import type { Attribute } from './queries.ts';

const types = ['text', 'number', 'date', 'boolean', 'choice'] as const;

/** The type stays once it is made: what contacts have would not fit another. */
export function AttributeForm(props: FormOf<Attribute>) {
  const { t } = useTranslation();
  const { item: attribute } = props;
  const form = useForm({
    initialValues: {
      label: attribute?.label ?? '',
      key: attribute?.key ?? '',
      type: attribute?.type ?? ('text' as Attribute['type']),
      choices: attribute?.choices ?? [],
    },
  });
  const { type } = form.getValues();
  const { problem, submit } = useSubmit(form, async ({ label, choices, ...fixed }, attempt) => {
    const listed = fixed.type === 'choice' ? { choices } : {};
    if (attribute) await chaski.contactAttributes.update({ key: attribute.key, body: { label, ...listed } });
    else await chaski.contactAttributes.create({ body: { ...fixed, label, ...listed } }, attempt);
    props.onClose();
    await props.onSaved();
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={attribute ? t('form.changeOne', { name: attribute.label }) : t('settings.attributes.add')}
    >
      <SubmitForm form={form} submit={submit} problem={problem}>
        <TextInput
          label={t('form.name')}
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          {...form.getInputProps('label')}
        />
        <TextInput
          label={t('settings.attributes.key')}
          description={t('settings.attributes.keyHint')}
          required
          withAsterisk={false}
          dir="ltr"
          disabled={attribute !== null}
          {...form.getInputProps('key')}
        />
        <Select
          label={t('settings.attributes.typeLabel')}
          allowDeselect={false}
          disabled={attribute !== null}
          data={types.map((one) => ({ value: one, label: t(`settings.attributes.type.${one}`) }))}
          {...form.getInputProps('type')}
        />
        {type === 'choice' ? (
          <TagsInput
            label={t('settings.attributes.choices')}
            description={t('settings.attributes.choicesHint')}
            maxTags={200}
            {...form.getInputProps('choices')}
          />
        ) : null}
      </SubmitForm>
    </Modal>
  );
}
