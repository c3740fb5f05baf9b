import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { type Language, languages } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { OutboxHint } from '../../ui/outbox-hint.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { invitationsQuery } from './queries.ts';
import { ReachFields, type Role, reachOf } from './reach-fields.tsx';

export function InviteForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('settings.members.invite')}>
      {opened ? <Fields onClose={onClose} /> : null}
    </Modal>
  );
}

function Fields({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      email: '',
      role: 'agent' as Role,
      ownOnly: false,
      numberIds: [] as string[],
      locale: i18n.language as Language,
    },
  });
  const { problem, submit } = useSubmit(form, async ({ email, locale, ...reach }, attempt) => {
    await chaski.invitations.create({ body: { email, locale, ...reachOf(reach) } }, attempt);
    onClose();
    notifications.show({ message: t('settings.members.invited', { email }) });
    await queries.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  });
  return (
    <SubmitForm form={form} submit={submit} problem={problem} action={t('settings.members.send')}>
      <TextInput
        label={t('signIn.email')}
        type="email"
        autoComplete="off"
        required
        withAsterisk={false}
        data-autofocus
        {...form.getInputProps('email')}
      />
      <ReachFields form={form} />
      <Select
        label={t('settings.members.mailLanguage')}
        allowDeselect={false}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('locale')}
      />
      <OutboxHint />
    </SubmitForm>
  );
}
