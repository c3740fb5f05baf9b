import { Button, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { membersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import type { Member } from './queries.ts';
import { ReachFields, reachOf } from './reach-fields.tsx';

/** One member: role, limits, shut out for a while, or removed. */
export function MemberForm({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const name = member.name || member.email;
  const refresh = async () => {
    onClose();
    await queries.invalidateQueries({ queryKey: membersQuery.queryKey });
  };
  const form = useForm({
    initialValues: {
      role: member.role,
      ownOnly: member.ownOnly,
      numberIds: member.numberIds ?? [],
      disabled: member.disabled,
    },
  });
  const { problem, submit } = useSubmit(form, async ({ disabled, ...reach }) => {
    await chaski.members.update({ userId: member.userId, body: { ...reachOf(reach), disabled } });
    await refresh();
  });
  const remove = () =>
    void act(
      async () => {
        await chaski.members.delete({ userId: member.userId });
        await refresh();
      },
      {
        title: t('form.removeOne', { name }),
        text: t('settings.members.removeText'),
        action: t('form.remove'),
      },
    );
  return (
    <Modal opened onClose={onClose} title={<bdi>{name}</bdi>}>
      <SubmitForm
        form={form}
        submit={submit}
        problem={problem}
        aside={
          <Button variant="default" onClick={remove}>
            {t('form.remove')}
          </Button>
        }
      >
        <ReachFields form={form} />
        <Switch
          label={t('settings.members.disabled')}
          description={t('settings.members.disabledHint')}
          {...form.getInputProps('disabled', { type: 'checkbox' })}
        />
      </SubmitForm>
    </Modal>
  );
}
