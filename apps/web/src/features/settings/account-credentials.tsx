import { PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { AccountSecret } from './account-secret.tsx';
import { type Account, accountsQuery } from './queries.ts';

/** New credentials of an account: asked about, then kept; the old ones are gone. */
export function AccountCredentials(props: { account: Account; opened: boolean; onClose: () => void }) {
  const { account, opened, onClose } = props;
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { token: '', webhookSecret: '' } });
  const { problem, submit } = useSubmit(form, async (values) => {
    const given = Object.entries(values).filter(([, value]) => value.trim() !== '');
    if (given.length > 0) await chaski.accounts.update({ id: account.id, body: Object.fromEntries(given) });
    form.reset();
    onClose();
    notifications.show({ message: t('form.saved') });
    await queries.invalidateQueries({ queryKey: accountsQuery.queryKey });
  });
  const isYcloud = account.provider === 'ycloud';
  return (
    <Modal opened={opened} onClose={onClose} title={t('settings.accounts.newToken')}>
      <SubmitForm form={form} submit={submit} problem={problem} action={t('settings.accounts.checkAndSave')}>
        <PasswordInput
          label={t(`settings.accounts.token.${account.provider}`)}
          description={t(isYcloud ? 'settings.accounts.tokenAgain' : 'settings.accounts.tokenHint')}
          autoComplete="off"
          required={!isYcloud}
          withAsterisk={false}
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...form.getInputProps('token')}
        />
        {isYcloud ? (
          <AccountSecret hint={t('settings.accounts.secretAgain')} {...form.getInputProps('webhookSecret')} />
        ) : null}
      </SubmitForm>
    </Modal>
  );
}
