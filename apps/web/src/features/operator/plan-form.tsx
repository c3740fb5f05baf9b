import { NumberInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { type Plan, plansQuery } from './queries.ts';

export const limits = [
  'messagesPerMonth',
  'messagesPerMinute',
  'requestsPerMinute',
  'points',
  'numbers',
  'members',
  'contacts',
] as const;
type Limits = Record<(typeof limits)[number], number | string>;

/** An empty field is no limit. */
export function PlanForm({ plan, onClose }: { plan: Plan | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      name: plan?.name ?? '',
      ...(Object.fromEntries(limits.map((key) => [key, plan?.[key] ?? ''])) as Limits),
    },
  });
  const { problem, submit } = useSubmit(form, async ({ name, ...given }) => {
    const body = Object.fromEntries(
      limits.map((key) => [key, typeof given[key] === 'number' ? given[key] : null]),
    );
    await chaski.operator.updatePlan({ name, body });
    onClose();
    await queries.invalidateQueries({ queryKey: plansQuery.queryKey });
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={plan ? t('form.changeOne', { name: plan.name }) : t('operator.plans.add')}
    >
      <SubmitForm form={form} submit={submit} problem={problem}>
        <TextInput
          label={t('form.name')}
          description={t('operator.plans.nameHint')}
          pattern="[a-z][a-z0-9\-]*"
          required
          withAsterisk={false}
          disabled={plan !== null}
          data-autofocus
          {...form.getInputProps('name')}
        />
        {limits.map((key) => (
          <NumberInput
            key={key}
            label={t(`settings.usage.limit.${key}`)}
            placeholder={t('settings.usage.noLimit')}
            min={0}
            allowDecimal={false}
            hideControls
            thousandSeparator
            {...form.getInputProps(key)}
          />
        ))}
      </SubmitForm>
    </Modal>
  );
}
