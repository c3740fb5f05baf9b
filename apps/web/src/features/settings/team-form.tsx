import { MultiSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { membersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import type { FormOf } from './kept-list.tsx';
import type { Team } from './queries.ts';

export function TeamForm(props: FormOf<Team>) {
  const { t } = useTranslation();
  const { item: team } = props;
  const { data: members } = useQuery(membersQuery);
  const form = useForm({
    initialValues: { name: team?.name ?? '', memberIds: team?.members.map((one) => one.id) ?? [] },
  });
  const { problem, submit } = useSubmit(form, async (body, attempt) => {
    if (team) await chaski.teams.update({ id: team.id, body }, { headers: { 'if-match': team.etag } });
    else await chaski.teams.create({ body }, attempt);
    props.onClose();
    await props.onSaved();
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={team ? t('form.changeOne', { name: team.name }) : t('settings.teams.add')}
    >
      <SubmitForm form={form} submit={submit} problem={problem}>
        <TextInput
          label={t('form.name')}
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <MultiSelect
          label={t('settings.members.title')}
          searchable
          data={members?.map((one) => ({ value: one.userId, label: one.name || one.email })) ?? []}
          {...form.getInputProps('memberIds')}
        />
      </SubmitForm>
    </Modal>
  );
}
