import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { chaski } from '../../api/client.ts';
import type { Language } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';

/** A new account: with an invitation it is ready at once, else once the link in the mail is followed. */
export function RegisterForm(props: {
  /** The link, and to whom it was sent: it is good for that address alone. */
  invitation?: { token: string; email: string };
  onMail: () => void;
  onDone: () => Promise<void>;
}) {
  const { t, i18n } = useTranslation();
  const { invitation } = props;
  const form = useForm({
    initialValues: { name: '', email: invitation?.email ?? '', password: '', workspaceName: '' },
  });
  const { problem, submit } = useSubmit(form, async ({ workspaceName, ...account }) => {
    const answer = await chaski.auth.register({
      body: {
        ...account,
        locale: i18n.language as Language,
        ...(invitation
          ? { invitation: invitation.token }
          : workspaceName.trim() === ''
            ? {}
            : { workspaceName }),
      },
    });
    if ('next' in answer && answer.next === 'mail') props.onMail();
    else await props.onDone();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem} />
        <TextInput
          label={t('signIn.name')}
          autoComplete="name"
          autoFocus
          maxLength={200}
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('signIn.email')}
          description={invitation ? t('signIn.invitedEmail') : undefined}
          type="email"
          autoComplete="username"
          readOnly={invitation !== undefined}
          required
          withAsterisk={false}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('signIn.password')}
          description={form.errors.password ? undefined : t('signIn.passwordHint')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...form.getInputProps('password')}
        />
        {invitation ? null : (
          <TextInput
            label={t('signIn.workspaceName')}
            description={t('signIn.workspaceHint')}
            maxLength={200}
            {...form.getInputProps('workspaceName')}
          />
        )}
        <Button type="submit" loading={form.submitting}>
          {t('signIn.makeAccount')}
        </Button>
      </Stack>
    </form>
  );
}
