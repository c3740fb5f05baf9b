import { Button, Group, Select, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct, useUnsaved } from '../../ui/confirm.tsx';
import { useSubmit } from '../../ui/form.ts';
import { Listing, Refused, Section } from '../../ui/page.tsx';
import { type Workflow, type Workspace, workflowsQuery, workspaceQuery } from './queries.ts';
import classes from './settings.module.css';

/** The built-in answer to what people write first: one switch for all, and a text for the workspace and each number. */
export function AutoReplies({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const workflows = useQuery(workflowsQuery);
  const on = workspace.settings.autoReply;
  const turn = (autoReply: boolean) =>
    act(async () => {
      queries.setQueryData(workspaceQuery.queryKey, {
        ...workspace,
        settings: { ...workspace.settings, autoReply },
      });
      try {
        const body = { settings: { autoReply } };
        queries.setQueryData(workspaceQuery.queryKey, await chaski.workspace.update({ body }));
      } catch (error) {
        queries.setQueryData(workspaceQuery.queryKey, workspace);
        throw error;
      }
    });
  return (
    <Section
      title={t('settings.autoReply.title')}
      lead={t('settings.autoReply.lead')}
      action={
        <Switch
          aria-label={t('settings.autoReply.title')}
          checked={on}
          onChange={(event) => void turn(event.currentTarget.checked)}
        />
      }
    >
      {on ? (
        <Listing query={workflows} empty={t('settings.autoReply.none')}>
          {(all) => (
            <Stack gap="xl">
              {all.map((one, index) => (
                <ReplyForm key={one.id} workflow={one} place={index + 1} />
              ))}
            </Stack>
          )}
        </Listing>
      ) : (
        <Text size="sm" c="dimmed">
          {t('settings.autoReply.isOff')}
        </Text>
      )}
    </Section>
  );
}

/** `place` among the others: two whose numbers are not known here must not have the same name. */
function ReplyForm({ workflow, place }: { workflow: Workflow; place: number }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: numbers } = useQuery(numbersQuery);
  const number = numbers?.find((one) => one.id === workflow.numberId);
  const title =
    workflow.numberId === null
      ? t('settings.autoReply.ofWorkspace')
      : (number?.displayPhoneNumber ?? `${t('settings.autoReply.title')} ${place}`);
  const { text, oncePer, isActive, awayText, awayActive } = workflow;
  const form = useForm({ initialValues: { text, oncePer, isActive, awayText, awayActive } });
  useUnsaved(form.isDirty());
  const { problem, submit } = useSubmit(form, async (body) => {
    await chaski.workflows.update({ id: workflow.id, body });
    form.resetDirty();
    notifications.show({ message: t('form.saved') });
    await queries.invalidateQueries({ queryKey: workflowsQuery.queryKey });
  });
  return (
    <form onSubmit={submit} aria-label={title}>
      <Stack gap="xs">
        <Switch label={<bdi>{title}</bdi>} {...form.getInputProps('isActive', { type: 'checkbox' })} />
        <Refused problem={problem} />
        <Textarea
          aria-label={t('settings.autoReply.textOf', { name: title })}
          description={t('settings.autoReply.variables', {
            workspace: '{{workspace.name}}',
            contact: '{{contact.name}}',
          })}
          autosize
          minRows={2}
          maxLength={4096}
          classNames={{ input: classes.words ?? '' }}
          {...form.getInputProps('text')}
        />
        <Select
          label={t('settings.autoReply.oncePer')}
          allowDeselect={false}
          maw={360}
          data={(['message', 'day', 'conversation'] as const).map((value) => ({
            value,
            label: t(`settings.autoReply.per.${value}`),
          }))}
          {...form.getInputProps('oncePer')}
        />
        <Switch
          label={t('hours.away')}
          description={t('hours.awayHint')}
          {...form.getInputProps('awayActive', { type: 'checkbox' })}
        />
        {form.values.awayActive ? (
          <Textarea
            aria-label={t('hours.awayTextOf', { name: title })}
            description={t('hours.awayVariables', { date: '{{opens.date}}', time: '{{opens.time}}' })}
            autosize
            minRows={2}
            maxLength={4096}
            classNames={{ input: classes.words ?? '' }}
            {...form.getInputProps('awayText')}
          />
        ) : null}
        <Group>
          <Button type="submit" variant="default" loading={form.submitting} disabled={!form.isDirty()}>
            {t('form.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
