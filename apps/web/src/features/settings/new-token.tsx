import { PasswordInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import type { WaNumber } from './queries.ts';

/** Written, never shown: WhatsApp is asked before it counts. */
export function NewToken(props: { number: WaNumber; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { token: '' } });
  const { problem, submit } = useSubmit(form, async (body) => {
    await chaski.numbers.update({ id: props.number.id, body });
    form.reset();
    props.onClose();
    notifications.show({ message: t('form.saved') });
    await queries.invalidateQueries({ queryKey: numbersQuery.queryKey });
  });
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('settings.numbers.newToken')}>
      <SubmitForm
        form={form}
        submit={submit}
        problem={problem}
        lead={<Text size="sm">{t('settings.numbers.newTokenText')}</Text>}
      >
        <PasswordInput
          label={t('settings.numbers.token')}
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
          {...form.getInputProps('token')}
        />
      </SubmitForm>
    </Modal>
  );
}
