import { Button, Group, Input, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { Refused, Section } from '../../ui/page.tsx';
import type { Workspace } from './queries.ts';
import { useWorkspaceForm } from './use-workspace-form.ts';

export function GeneralForm({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const { name, settings } = workspace;
  const { form, problem, submit } = useWorkspaceForm(
    {
      name,
      answering: settings.answering,
      unknownSends: settings.unknownSends,
      requireSecondFactor: settings.requireSecondFactor,
      soonMinutes: settings.waiting.soonMinutes as number | string,
      lateMinutes: settings.waiting.lateMinutes as number | string,
      auditDays: settings.auditDays ?? ('' as number | string),
    },
    ({ name: called, auditDays, soonMinutes, lateMinutes, ...rest }) => ({
      name: called,
      settings: {
        ...rest,
        waiting: { soonMinutes: Number(soonMinutes), lateMinutes: Number(lateMinutes) },
        auditDays: typeof auditDays === 'number' ? auditDays : null,
      },
    }),
  );
  return (
    <Section title={t('settings.general.about')}>
      <form onSubmit={submit}>
        <Stack maw={520}>
          <Refused problem={problem} />
          <TextInput
            label={t('signIn.workspaceName')}
            required
            withAsterisk={false}
            maxLength={200}
            {...form.getInputProps('name')}
          />
          <Select
            label={t('settings.general.answering')}
            description={t('settings.general.answeringHint')}
            allowDeselect={false}
            data={[
              { value: 'anyone', label: t('settings.general.anyone') },
              { value: 'assignee', label: t('settings.general.assignee') },
            ]}
            {...form.getInputProps('answering')}
          />
          <Select
            label={t('settings.general.unknownSends')}
            description={t('settings.general.unknownSendsHint')}
            allowDeselect={false}
            data={[
              { value: 'leave', label: t('settings.general.leave') },
              { value: 'resend', label: t('settings.general.resend') },
            ]}
            {...form.getInputProps('unknownSends')}
          />
          <Input.Wrapper
            label={t('settings.general.waiting')}
            description={t('settings.general.waitingHint')}
          >
            <Group grow align="start" mt={4}>
              {(['soonMinutes', 'lateMinutes'] as const).map((field) => (
                <NumberInput
                  key={field}
                  label={t(`settings.general.${field}`)}
                  required
                  withAsterisk={false}
                  min={1}
                  max={10_080}
                  hideControls
                  allowDecimal={false}
                  {...form.getInputProps(field)}
                />
              ))}
            </Group>
          </Input.Wrapper>
          <Switch
            label={t('settings.general.requireSecondFactor')}
            description={t('settings.general.requireSecondFactorHint')}
            {...form.getInputProps('requireSecondFactor', { type: 'checkbox' })}
          />
          <NumberInput
            label={t('settings.general.auditDays')}
            description={t('settings.general.auditDaysHint')}
            min={30}
            max={3650}
            hideControls
            allowDecimal={false}
            {...form.getInputProps('auditDays')}
          />
          <Group>
            <Button type="submit" loading={form.submitting} disabled={!form.isDirty()}>
              {t('form.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
