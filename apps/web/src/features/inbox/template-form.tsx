import {
  fillTemplate,
  type TemplateValue,
  type TemplateVariable,
  templateVariables,
} from '@chaski/contracts';
import type { Template } from '@chaski/sdk';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './composer.module.css';
import type { Said } from './composer-outbox.ts';
import { TemplateField } from './template-field.tsx';
import TemplateShown from './template-shown.tsx';

/**
 * What was pressed is gone with the list, and the focus with it: it goes to the first field, or to sending where
 * nothing is wanted.
 */
function focusFirst(form: HTMLFormElement | null): void {
  const send = form?.querySelector<HTMLElement>('[type="submit"]:enabled');
  (send ?? form?.querySelector<HTMLElement>('input:not([type="file"]), button'))?.focus();
}

/** What a template wants, and how it will be seen. Loaded with the first template that is chosen. */
export default function TemplateForm({
  template,
  onBack,
  onSend,
}: {
  template: Template;
  onBack: () => void;
  onSend: (content: Said) => void;
}) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Readonly<Record<string, TemplateValue>>>({});
  const variables = templateVariables(template);
  const isMissing = ({ key }: TemplateVariable) => values[key] === undefined || values[key] === '';
  const ready = !variables.some(isMissing);
  const sent = fillTemplate(template, values);
  const put = (key: string, value: TemplateValue | undefined) =>
    setValues((now) =>
      value === undefined
        ? Object.fromEntries(Object.entries(now).filter(([other]) => other !== key))
        : { ...now, [key]: value },
    );
  return (
    <form
      ref={focusFirst}
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        onSend({
          type: 'template',
          template: {
            name: template.name,
            language: { code: template.language },
            ...(sent.length > 0 ? { components: sent } : {}),
          },
        } as unknown as Said);
      }}
    >
      <Stack gap="sm">
        {variables.map((variable) => (
          <TemplateField
            key={variable.key}
            variable={variable}
            template={template}
            value={values[variable.key]}
            onChange={(value) => put(variable.key, value)}
          />
        ))}
        <Text size="sm" fw={600}>
          {t('composer.template.preview')}
        </Text>
        <div className={classes.shown} data-preview>
          <TemplateShown template={template} parameters={sent} />
        </div>
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {t('composer.template.back')}
          </Button>
          <Button type="submit" disabled={!ready}>
            {t('composer.send')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
