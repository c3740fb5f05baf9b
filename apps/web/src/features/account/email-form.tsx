import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused, Section } from '../../ui/page.tsx';
import { factorsQuery } from './queries.ts';

/** Another address: a link goes there, and it counts once that is followed. */
export function EmailForm() {
  const { t } = useTranslation();
  const { person } = useSession();
  const { data: factors } = useQuery(factorsQuery);
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const form = useForm({ initialValues: { email: '', password: '' } });
  const { problem, submit } = useSubmit(form, async ({ email, password }) => {
    await chaski.auth.email({ body: { email, ...(password === '' ? {} : { password }) } });
    setMailedTo(email);
    form.reset();
  });
  return (
    <Section title={t('account.email')} lead={<bdi>{person.email}</bdi>}>
      <form onSubmit={submit}>
        <Stack maw={420}>
          <Refused problem={problem} />
          {mailedTo ? (
            <Text size="sm" role="status">
              {t('account.emailMailed', { email: mailedTo })}
            </Text>
          ) : null}
          <TextInput
            label={t('account.newEmail')}
            type="email"
            autoComplete="email"
            required
            withAsterisk={false}
            {...form.getInputProps('email')}
          />
          {factors?.hasPassword === false ? null : (
            <PasswordInput
              label={t('account.currentPassword')}
              autoComplete="current-password"
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
              {...form.getInputProps('password')}
            />
          )}
          <Group>
            <Button type="submit" variant="default" loading={form.submitting}>
              {t('signIn.mailLink')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
