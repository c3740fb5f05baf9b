import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused, Section } from '../../ui/page.tsx';
import { factorsQuery } from './queries.ts';

export function PasswordForm() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: factors } = useQuery(factorsQuery);
  const had = factors?.hasPassword !== false;
  const form = useForm({ initialValues: { current: '', password: '' } });
  const { problem, submit } = useSubmit(form, async ({ current, password }) => {
    await chaski.auth.putPassword({ body: { password, ...(had ? { current } : {}) } });
    form.reset();
    notifications.show({ message: t('account.passwordChanged') });
    await queries.invalidateQueries({ queryKey: ['account'] });
  });
  const eye = { 'aria-label': t('signIn.showPassword'), tabIndex: 0 };
  return (
    <Section title={t('signIn.password')} lead={t('account.passwordLead')}>
      <form onSubmit={submit}>
        <Stack maw={420}>
          <Refused problem={problem} />
          {had ? (
            <PasswordInput
              label={t('account.currentPassword')}
              autoComplete="current-password"
              required
              withAsterisk={false}
              visibilityToggleButtonProps={eye}
              {...form.getInputProps('current')}
            />
          ) : null}
          <PasswordInput
            label={t('signIn.newPassword')}
            description={form.errors.password ? undefined : t('signIn.passwordHint')}
            autoComplete="new-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={eye}
            {...form.getInputProps('password')}
          />
          <Group>
            <Button type="submit" variant="default" loading={form.submitting}>
              {t('account.changePassword')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
