import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconKey } from '@tabler/icons-react';
import { chaski } from '../../api/client.ts';
import { askPasskey, passkeysWork, wasGivenUp } from '../../api/passkey.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';

/** The second half of a sign-in: a code of the app, a recovery code, or a passkey. */
export function SecondStep(props: { challenge: string; onDone: () => Promise<void>; onAgain: () => void }) {
  const { t } = useTranslation();
  const explain = useExplain();
  const { challenge } = props;
  const form = useForm({ initialValues: { code: '' } });
  const { problem, setProblem, submit } = useSubmit(form, async ({ code }) => {
    await chaski.auth.secondFactor({ body: { challenge, code: code.trim() } });
    await props.onDone();
  });
  const byPasskey = async () => {
    setProblem(null);
    try {
      const options = await chaski.auth.createSecondFactorPasskeyOption({ body: { challenge } });
      await chaski.auth.secondFactorPasskey({ body: { challenge, response: await askPasskey(options) } });
      await props.onDone();
    } catch (error) {
      if (!wasGivenUp(error)) setProblem(explain(error));
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Refused problem={problem} />
        <TextInput
          label={t('signIn.code')}
          description={t('signIn.codeHint')}
          autoComplete="one-time-code"
          dir="ltr"
          required
          withAsterisk={false}
          autoFocus
          {...form.getInputProps('code')}
        />
        <Button type="submit" loading={form.submitting}>
          {t('signIn.submit')}
        </Button>
        {passkeysWork() ? (
          <Button variant="default" leftSection={<IconKey size={16} />} onClick={byPasskey}>
            {t('signIn.passkey')}
          </Button>
        ) : null}
        <Button variant="subtle" onClick={props.onAgain}>
          {t('signIn.again')}
        </Button>
      </Stack>
    </form>
  );
}
