import { ChaskiError } from '@chaski/sdk';
import {
  Alert,
  Anchor,
  Button,
  Center,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chaski } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { sessionQuery } from '../../api/session.ts';

const route = getRouteApi('/app/sign-in');

/** Only addresses of our own: nobody is sent elsewhere after signing in. */
const safe = (next: string | undefined) => (next?.startsWith('/app/') ? next : '/app/inbox');

export function SignInPage() {
  const { t } = useTranslation();
  const { next, error } = route.useSearch();
  const navigate = useNavigate();
  const [challenge, setChallenge] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(error ?? null);

  const enter = async () => {
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    await navigate({ href: safe(next) });
  };
  const attempt = async (action: () => Promise<void>) => {
    setProblem(null);
    try {
      await action();
    } catch (failed) {
      setProblem(failed instanceof ChaskiError ? failed.message : t('signIn.unreachable'));
    }
  };

  return (
    <Center component="main" mih="100%" p="md">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <Stack>
          <Group gap="sm">
            <img src="/icon.svg" alt="" width={36} height={36} />
            <Title order={1} size="h3">
              {t('signIn.title')}
            </Title>
          </Group>
          {problem ? (
            <Alert color="red" role="alert">
              {problem}
            </Alert>
          ) : null}
          {challenge ? (
            <CodeForm
              onCode={(code) =>
                attempt(async () => {
                  await chaski.auth.secondFactor({ body: { challenge, code } });
                  await enter();
                })
              }
            />
          ) : (
            <PasswordForm
              onPassword={(email, password) =>
                attempt(async () => {
                  const answer = await chaski.auth.login({ body: { email, password } });
                  if ('challenge' in answer && typeof answer.challenge === 'string')
                    setChallenge(answer.challenge);
                  else await enter();
                })
              }
            />
          )}
        </Stack>
      </Paper>
    </Center>
  );
}

function PasswordForm({ onPassword }: { onPassword: (email: string, password: string) => Promise<void> }) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { email: '', password: '' } });
  return (
    <form onSubmit={form.onSubmit(({ email, password }) => onPassword(email, password))}>
      <Stack>
        <TextInput
          label={t('signIn.email')}
          type="email"
          autoComplete="username webauthn"
          required
          autoFocus
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={form.submitting}>
          {t('signIn.submit')}
        </Button>
        <Text size="sm">
          <Anchor href="/app/forgot-password">{t('signIn.forgot')}</Anchor>
        </Text>
      </Stack>
    </form>
  );
}

function CodeForm({ onCode }: { onCode: (code: string) => Promise<void> }) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { code: '' } });
  return (
    <form onSubmit={form.onSubmit(({ code }) => onCode(code))}>
      <Stack>
        <TextInput
          label={t('signIn.code')}
          description={t('signIn.codeHint')}
          autoComplete="one-time-code"
          required
          autoFocus
          {...form.getInputProps('code')}
        />
        <Button type="submit" loading={form.submitting}>
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}
