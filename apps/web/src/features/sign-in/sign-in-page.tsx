import { Anchor, Button, Divider, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { askPasskey, passkeysWork, wasGivenUp } from '../../api/passkey.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';
import { useEnter } from './entering.ts';
import { EntryFrame } from './entry-frame.tsx';
import { SecondStep } from './second-step.tsx';

const route = getRouteApi('/login');

/** Single sign-on that found a second factor comes back with `#challenge=…`. */
const returned = () => new URLSearchParams(window.location.hash.slice(1)).get('challenge');

export function SignInPage() {
  const { t } = useTranslation();
  const { next, error } = route.useSearch();
  const enter = useEnter();
  const [challenge, setChallenge] = useState(returned);

  return (
    <EntryFrame title={t('signIn.title')}>
      {challenge ? (
        <SecondStep
          challenge={challenge}
          onDone={() => enter(next)}
          onAgain={() => {
            window.history.replaceState(null, '', '/login');
            setChallenge(null);
          }}
        />
      ) : (
        <FirstStep
          refusal={error ? t(`signIn.sso.${error}`, { defaultValue: t('signIn.sso.oidc_refused') }) : null}
          onChallenge={setChallenge}
          onDone={() => enter(next)}
        />
      )}
    </EntryFrame>
  );
}

function FirstStep(props: {
  refusal: string | null;
  onChallenge: (challenge: string) => void;
  onDone: () => Promise<void>;
}) {
  const { t } = useTranslation();
  const explain = useExplain();
  const form = useForm({ initialValues: { email: '', password: '' } });
  const { problem, setProblem, submit } = useSubmit(form, async (body) => {
    const answer = await chaski.auth.login({ body });
    if ('challenge' in answer) props.onChallenge(answer.challenge);
    else await props.onDone();
  });
  const { data: sso } = useQuery({
    queryKey: ['oidc'],
    queryFn: () => chaski.auth.getOidc(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const byPasskey = async () => {
    setProblem(null);
    try {
      const response = await askPasskey(await chaski.auth.createPasskeySignInOption({ body: {} }));
      await chaski.auth.passkey({ body: { response } });
      await props.onDone();
    } catch (error) {
      if (!wasGivenUp(error)) setProblem(explain(error));
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem ?? props.refusal} />
        <TextInput
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={form.submitting}>
          {t('signIn.submit')}
        </Button>
        {passkeysWork() || sso?.enabled ? <Divider label={t('signIn.or')} /> : null}
        {passkeysWork() ? (
          <Button variant="default" leftSection={<IconKey size={16} />} onClick={byPasskey}>
            {t('signIn.passkey')}
          </Button>
        ) : null}
        {sso?.enabled ? (
          <Button variant="default" component="a" href="/v1/auth/oidc/start">
            {sso.name ?? t('signIn.singleSignOn')}
          </Button>
        ) : null}
        <Group justify="space-between" gap="xs">
          {/* What was typed goes along, in the history and not in the address: addresses end up in logs. */}
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link to="/app/reset" state={{ email: form.values.email.trim() }} {...props} />
            )}
          >
            {t('signIn.forgot')}
          </Anchor>
          <Anchor size="sm" component={Link} to="/app/register">
            {t('signIn.register')}
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}
