import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';
import { useEnter, useLinkToken } from './entering.ts';
import { EntryFrame } from './entry-frame.tsx';

/** The link of the mail after registering. The password once more: whoever reads a mailbox is not yet its owner. */
export function ConfirmPage() {
  const { t } = useTranslation();
  const enter = useEnter();
  const token = useLinkToken();
  const form = useForm({ initialValues: { password: '' } });
  const { problem, submit } = useSubmit(form, async ({ password }) => {
    await chaski.auth.confirmAddress({ body: { token, password } });
    await enter('/app');
  });
  return (
    <EntryFrame title={t('signIn.confirmTitle')}>
      <form onSubmit={submit}>
        <Stack>
          <Refused problem={problem} />
          <Text size="sm">{t('signIn.confirmText')}</Text>
          <PasswordInput
            label={t('signIn.password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            autoFocus
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={form.submitting}>
            {t('signIn.confirm')}
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  );
}
