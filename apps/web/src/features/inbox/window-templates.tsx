import type { Conversation, Template } from '@chaski/sdk';
import { Badge, Button, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './composer.module.css';
import { type Said, say } from './composer-outbox.ts';
import {
  fillTemplate,
  placeholdersOf,
  type TemplateComponent,
  templatesOfNumberQuery,
} from './window-queries.ts';

/** WhatsApp's approved texts: chosen, filled in, seen as it will be, sent. */
export function TemplatePicker({
  conversation,
  opened,
  onClose,
}: {
  conversation: Conversation;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Template | null>(null);
  const close = () => {
    setChosen(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={chosen ? chosen.name : t('composer.template.choose')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('thread.dismiss') }}
    >
      {chosen ? (
        <Form
          template={chosen}
          onBack={() => setChosen(null)}
          onSend={(content) => {
            say(conversation.id, content);
            close();
          }}
        />
      ) : (
        <Choice numberId={conversation.numberId} onChoose={setChosen} />
      )}
    </Modal>
  );
}

function Choice({ numberId, onChoose }: { numberId: string; onChoose: (template: Template) => void }) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const { data, isError } = useQuery(templatesOfNumberQuery(numberId));
  const wanted = q.trim().toLowerCase();
  const shown = data?.filter((one) => `${one.name} ${one.preview}`.toLowerCase().includes(wanted));
  return (
    <Stack gap="sm">
      <TextInput
        data-autofocus
        label={t('composer.template.find')}
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
      />
      {isError ? <Text role="alert">{t('composer.template.unavailable')}</Text> : null}
      {shown?.length === 0 ? <Text c="dimmed">{t('composer.template.none')}</Text> : null}
      <div className={classes.templates}>
        {shown?.map((template) => (
          <button
            key={template.id}
            type="button"
            className={classes.template}
            onClick={() => onChoose(template)}
          >
            <Group gap="xs">
              <Text span fw={600} size="sm">
                {template.name}
              </Text>
              <Badge size="xs" variant="default">
                {template.language}
              </Badge>
              <Badge size="xs" variant="default">
                {template.category}
              </Badge>
            </Group>
            <Text size="sm" lineClamp={3} className={classes.optionMore ?? ''}>
              {template.preview}
            </Text>
          </button>
        )) ?? (isError ? null : <Skeleton height={64} />)}
      </div>
    </Stack>
  );
}

function Form({
  template,
  onBack,
  onSend,
}: {
  template: Template;
  onBack: () => void;
  onSend: (content: Said) => void;
}) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Record<string, string>>({});
  const components = template.components as TemplateComponent[];
  const of = (kind: string) => components.find(({ type }) => type.toLowerCase() === kind);
  const header = of('header');
  const needsFile = header?.format !== undefined && header.format.toUpperCase() !== 'TEXT';
  // A header and a body count their places apart.
  const fields = [
    ...placeholdersOf(header?.text).map((name) => ({ part: 'header', name })),
    ...placeholdersOf(of('body')?.text).map((name) => ({ part: 'body', name })),
  ].map((field) => ({ ...field, key: `${field.part}.${field.name}` }));
  const urls = (of('buttons')?.buttons ?? []).flatMap((button, index) =>
    button.url?.includes('{{') ? [{ index, key: `button.${index}`, label: button.text ?? button.url }] : [],
  );
  const parametersOf = (part: string) =>
    fields
      .filter((field) => field.part === part)
      .map(({ name, key }) => ({
        type: 'text' as const,
        text: values[key]?.trim() ?? '',
        ...(/^\d+$/.test(name) ? {} : { parameterName: name }),
      }));
  const missing = [...fields, ...urls].some(({ key }) => !values[key]?.trim());
  const field = (key: string, label: string) => (
    <TextInput
      key={key}
      required
      label={label}
      value={values[key] ?? ''}
      onChange={(event) => setValues({ ...values, [key]: event.currentTarget.value })}
    />
  );
  const submit = () => {
    const sent = [
      ...['header', 'body'].flatMap((type) => {
        const parameters = parametersOf(type);
        return parameters.length > 0 ? [{ type, parameters }] : [];
      }),
      ...urls.map(({ index, key }) => ({
        type: 'button',
        subType: 'url',
        index,
        parameters: [{ type: 'text', text: values[key]?.trim() ?? '' }],
      })),
    ];
    onSend({
      type: 'template',
      template: {
        name: template.name,
        language: { code: template.language },
        ...(sent.length > 0 ? { components: sent } : {}),
      },
    } as unknown as Said);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing) submit();
      }}
    >
      <Stack gap="sm">
        {fields.map(({ key, part, name }) =>
          field(
            key,
            t(part === 'header' ? 'composer.template.headerField' : 'composer.template.field', { name }),
          ),
        )}
        {urls.map(({ key, label }) => field(key, t('composer.template.buttonField', { name: label })))}
        {needsFile ? <Text role="alert">{t('composer.template.needsFile')}</Text> : null}
        <Text size="sm" fw={600}>
          {t('composer.template.preview')}
        </Text>
        <div className={classes.shown} data-preview>
          {header?.text ? <strong>{fillTemplate(header.text, parametersOf('header'))}</strong> : null}
          {header?.text ? '\n' : ''}
          {fillTemplate(of('body')?.text ?? '', parametersOf('body'))}
          {of('footer')?.text ? `\n${of('footer')?.text}` : ''}
        </div>
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {t('composer.template.back')}
          </Button>
          <Button type="submit" disabled={missing || needsFile}>
            {t('composer.send')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
