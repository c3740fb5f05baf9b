import { Button, FileButton, Group, Input, Select, Stack } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useId, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { explain } from '../../ui/explain.ts';
import type { Part } from './definition.ts';
import { TextWithBlanks } from './edit-text.tsx';
import { useField } from './mistakes.tsx';

type Header = Part<'HEADER'>;

/** What stands above the text: nothing, a line, a file, a place or a product. */
export function EditHeader(props: {
  header: Header | null;
  path: string;
  named: boolean;
  formats: readonly Header['format'][];
  optional: boolean;
  onChange: (header: Header | null) => void;
}) {
  const { header, path, named, formats, optional, onChange } = props;
  const { t } = useTranslation();
  const format = useField(`${path}.format`);
  const offered = header && !formats.includes(header.format) ? [...formats, header.format] : formats;
  return (
    <Stack gap="sm">
      {offered.length > 1 || optional ? (
        <Select
          label={t('templates.field.header')}
          data={[
            ...(optional ? [{ value: 'NONE', label: t('templates.header.NONE') }] : []),
            ...offered.map((value) => ({ value, label: t(`templates.header.${value}`) })),
          ]}
          value={header?.format ?? 'NONE'}
          allowDeselect={false}
          onChange={(next) => {
            if (next === 'NONE') onChange(null);
            else if (next === 'TEXT') onChange({ type: 'HEADER', format: next, text: '' });
            else if (next) onChange({ type: 'HEADER', format: next as Header['format'] });
          }}
          {...format}
        />
      ) : null}
      {header?.format === 'TEXT' ? (
        <TextWithBlanks
          label={t('templates.field.headerText')}
          path={path}
          part={header}
          named={named}
          most={60}
          mostBlanks={1}
          onChange={onChange}
        />
      ) : null}
      {header && header.format in accepted ? (
        <SampleField
          key={header.format}
          format={header.format as keyof typeof accepted}
          path={`${path}.example.header_handle`}
          sample={header.example?.header_handle?.[0] ?? null}
          onChange={(id) =>
            onChange({ type: 'HEADER', format: header.format, example: { header_handle: [id] } })
          }
        />
      ) : null}
    </Stack>
  );
}

const accepted = {
  IMAGE: { kind: 'image', types: 'image/jpeg,image/png' },
  VIDEO: { kind: 'video', types: 'video/mp4,video/3gpp' },
  // WhatsApp's moving pictures are short videos.
  GIF: { kind: 'video', types: 'video/mp4' },
  DOCUMENT: { kind: 'document', types: 'application/pdf' },
} as const;

/** A file that shows WhatsApp's reviewers what will stand there. It is kept here, and handed over at each submission. */
function SampleField(props: {
  format: keyof typeof accepted;
  path: string;
  sample: string | null;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const { kind, types } = accepted[props.format];
  const field = useField(props.path);
  const [state, setState] = useState<
    { file: string; is: 'uploading' | 'there' } | { problem: string } | null
  >(null);
  // What is written while the file goes up must not be undone when it is there.
  const put = useRef(props.onChange);
  useLayoutEffect(() => {
    put.current = props.onChange;
  });
  const take = async (file: File | null) => {
    if (!file) return;
    setState({ file: file.name, is: 'uploading' });
    try {
      const made = await chaski.media.create(
        { query: { kind, filename: file.name.slice(-240) }, body: file },
        { ...once(), headers: { 'content-type': file.type || 'application/octet-stream' } },
      );
      flushSync(() => put.current(made.id));
      setState({ file: file.name, is: 'there' });
    } catch (error) {
      setState({ problem: explain(t, error) });
    }
  };
  return (
    <Input.Wrapper
      label={t(`templates.sample.${kind}`)}
      description={t('templates.hint.sample')}
      labelProps={{ htmlFor: id }}
      error={state && 'problem' in state ? state.problem : field.error}
    >
      <Group gap="xs" mt={4}>
        <FileButton accept={types} onChange={(file) => void take(file)}>
          {(button) => (
            <Button
              id={id}
              variant="default"
              leftSection={<IconPaperclip size={16} aria-hidden />}
              data-path={field['data-path']}
              onBlur={field.onBlur}
              {...button}
            >
              {t('templates.chooseFile')}
            </Button>
          )}
        </FileButton>
        <Input.Description component="span" aria-live="polite">
          {state && 'file' in state ? <bdi>{state.file}</bdi> : null}
          {state && 'file' in state && state.is === 'uploading' ? ` · ${t('templates.uploading')}` : null}
          {state === null && props.sample ? t('templates.sampleThere') : null}
        </Input.Description>
      </Group>
    </Input.Wrapper>
  );
}
