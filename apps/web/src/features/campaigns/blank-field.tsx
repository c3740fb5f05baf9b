import type { TemplateVariable } from '@chaski/contracts';
import { Group, Select, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { attributesQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { FileField } from '../inbox/template-file.tsx';
import classes from './campaigns.module.css';
import { fields, type Source } from './guess.ts';
import type { Blank } from './queries.ts';

const chosenOf = (source: Source, columns: readonly string[]): string => {
  if (source.from === 'field') return `field:${source.field}`;
  if (source.from === 'attribute') return `attribute:${source.key}`;
  if (source.from === 'column' && columns.includes(source.column)) return `column:${source.column}`;
  return source.from;
};

/** How a value that is no mere text is written, in a cell or for all. */
const written: Partial<
  Record<TemplateVariable['kind'], 'file' | 'location' | 'product' | 'products' | 'time'>
> = {
  image: 'file',
  video: 'file',
  document: 'file',
  location: 'location',
  product: 'product',
  products: 'products',
  time: 'time',
};

/** Where the value of one blank comes from: the same words for all, something of the contact, a column of the list. */
export function BlankField(props: {
  blank: Blank;
  label: string;
  source: Source | null;
  columns: readonly string[];
  editable: boolean;
  onChange: (source: Source) => void;
}) {
  const { blank, label, source, columns, editable, onChange } = props;
  const { t } = useTranslation();
  const { kind } = blank.of;
  const { data: attributes = [] } = useQuery(attributesQuery);
  const [text, setText] = useState(
    source?.from === 'text' ? source.text : source?.from === 'column' ? source.column : '',
  );
  const [fallback, setFallback] = useState(source && 'fallback' in source ? (source.fallback ?? '') : '');
  // Of what is half said: the kind is chosen, its words are not there yet.
  const [begun, setBegun] = useState<'text' | 'column' | null>(null);
  const from = begun ?? (source && chosenOf(source, columns));
  const choose = (chosen: string) => {
    const withFallback = fallback.trim() === '' ? {} : { fallback: fallback.trim() };
    const at = chosen.indexOf(':');
    const [kind, key] = at < 0 ? [chosen, text.trim()] : [chosen.slice(0, at), chosen.slice(at + 1)];
    const field = fields.find((one) => one === key);
    const isHalf = at < 0 && (chosen === 'text' || chosen === 'column');
    setBegun(isHalf ? chosen : null);
    if (key === '') return;
    if (kind === 'field' && field) onChange({ from: kind, field, ...withFallback });
    else if (kind === 'attribute') onChange({ from: kind, key, ...withFallback });
    else if (kind === 'column') onChange({ from: kind, column: key, ...withFallback });
    else if (kind === 'text') onChange({ from: kind, text: key });
  };
  return (
    <fieldset className={classes.blank}>
      <legend>{label}</legend>
      {kind in written ? (
        <Text size="sm" c="dimmed" mb={4}>
          {t(`campaigns.message.written.${written[kind]}`)}
        </Text>
      ) : null}
      <Group grow align="flex-start">
        <Select
          aria-label={t('campaigns.message.sourceOf', { blank: label })}
          placeholder={t('campaigns.message.chooseSource')}
          value={from}
          disabled={!editable}
          allowDeselect={false}
          error={source === null}
          onChange={(chosen) => {
            if (chosen) choose(chosen);
          }}
          data={[
            ...columns.map((column) => ({
              value: `column:${column}`,
              label: t('campaigns.message.thisColumn', { column }),
            })),
            ...fields.map((field) => ({ value: `field:${field}`, label: t(`campaigns.field.${field}`) })),
            ...attributes.map(({ key, label }) => ({ value: `attribute:${key}`, label })),
            ...(columns.length === 0 ? [{ value: 'column', label: t('campaigns.message.column') }] : []),
            { value: 'text', label: t('campaigns.message.text') },
          ]}
        />
        {from === 'text' || from === 'column' ? (
          <TextInput
            aria-label={t(`campaigns.message.${from}`)}
            placeholder={t(`campaigns.message.${from}`)}
            value={text}
            disabled={!editable}
            onChange={(event) => setText(event.currentTarget.value)}
            onBlur={() => choose(from)}
          />
        ) : from === null ? null : (
          <TextInput
            aria-label={t('campaigns.message.fallback')}
            placeholder={t('campaigns.message.fallback')}
            value={fallback}
            disabled={!editable}
            onChange={(event) => setFallback(event.currentTarget.value)}
            onBlur={() => choose(from)}
          />
        )}
      </Group>
      {editable && (kind === 'image' || kind === 'video' || kind === 'document') ? (
        <FileField
          kind={kind}
          label={t('campaigns.message.upload')}
          onChange={(file) => {
            if (!file) return;
            setText(file.mediaId);
            setBegun(null);
            onChange({ from: 'text', text: file.mediaId });
          }}
        />
      ) : null}
    </fieldset>
  );
}
