import { Button, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { sessionQuery } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Refused } from '../../ui/page.tsx';
import { useEnter, useLinkToken } from './entering.ts';
import { EntryFrame } from './entry-frame.tsx';

/** The link of the mail to a new address. A button, because programs that look at mails follow links too. */
export function ConfirmNewAddressPage() {
  const { t } = useTranslation();
  const enter = useEnter();
  const token = useLinkToken();
  const [done, setDone] = useState(false);
  const form = useForm({ initialValues: {} });
  const { problem, submit } = useSubmit(form, async () => {
    await chaski.auth.confirmNewAddress({ body: { token } });
    await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    setDone(true);
  });
  return (
    <EntryFrame title={t('signIn.newAddressTitle')}>
      <form onSubmit={submit}>
        <Stack>
          <Refused problem={problem} />
          <Text size="sm" role="status">
            {done ? t('signIn.newAddressDone') : t('signIn.newAddressText')}
          </Text>
          {done ? (
            <Button onClick={() => void enter()}>{t('signIn.goOn')}</Button>
          ) : (
            <Button type="submit" loading={form.submitting}>
              {t('signIn.useAddress')}
            </Button>
          )}
        </Stack>
      </form>
    </EntryFrame>
  );
}
