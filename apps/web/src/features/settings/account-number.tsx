import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { Refused } from '../../ui/page.tsx';
import type { Account } from './queries.ts';

/** A number under the credentials that its account holds. */
export function AccountNumber(props: { account: Account; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('settings.accounts.addNumber')}>
      {props.opened ? <Fields account={props.account} onClose={props.onClose} /> : null}
    </Modal>
  );
}

function Fields({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [status, setStatus] = useState<string | null>(null);
  const form = useForm({ initialValues: { phoneNumberId: '', displayPhoneNumber: '' } });
  const { problem, submit } = useSubmit(form, async ({ phoneNumberId, displayPhoneNumber }, attempt) => {
    const added = await chaski.numbers.create(
      {
        body: {
          accountId: account.id,
          phoneNumberId,
          ...(displayPhoneNumber.trim() === '' ? {} : { displayPhoneNumber }),
        },
      },
      attempt,
    );
    setStatus(added.status);
    await queries.invalidateQueries({ queryKey: [numbersQuery.queryKey[0]] });
  });
  if (status !== null) {
    return (
      <Stack>
        <Text role="status">
          {t(status === 'active' ? 'settings.numbers.isActive' : 'settings.numbers.isPending')}
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('form.done')}</Button>
        </Group>
      </Stack>
    );
  }
  // YCloud knows a number by itself, Meta by an id.
  const isYcloud = account.provider === 'ycloud';
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t(isYcloud ? 'settings.accounts.phone' : 'settings.accounts.phoneNumberId')}
          description={t(isYcloud ? 'settings.accounts.phoneHint' : 'settings.accounts.phoneNumberIdHint')}
          required
          withAsterisk={false}
          dir="ltr"
          data-autofocus
          {...form.getInputProps('phoneNumberId')}
        />
        {isYcloud ? null : (
          <TextInput
            label={t('settings.accounts.display')}
            dir="ltr"
            {...form.getInputProps('displayPhoneNumber')}
          />
        )}
        <Refused problem={problem} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t('settings.accounts.checkAndAdd')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
