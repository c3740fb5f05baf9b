import { Button, Group, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useRef } from 'react';
import { chaski } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useSubmit } from '../../ui/form.ts';
import { insertInto } from '../../ui/insert.ts';
import { Modal } from '../../ui/modal.tsx';
import { SubmitForm } from '../../ui/submit-form.tsx';
import { filledIn, variables } from './fill-in.ts';
import type { FormOf } from './kept-list.tsx';
import type { QuickReply } from './queries.ts';
import classes from './settings.module.css';

type Scope = QuickReply['scope'];

export function QuickReplyForm(props: FormOf<QuickReply> & { mayShare: boolean }) {
  const { t } = useTranslation();
  const { item: reply } = props;
  const { person, workspace } = useSession();
  const form = useForm({
    initialValues: {
      shortcut: reply?.shortcut ?? '',
      text: reply?.text ?? '',
      scope: reply?.scope ?? ((props.mayShare ? 'workspace' : 'own') as Scope),
    },
  });
  const { problem, submit } = useSubmit(form, async ({ scope, ...body }, attempt) => {
    if (reply)
      await chaski.quickReplies.update({ id: reply.id, body }, { headers: { 'if-match': reply.etag } });
    else await chaski.quickReplies.create({ body: { ...body, scope } }, attempt);
    props.onClose();
    await props.onSaved();
  });
  const { text } = form.getValues();
  const field = useRef<HTMLTextAreaElement>(null);
  const preview = filledIn(text, {
    'contact.name': t('settings.replies.sampleName'),
    'agent.name': person.name,
    'workspace.name': workspace?.name ?? '',
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={reply ? t('form.changeOne', { name: `/${reply.shortcut}` }) : t('settings.replies.add')}
    >
      <SubmitForm form={form} submit={submit} problem={problem}>
        <TextInput
          label={t('settings.replies.shortcut')}
          description={t('settings.replies.shortcutHint')}
          leftSection="/"
          required
          withAsterisk={false}
          maxLength={40}
          data-autofocus
          {...form.getInputProps('shortcut')}
        />
        <Textarea
          ref={field}
          label={t('settings.replies.text')}
          required
          withAsterisk={false}
          autosize
          minRows={3}
          maxRows={10}
          maxLength={4096}
          classNames={{ input: classes.words ?? '' }}
          {...form.getInputProps('text')}
        />
        <Group gap={6} role="group" aria-label={t('settings.replies.variables')}>
          {variables.map((name) => (
            <Button
              key={name}
              size="compact-xs"
              variant="default"
              onClick={() =>
                insertInto(field.current, text, `{{${name}}}`, (now) => form.setFieldValue('text', now))
              }
            >
              {t(`settings.replies.variable.${name.replace('.', '_')}`)}
            </Button>
          ))}
        </Group>
        <Text size="xs" c="dimmed">
          {t('settings.replies.variablesHint', { sample: '{{contact.name|…}}' })}
        </Text>
        {preview === '' ? null : (
          <div>
            <Text size="sm" fw={500} mb={4}>
              {t('settings.replies.preview')}
            </Text>
            <p className={classes.preview}>{preview}</p>
          </div>
        )}
        {reply || !props.mayShare ? null : (
          <Select
            label={t('settings.replies.scope')}
            allowDeselect={false}
            data={[
              { value: 'workspace', label: t('settings.replies.shared') },
              { value: 'own', label: t('settings.replies.own') },
            ]}
            {...form.getInputProps('scope')}
          />
        )}
      </SubmitForm>
    </Modal>
  );
}
