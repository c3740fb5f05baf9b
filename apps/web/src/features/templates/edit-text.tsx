import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { insertInto } from '../../ui/insert.ts';
import { blanksOf, nextBlank, withExamples, withText } from './blanks.ts';
import type { Part } from './definition.ts';
import { useField } from './mistakes.tsx';

/** How much of what WhatsApp takes is used. */
export function useCount() {
  const { t, i18n } = useTranslation();
  const figure = new Intl.NumberFormat(i18n.language);
  return (text: string | undefined, most: number): string =>
    t('templates.count', { used: figure.format(text?.length ?? 0), most: figure.format(most) });
}

/** One line, with its limit and its mistake. */
export function LineField(props: {
  label: string;
  path: string;
  also?: string;
  value: string;
  most?: number;
  placeholder?: string;
  inputMode?: 'url' | 'tel' | 'numeric';
  disabled?: boolean;
  /** What its mistake is while nothing stands there. */
  whenEmpty?: string;
  onChange: (value: string) => void;
}) {
  const count = useCount();
  const field = useField(props.path, props.also ?? null);
  return (
    <TextInput
      label={props.label}
      description={props.most === undefined ? null : count(props.value, props.most)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      placeholder={props.placeholder ?? ''}
      inputMode={props.inputMode ?? 'text'}
      disabled={props.disabled ?? false}
      dir={props.inputMode ? 'ltr' : 'auto'}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      {...field}
      error={field.error && props.value === '' ? (props.whenEmpty ?? field.error) : field.error}
    />
  );
}

/** Words with variables, and an example for each: WhatsApp's reviewers read the text with them. */
export function TextWithBlanks<P extends Part<'HEADER'> | Part<'BODY'>>(props: {
  label: string;
  path: string;
  part: P;
  named: boolean;
  most: number;
  /** A heading takes one. */
  mostBlanks?: number;
  onChange: (part: P) => void;
}) {
  const { part, named, path, most, label, onChange } = props;
  const { t } = useTranslation();
  const count = useCount();
  const input = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const text = part.text ?? '';
  const blanks = blanksOf(part);
  const lines = part.type === 'BODY';
  const change = (next: string) => onChange(withText(part, next, named));
  const insert = () => {
    insertInto(input.current, text, `{{${nextBlank(part, named)}}}`, change);
  };
  const common = {
    ref: input,
    label,
    description: count(text, most),
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
      | 'label'
      | 'input'
      | 'description'
      | 'error'
    )[],
    value: text,
    dir: 'auto',
    ...useField(`${path}.text`),
  };
  return (
    <Stack gap="xs">
      {lines ? (
        <Textarea
          {...common}
          autosize
          minRows={4}
          maxRows={14}
          onChange={(event) => change(event.currentTarget.value)}
        />
      ) : (
        <TextInput {...common} onChange={(event) => change(event.currentTarget.value)} />
      )}
      {blanks.length < (props.mostBlanks ?? Number.POSITIVE_INFINITY) ? (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconBraces size={14} aria-hidden />}
            aria-label={t('templates.addVariableTo', { part: label })}
            onClick={insert}
          >
            {t('templates.addVariable')}
          </Button>
        </Group>
      ) : null}
      {blanks.map((blank, at) => (
        <Example
          key={blank.name}
          name={`{{${blank.name}}}`}
          path={`${path}.example.${lines ? 'body_text' : 'header_text'}${named ? '_named_params' : ''}`}
          value={blank.example}
          onChange={(example) =>
            onChange(
              withExamples(
                part,
                blanks.map((one, i) => (i === at ? { ...one, example } : one)),
                named,
              ),
            )
          }
        />
      ))}
    </Stack>
  );
}

function Example(props: { name: string; path: string; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const field = useField(props.path, null, props.value.trim() === '');
  return (
    <TextInput
      size="sm"
      label={<bdi>{t('templates.exampleOf', { name: props.name })}</bdi>}
      dir="auto"
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      {...field}
      // The rule names the first that has none, each field itself.
      error={field.error && t('templates.needsExample', { name: props.name })}
    />
  );
}
