import { campaignOutcomes, consentPurposes, consentStates } from '@chaski/contracts';
import { CloseButton, MultiSelect, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { labelsQuery, numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { SegmentAttribute } from './segment-attribute.tsx';
import { type Draft, emptyLeaf, type Field } from './segment-tree.ts';
import classes from './segments.module.css';

const fields: readonly Field[] = [
  'country',
  'language',
  'label',
  'attribute',
  'createdAt',
  'lastInboundAt',
  'lastOutboundAt',
  'consent',
  'optedOut',
  'blocked',
  'suppressed',
  'campaign',
  'number',
  'text',
];
const times = ['within', 'longer_than', 'known', 'unknown'] as const;

/** What is asked about, and what it must be. */
export function SegmentCondition(props: {
  leaf: Draft;
  onChange: (leaf: Draft) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { leaf } = props;
  return (
    <div className={classes.condition}>
      <Select
        size="xs"
        className={classes.field}
        aria-label={t('segments.about')}
        allowDeselect={false}
        data={[...new Set([...fields, leaf.field])].map((value) => ({
          value,
          label: t(`segments.field.${value}`),
        }))}
        value={leaf.field}
        onChange={(field) => field && props.onChange(emptyLeaf(field as Field))}
      />
      <Values leaf={leaf} put={(change) => props.onChange({ ...leaf, ...change })} />
      <CloseButton aria-label={t('segments.removeCondition')} onClick={props.onRemove} />
    </div>
  );
}

function Values({ leaf, put }: { leaf: Draft; put: (change: Record<string, unknown>) => void }) {
  const { t } = useTranslation();
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const value = { size: 'xs', className: classes.value ?? '', 'aria-label': t('segments.value') } as const;
  const choice = (name: string, options: readonly string[], prefix: string) => (
    <Select
      {...value}
      allowDeselect={false}
      data={options.map((one) => ({ value: one, label: t(`segments.${prefix}.${one}`) }))}
      value={String(leaf[name] ?? '')}
      onChange={(chosen) => chosen && put({ [name]: chosen })}
    />
  );
  switch (leaf.field) {
    case 'country':
    case 'language':
    case 'phone':
      return (
        <TagsInput
          {...value}
          placeholder={t(`segments.hint.${leaf.field}`)}
          acceptValueOnBlur
          clearButtonProps={{ 'aria-label': t('contacts.clear') }}
          value={(leaf.values as string[]) ?? []}
          onChange={(values) =>
            put({ values: leaf.field === 'country' ? values.map((one) => one.toUpperCase()) : values })
          }
        />
      );
    case 'label':
      return (
        <MultiSelect
          {...value}
          placeholder={t('contacts.label')}
          data={labels.map(({ id, name }) => ({ value: id, label: name }))}
          value={(leaf.labelIds as string[]) ?? []}
          onChange={(labelIds) => put({ labelIds })}
        />
      );
    case 'attribute':
      return <SegmentAttribute leaf={leaf} put={put} />;
    case 'createdAt':
    case 'lastSeenAt':
    case 'lastInboundAt':
    case 'lastOutboundAt':
      return (
        <>
          {choice('op', [...new Set([...times, String(leaf.op)])], 'time')}
          {leaf.op === 'within' || leaf.op === 'longer_than' ? (
            <Days value={leaf.days} onChange={(days) => put({ days })} />
          ) : null}
        </>
      );
    case 'consent':
      return (
        <>
          {choice('purpose', consentPurposes, 'purpose')}
          <MultiSelect
            {...value}
            data={consentStates.map((one) => ({ value: one, label: t(`segments.consent.${one}`) }))}
            value={(leaf.states as string[]) ?? []}
            onChange={(states) => put({ states })}
          />
        </>
      );
    case 'optedOut':
    case 'blocked':
    case 'suppressed':
      return (
        <Select
          {...value}
          allowDeselect={false}
          data={['true', 'false'].map((one) => ({ value: one, label: t(`segments.is.${one}`) }))}
          value={String(leaf.is)}
          onChange={(is) => put({ is: is === 'true' })}
        />
      );
    case 'campaign':
      return (
        <>
          {choice('was', campaignOutcomes, 'outcome')}
          <Days value={leaf.days} onChange={(days) => put({ days })} />
        </>
      );
    case 'number':
      return (
        <Select
          {...value}
          data={numbers.map((one) => ({ value: one.id, label: one.displayPhoneNumber }))}
          value={String(leaf.numberId ?? '') || null}
          onChange={(numberId) => put({ numberId: numberId ?? '' })}
        />
      );
    case 'text':
      return (
        <TextInput
          {...value}
          placeholder={t('contacts.find')}
          value={String(leaf.value ?? '')}
          onChange={(event) => put({ value: event.currentTarget.value })}
        />
      );
  }
}

function Days({ value, onChange }: { value: unknown; onChange: (days: number | undefined) => void }) {
  const { t } = useTranslation();
  return (
    <NumberInput
      size="xs"
      w={110}
      min={1}
      max={3_650}
      allowDecimal={false}
      aria-label={t('segments.days')}
      suffix={` ${t('segments.daysSuffix')}`}
      value={typeof value === 'number' ? value : ''}
      onChange={(days) => onChange(typeof days === 'number' ? days : undefined)}
    />
  );
}
