import { ChaskiError } from '@chaski/sdk';
import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { Refused } from '../../ui/page.tsx';
import { AddNumberChecks, type CheckState } from './add-number-checks.tsx';

type Added = Awaited<ReturnType<typeof chaski.numbers.create>>;

export function AddNumber({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('settings.numbers.add')}>
      {opened ? <AddForm onClose={onClose} /> : null}
    </Modal>
  );
}

/** A number by its token: what is checked, and where it stopped. */
function AddForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [checks, setChecks] = useState<CheckState | null>(null);
  const [added, setAdded] = useState<Added | null>(null);
  const form = useForm({
    initialValues: { phoneNumberId: '', token: '', accountRef: '', displayPhoneNumber: '', name: '' },
  });
  const { problem, submit } = useSubmit(form, async (values, attempt) => {
    setChecks({ failed: null, running: true });
    const given = Object.entries(values).filter(([, value]) => value.trim() !== '');
    try {
      const body = Object.fromEntries(given) as Parameters<typeof chaski.numbers.create>[0]['body'];
      setAdded(await chaski.numbers.create({ body }, attempt));
    } catch (error) {
      setChecks({ failed: failedAt(error), running: false });
      throw error;
    }
    setChecks({ failed: null, running: false });
    await queries.invalidateQueries({ queryKey: numbersQuery.queryKey });
  });

  if (added) {
    return (
      <Stack>
        <AddNumberChecks state={{ failed: null, running: false }} />
        <Text role="status">
          {added.status === 'active' ? t('settings.numbers.isActive') : t('settings.numbers.isPending')}
        </Text>
        {added.warnings.map((warning) => (
          <Alert key={warning} color="yellow" variant="outline">
            {warning}
          </Alert>
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('form.done')}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('settings.numbers.phoneNumberId')}
          description={t('settings.numbers.phoneNumberIdHint')}
          required
          withAsterisk={false}
          dir="ltr"
          data-autofocus
          {...form.getInputProps('phoneNumberId')}
        />
        <PasswordInput
          label={t('settings.numbers.token')}
          description={t('settings.numbers.tokenHint')}
          autoComplete="off"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...form.getInputProps('token')}
        />
        <TextInput
          label={t('settings.numbers.accountRef')}
          description={t('settings.numbers.accountRefHint')}
          dir="ltr"
          {...form.getInputProps('accountRef')}
        />
        <TextInput
          label={t('settings.numbers.display')}
          description={t('settings.numbers.displayHint')}
          dir="ltr"
          {...form.getInputProps('displayPhoneNumber')}
        />
        <TextInput label={t('settings.numbers.name')} {...form.getInputProps('name')} />
        {checks ? <AddNumberChecks state={checks} /> : null}
        <Refused problem={problem} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t('settings.numbers.checkAndAdd')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Which check a refusal came from. */
function failedAt(error: unknown): number {
  if (!(error instanceof ChaskiError)) return 1;
  if (error.code === 'invalid_request') return 0;
  return error.status === 403 || error.status === 409 ? 2 : 1;
}
