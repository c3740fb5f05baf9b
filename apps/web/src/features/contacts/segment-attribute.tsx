import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { attributesQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import type { Draft } from './segment-tree.ts';
import classes from './segments.module.css';

const ops: Record<string, readonly string[]> = {
  text: ['is', 'contains', 'starts', 'known', 'unknown'],
  choice: ['is', 'known', 'unknown'],
  number: ['is', 'above', 'below', 'known', 'unknown'],
  date: ['is', 'before', 'after', 'known', 'unknown'],
  boolean: ['is', 'known', 'unknown'],
};

/** A field of the workspace's own, compared as its type allows. */
export function SegmentAttribute({
  leaf,
  put,
}: {
  leaf: Draft;
  put: (change: Record<string, unknown>) => void;
}) {
  const { t } = useTranslation();
  const { data: attributes = [] } = useQuery(attributesQuery);
  const chosen = attributes.find(({ key }) => key === leaf.key);
  const [first] = (leaf.values as (string | number | boolean)[] | undefined) ?? [];
  const value = { size: 'xs', className: classes.value ?? '' } as const;
  const choices =
    chosen?.type === 'choice'
      ? chosen.choices.map((one) => ({ value: one, label: one }))
      : chosen?.type === 'boolean'
        ? ['true', 'false'].map((one) => ({ value: one, label: t(`segments.is.${one}`) }))
        : null;
  return (
    <>
      <Select
        {...value}
        aria-label={t('contacts.attribute')}
        placeholder={t('contacts.attribute')}
        data={attributes.map(({ key, label }) => ({ value: key, label }))}
        value={String(leaf.key ?? '') || null}
        onChange={(key) => put({ key: key ?? '', op: 'is', values: [] })}
      />
      <Select
        {...value}
        aria-label={t('segments.compare')}
        allowDeselect={false}
        data={(ops[chosen?.type ?? 'text'] ?? []).map((one) => ({
          value: one,
          label: t(`segments.op.${one}`),
        }))}
        value={String(leaf.op)}
        onChange={(op) => op && put({ op })}
      />
      {leaf.op === 'known' || leaf.op === 'unknown' ? null : choices ? (
        <Select
          {...value}
          aria-label={t('segments.value')}
          data={choices}
          value={first === undefined ? null : String(first)}
          onChange={(one) =>
            put({ values: one === null ? [] : [chosen?.type === 'boolean' ? one === 'true' : one] })
          }
        />
      ) : (
        <TextInput
          {...value}
          aria-label={t('segments.value')}
          type={chosen?.type === 'number' ? 'number' : chosen?.type === 'date' ? 'date' : 'text'}
          value={first === undefined ? '' : String(first)}
          onChange={({ currentTarget: { value: text } }) =>
            put({ values: text === '' ? [] : [chosen?.type === 'number' ? Number(text) : text] })
          }
        />
      )}
    </>
  );
}
