import type { Template } from '@chaski/sdk';
import { NumberInput, Radio, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { toFormat } from './blanks.ts';
import { type Definition, toCategory } from './definition.ts';
import { LineField } from './edit-text.tsx';
import { LanguageField } from './language-field.tsx';
import { useField } from './mistakes.tsx';

const categories = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const;

/** What a template is called, what it is for, and how its variables are named. */
export function EditBasics(props: {
  definition: Definition;
  template: Template | null;
  numberId: string | null;
  onNumber: (id: string | null) => void;
  onChange: (definition: Definition) => void;
}) {
  const { definition, template, onChange } = props;
  const { t } = useTranslation();
  const { data: numbers = [] } = useQuery(numbersQuery);
  // WhatsApp keeps name and language of what it has once seen.
  const known = template !== null && template.status !== 'DRAFT';
  const { name, language, category, parameterFormat, messageSendTtlSeconds } = definition;
  const ttl = useField('messageSendTtlSeconds');
  const spoken = useField('language');
  return (
    <Stack gap="sm">
      <LineField
        label={t('templates.field.name')}
        path="name"
        value={name}
        most={512}
        disabled={known}
        whenEmpty={t('templates.needsName')}
        onChange={(next) => onChange({ ...definition, name: next.toLowerCase().replaceAll(/[\s-]/g, '_') })}
      />
      <LanguageField
        value={language}
        disabled={known}
        onChange={(next) => onChange({ ...definition, language: next })}
        {...spoken}
      />
      {template === null && numbers.length > 1 ? (
        <Select
          label={t('templates.field.number')}
          description={t('templates.hint.number')}
          data={numbers.map((one) => ({ value: one.id, label: one.displayPhoneNumber }))}
          value={props.numberId}
          onChange={props.onNumber}
        />
      ) : null}
      <Radio.Group
        label={t('templates.field.category')}
        value={category}
        onChange={(next) => {
          const chosen = categories.find((one) => one === next);
          if (chosen) onChange(toCategory(definition, chosen));
        }}
      >
        <Stack gap={6} mt={4}>
          {categories.map((one) => (
            <Radio
              key={one}
              value={one}
              disabled={template?.status === 'APPROVED' && one !== category}
              label={t(`composer.template.category.${one}`)}
              description={t(`templates.categoryMeans.${one}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {category === 'AUTHENTICATION' ? null : (
        <div>
          <Text size="sm" fw={500} mb={4} id="templates-format">
            {t('templates.field.format')}
          </Text>
          <SegmentedControl
            aria-labelledby="templates-format"
            value={parameterFormat}
            data={(['POSITIONAL', 'NAMED'] as const).map((value) => ({
              value,
              label: t(`templates.format.${value}`),
            }))}
            onChange={(next) => onChange(toFormat(definition, next === 'NAMED' ? 'NAMED' : 'POSITIONAL'))}
          />
        </div>
      )}
      <NumberInput
        label={t('templates.field.ttl')}
        description={t(`templates.hint.ttl.${category}`)}
        value={messageSendTtlSeconds ?? ''}
        min={-1}
        clampBehavior="none"
        onChange={(value) =>
          onChange({ ...definition, messageSendTtlSeconds: typeof value === 'number' ? value : null })
        }
        {...ttl}
      />
    </Stack>
  );
}
