import { PasswordInput, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { AccountSecret } from './account-secret.tsx';
import { type Account, accountsQuery } from './queries.ts';

const providers = ['cloud', 'ycloud', 'simulator'] as const satisfies readonly Account['provider'][];

export function AccountForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('settings.accounts.add')}>
      {opened ? <Fields onClose={onClose} /> : null}
    </Modal>
  );
}

/** Whose it is, and its credentials: asked about before they are kept. */
function Fields({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      provider: 'cloud' as Account['provider'],
      name: '',
      token: '',
      ref: '',
      webhookSecret: '',
    },
  });
  const { provider } = form.values;
  const { problem, submit } = useSubmit(form, async ({ webhookSecret, ...values }, attempt) => {
    const given = Object.entries({
      ...values,
      ...(provider === 'ycloud' ? { webhookSecret } : {}),
      ...(provider === 'cloud' ? {} : { ref: '' }),
    }).filter(([, value]) => value.trim() !== '');
    const body = Object.fromEntries(given) as Parameters<typeof chaski.accounts.create>[0]['body'];
    await chaski.accounts.create({ body }, attempt);
    await queries.invalidateQueries({ queryKey: accountsQuery.queryKey });
    onClose();
  });
  return (
    <SubmitForm
      form={form}
      submit={submit}
      problem={problem}
      onCancel={onClose}
      action={t('settings.accounts.checkAndAdd')}
    >
      <Select
        label={t('settings.accounts.providerIs')}
        data={providers.map((value) => ({ value, label: t(`settings.accounts.provider.${value}`) }))}
        allowDeselect={false}
        data-autofocus
        {...form.getInputProps('provider')}
      />
      <TextInput label={t('settings.accounts.name')} {...form.getInputProps('name')} />
      {provider === 'cloud' ? (
        <TextInput
          label={t('settings.accounts.ref')}
          description={t('settings.accounts.refHint')}
          dir="ltr"
          required
          withAsterisk={false}
          {...form.getInputProps('ref')}
        />
      ) : null}
      <PasswordInput
        label={t(`settings.accounts.token.${provider}`)}
        description={t(
          provider === 'simulator' ? 'settings.accounts.simulatorHint' : 'settings.accounts.tokenHint',
        )}
        autoComplete="off"
        required={provider !== 'simulator'}
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
        {...form.getInputProps('token')}
      />
      {provider === 'ycloud' ? (
        <AccountSecret hint={t('settings.accounts.secretHint')} {...form.getInputProps('webhookSecret')} />
      ) : null}
    </SubmitForm>
  );
}
