import { actions } from '@chaski/contracts';
import { Checkbox, MultiSelect, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import classes from './settings.module.css';

type Scopes = NonNullable<Parameters<typeof chaski.apiKeys.create>[0]['body']['scopes']>;

const areas = [...new Set(actions.map((action) => action.split(':')[0]!))];
const days = ['never', '30', '90', '365'] as const;

/** What a new key may do, with which numbers, until when. */
export function ApiKeyForm(props: { onClose: () => void; onMade: (key: string) => Promise<void> }) {
  const { t } = useTranslation();
  const { data: numbers } = useQuery(numbersQuery);
  // Not when it is sent: asked a second time, it has to be asked for the same.
  const [opened] = useState(Date.now);
  const form = useForm({
    initialValues: {
      name: '',
      reach: 'all' as 'all' | 'some',
      scopes: [] as string[],
      numberIds: [] as string[],
      expiresAt: 'never' as (typeof days)[number],
    },
    validate: {
      scopes: (chosen, { reach }) =>
        reach === 'some' && chosen.length === 0 ? t('settings.keys.chooseScopes') : null,
    },
  });
  const { reach } = form.getValues();
  const { problem, submit } = useSubmit(form, async (values, attempt) => {
    const expiresAt =
      values.expiresAt === 'never'
        ? null
        : new Date(opened + Number(values.expiresAt) * 86_400_000).toISOString();
    const { key } = await chaski.apiKeys.create(
      {
        body: {
          name: values.name,
          scopes: (values.reach === 'all' ? ['*'] : values.scopes) as Scopes,
          numberIds: values.numberIds.length > 0 ? values.numberIds : null,
          expiresAt,
        },
      },
      attempt,
    );
    await props.onMade(key);
  });
  return (
    <Modal opened size="lg" onClose={props.onClose} title={t('settings.keys.add')}>
      <SubmitForm form={form} submit={submit} problem={problem} action={t('settings.keys.make')}>
        <TextInput
          label={t('form.name')}
          description={t('settings.keys.nameHint')}
          required
          withAsterisk={false}
          maxLength={200}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Radio.Group label={t('settings.keys.may')} {...form.getInputProps('reach')}>
          <Stack gap={6} mt={6}>
            <Radio value="all" label={t('settings.keys.everything')} />
            <Radio value="some" label={t('settings.keys.some')} />
          </Stack>
        </Radio.Group>
        {reach === 'some' ? (
          <Checkbox.Group aria-label={t('settings.keys.may')} {...form.getInputProps('scopes')}>
            <div className={classes.scopes}>
              {areas.map((area) => (
                <Stack key={area} gap={4}>
                  {actions
                    .filter((action) => action.startsWith(`${area}:`))
                    .map((action) => (
                      <Checkbox key={action} size="sm" value={action} label={action} dir="ltr" />
                    ))}
                </Stack>
              ))}
            </div>
          </Checkbox.Group>
        ) : null}
        <MultiSelect
          label={t('settings.members.numbers')}
          description={t('settings.members.numbersHint')}
          data={numbers?.map((one) => ({ value: one.id, label: one.displayPhoneNumber })) ?? []}
          {...form.getInputProps('numberIds')}
        />
        <Select
          label={t('settings.keys.expires')}
          allowDeselect={false}
          data={days.map((one) => ({
            value: one,
            label:
              one === 'never' ? t('settings.keys.never') : t('settings.keys.days', { count: Number(one) }),
          }))}
          {...form.getInputProps('expiresAt')}
        />
      </SubmitForm>
    </Modal>
  );
}
