import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { OutboxHint } from '../../ui/outbox-hint.tsx';
import { Refused } from '../../ui/page.tsx';
import { useLinkToken } from './entering.ts';
import { EntryFrame } from './entry-frame.tsx';

/** Without a link: asks for one. With the link of the mail: takes the new password. */
export function ResetPage() {
  const token = useLinkToken();
  // The link may be followed in the tab that asked for it: it begins anew.
  return <Reset key={token} token={token} />;
}

function Reset({ token }: { token: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState<'mailed' | 'changed' | null>(null);
  return (
    <EntryFrame title={t('signIn.resetTitle')}>
      {done ? (
        <>
          <Text role="status">{done === 'mailed' ? t('signIn.resetMailed') : t('signIn.resetDone')}</Text>
          {done === 'mailed' ? <OutboxHint /> : null}
        </>
      ) : token === '' ? (
        <AskForm onDone={() => setDone('mailed')} />
      ) : (
        <NewPasswordForm token={token} onDone={() => setDone('changed')} />
      )}
      <Anchor size="sm" component={Link} to="/login">
        {t('signIn.toSignIn')}
      </Anchor>
    </EntryFrame>
  );
}

function AskForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { email = '' } = useLocation().state;
  const form = useForm({ initialValues: { email } });
  const { problem, submit } = useSubmit(form, async (body) => {
    await chaski.auth.forgotPassword({ body });
    onDone();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem} />
        <TextInput
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          {...form.getInputProps('email')}
        />
        <Button type="submit" loading={form.submitting}>
          {t('signIn.mailLink')}
        </Button>
      </Stack>
    </form>
  );
}

function NewPasswordForm({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { password: '' } });
  const { problem, submit } = useSubmit(form, async ({ password }) => {
    await chaski.auth.resetPassword({ body: { token, password } });
    onDone();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem} />
        <PasswordInput
          label={t('signIn.newPassword')}
          description={form.errors.password ? undefined : t('signIn.passwordHint')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          autoFocus
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={form.submitting}>
          {t('signIn.setPassword')}
        </Button>
      </Stack>
    </form>
  );
}
