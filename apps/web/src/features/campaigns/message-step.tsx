import { filledTemplate, fillVariables } from '@chaski/contracts';
import type { Campaign, Template } from '@chaski/sdk';
import { Alert, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { attributesQuery, numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Section } from '../../ui/page.tsx';
import TemplateShown from '../inbox/template-shown.tsx';
import classes from './campaigns.module.css';
import { type Blank, blanksOf, sendableTemplatesQuery } from './queries.ts';
import { useCampaign } from './use-change.ts';

type Variables = NonNullable<Campaign['message']>['variables'];
type Source = Variables[number]['source'];

const fields = ['name', 'firstName', 'phone', 'email', 'company', 'language', 'country'] as const;

/** Over which number, which template, and what fills its blanks for each person. */
export function MessageStep({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t } = useTranslation();
  const { change } = useCampaign(campaign);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const { data: templates = [] } = useQuery(sendableTemplatesQuery(campaign.numberId));
  const { message } = campaign;
  const template = templates.find(
    (one) => one.name === message?.template.name && one.language === message.template.language,
  );
  const choose = (id: string | null) => {
    const chosen = templates.find((one) => one.id === id);
    if (!chosen) return;
    const blanks = blanksOf(chosen) ?? [];
    void change({
      message: {
        template: { name: chosen.name, language: chosen.language },
        variables: blanks.map(({ key: _key, label: _label, ...blank }) => ({ ...blank, source: firstGuess })),
      },
    });
  };
  return (
    <Section title={t('campaigns.step.message')} lead={t('campaigns.step.messageLead')}>
      <Stack>
        <Group grow align="flex-start">
          <Select
            label={t('campaigns.message.number')}
            data={numbers.map((one) => ({ value: one.id, label: one.displayPhoneNumber }))}
            value={campaign.numberId}
            disabled={!editable}
            allowDeselect={false}
            onChange={(numberId) => {
              if (numberId) void change({ numberId });
            }}
          />
          <Select
            label={t('campaigns.message.template')}
            data={templates.map((one) => ({
              value: one.id,
              label: `${one.name} · ${one.language} · ${one.category.toLowerCase()}`,
              disabled: blanksOf(one) === null,
            }))}
            value={template?.id ?? null}
            disabled={!editable}
            searchable
            allowDeselect={false}
            nothingFoundMessage={t('campaigns.message.noTemplates')}
            onChange={choose}
          />
        </Group>
        {template && message ? (
          <Filling
            key={template.id}
            template={template}
            message={message}
            editable={editable}
            onChange={(variables) => void change({ message: { template: message.template, variables } })}
          />
        ) : null}
      </Stack>
    </Section>
  );
}

const firstGuess: Source = { from: 'field', field: 'name', fallback: '' };

function Filling(props: {
  template: Template;
  message: NonNullable<Campaign['message']>;
  editable: boolean;
  onChange: (variables: Variables) => void;
}) {
  const { template, message, editable, onChange } = props;
  const { t } = useTranslation();
  const blanks = blanksOf(template) ?? [];
  const [variables, setVariables] = useState<Variables>(message.variables);
  const put = (blank: Blank, source: Source) => {
    const { key: _key, label: _label, ...rest } = blank;
    const others = variables.filter((one) => !same(one, blank));
    const now = [...others, { ...rest, source }];
    setVariables(now);
    onChange(now);
  };
  const example = fillVariables(
    variables.map((one) => ({
      ...one,
      source: one.source.from === 'text' ? one.source : { ...one.source, fallback: exampleOf(one.source) },
    })),
    { name: t('campaigns.message.exampleName'), phone: '15550100' },
  );
  return (
    <div className={classes.beside}>
      <Stack gap="sm">
        {blanks.length === 0 ? <p>{t('campaigns.message.noBlanks')}</p> : null}
        {blanks.map((blank) => (
          <BlankField
            key={blank.key}
            blank={blank}
            source={variables.find((one) => same(one, blank))?.source ?? firstGuess}
            editable={editable}
            onChange={(source) => put(blank, source)}
          />
        ))}
        {template.category === 'MARKETING' ? (
          <Alert color="gray" variant="light">
            {t('campaigns.message.marketing')}
          </Alert>
        ) : null}
      </Stack>
      <section className={classes.phone} aria-label={t('campaigns.message.preview')}>
        <div className={classes.bubble}>
          <TemplateShown
            template={template}
            parameters={parametersOf(message, 'values' in example ? example.values : {}, variables)}
          />
        </div>
      </section>
    </div>
  );
}

const same = (one: { place: string; name: string; index?: number }, blank: Blank) =>
  one.place === blank.place && one.name === blank.name && one.index === blank.index;

const exampleOf = (source: Exclude<Source, { from: 'text' }>) =>
  source.fallback ||
  (source.from === 'field' ? source.field : source.from === 'attribute' ? source.key : source.column);

function parametersOf(
  message: NonNullable<Campaign['message']>,
  values: Record<string, string>,
  variables: Variables,
): unknown[] {
  const { template } = filledTemplate({ template: message.template, variables }, values);
  return (template.components as unknown[] | undefined) ?? [];
}

/** Where the value of one blank comes from: the same words for all, something of the contact, a column of the list. */
function BlankField(props: {
  blank: Blank;
  source: Source;
  editable: boolean;
  onChange: (source: Source) => void;
}) {
  const { blank, source, editable, onChange } = props;
  const { t } = useTranslation();
  const { data: attributes = [] } = useQuery(attributesQuery);
  const [text, setText] = useState(
    source.from === 'text' ? source.text : source.from === 'column' ? source.column : '',
  );
  const [fallback, setFallback] = useState('fallback' in source ? (source.fallback ?? '') : '');
  const value =
    source.from === 'field'
      ? `field:${source.field}`
      : source.from === 'attribute'
        ? `attribute:${source.key}`
        : source.from;
  const withFallback = fallback.trim() === '' ? {} : { fallback: fallback.trim() };
  const choose = (chosen: string | null) => {
    if (!chosen) return;
    const [from, key = ''] = chosen.split(':');
    if (from === 'field') onChange({ from, field: key as (typeof fields)[number], ...withFallback });
    else if (from === 'attribute') onChange({ from, key, ...withFallback });
    else if (from === 'column' && text.trim() !== '')
      onChange({ from, column: text.trim(), ...withFallback });
    else if (from === 'text' && text.trim() !== '') onChange({ from, text: text.trim() });
    setFrom(chosen);
  };
  const [from, setFrom] = useState(value);
  return (
    <fieldset className={classes.blank}>
      <legend>{blank.label}</legend>
      <Group grow align="flex-start">
        <Select
          aria-label={t('campaigns.message.sourceOf', { blank: blank.label })}
          value={from}
          disabled={!editable}
          allowDeselect={false}
          onChange={choose}
          data={[
            ...fields.map((field) => ({
              value: `field:${field}`,
              label: t(`campaigns.field.${field}`),
            })),
            ...attributes.map(({ key, label }) => ({ value: `attribute:${key}`, label })),
            { value: 'column', label: t('campaigns.message.column') },
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
        ) : (
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
    </fieldset>
  );
}
