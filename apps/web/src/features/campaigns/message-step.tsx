import { blankKinds, fillVariables, recipientZone } from '@chaski/contracts';
import type { Campaign, CampaignExample, Template } from '@chaski/sdk';
import { Alert, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { attributesQuery, numbersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { isolated } from '../../ui/isolated.ts';
import { languageName } from '../../ui/language-name.ts';
import { Section } from '../../ui/page.tsx';
import { useTemplateLabels } from '../inbox/template-label.ts';
import { workspaceQuery } from '../inbox/thread-queries.ts';
import { BlankField } from './blank-field.tsx';
import classes from './campaigns.module.css';
import { guessSource, type Source, type Variables } from './guess.ts';
import { MessageShown } from './message-shown.tsx';
import { type Blank, blanksOf, exampleQuery, fills, placeOf, sendableTemplatesQuery } from './queries.ts';
import { useCampaign } from './use-change.ts';

type Message = NonNullable<Campaign['message']>;
const nothing: CampaignExample = { columns: [], person: null, checked: 0, more: false, problems: [] };

/** Over which number, which template, and what fills its blanks for each person. */
export function MessageStep({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t } = useTranslation();
  const { data: numbers = [] } = useQuery(numbersQuery);
  const queries = useQueryClient();
  const { act, change } = useCampaign(campaign);
  const { data: example = nothing } = useQuery(exampleQuery(campaign));
  const { data: templates = [] } = useQuery(sendableTemplatesQuery(campaign.numberId));
  const { message } = campaign;
  const template = templates.find(
    (one) => one.name === message?.template.name && one.language === message.template.language,
  );
  const choose = async (id: string | null) => {
    const chosen = templates.find((one) => one.id === id);
    if (!chosen) return;
    const attributes = await queries.ensureQueryData(attributesQuery);
    const { columns } = await queries.ensureQueryData(exampleQuery(campaign));
    const variables = (blanksOf(chosen) ?? []).flatMap((blank) => {
      const source = guessSource(blank, columns, attributes);
      return source ? [{ ...placeOf(blank), source }] : [];
    });
    await change({ message: { template: { name: chosen.name, language: chosen.language }, variables } });
  };
  return (
    <Section title={t('campaigns.step.message')} lead={t('campaigns.step.messageLead')}>
      <Stack>
        <Group grow align="flex-start">
          <Select
            label={t('campaigns.message.number')}
            data={numbers.map((one) => ({ value: one.id, label: one.displayPhoneNumber }))}
            value={campaign.numberId}
            disabled={!editable || campaign.startedAt !== null}
            allowDeselect={false}
            onChange={(numberId) => {
              if (numberId) void change({ numberId });
            }}
          />
          <Select
            label={t('campaigns.message.template')}
            data={templates.map((one) => ({
              value: one.id,
              label: [
                one.name,
                languageName(one.language),
                t(`composer.template.category.${one.category}`, { defaultValue: one.category }),
              ].join(' · '),
              disabled: blanksOf(one) === null,
            }))}
            value={template?.id ?? null}
            disabled={!editable}
            searchable
            allowDeselect={false}
            nothingFoundMessage={t('campaigns.message.noTemplates')}
            onChange={(id) => void act(() => choose(id))}
          />
        </Group>
        {template && message ? (
          <Filling
            key={template.id}
            template={template}
            message={message}
            example={example}
            zone={recipientZone(campaign.schedule, example.person ?? {})}
            editable={editable}
            onChange={(variables) => void change({ message: { template: message.template, variables } })}
          />
        ) : null}
      </Stack>
    </Section>
  );
}

function Filling(props: {
  template: Template;
  message: Message;
  example: CampaignExample;
  /** The first person's. */
  zone: string;
  editable: boolean;
  onChange: (variables: Variables) => void;
}) {
  const { template, message, example, zone, editable, onChange } = props;
  const { t } = useTranslation();
  const labelOf = useTemplateLabels();
  const { data: workspace } = useQuery(workspaceQuery);
  const blanks = blanksOf(template) ?? [];
  const [variables, setVariables] = useState<Variables>(message.variables);
  const { columns, person } = example;
  const put = (blank: Blank, source: Source) => {
    const now = [...variables.filter((one) => !fills(one, blank)), { ...placeOf(blank), source }];
    setVariables(now);
    onChange(now);
  };
  const shown = shownOf(template, blanks, variables, person, zone);
  return (
    <div className={classes.beside}>
      <Stack gap="sm">
        {blanks.length === 0 ? <p>{t('campaigns.message.noBlanks')}</p> : null}
        {blanks.map((blank) => (
          <BlankField
            key={blank.key}
            blank={blank}
            label={labelOf(template, blank.of)}
            source={variables.find((one) => fills(one, blank))?.source ?? null}
            columns={columns}
            editable={editable}
            onChange={(source) => put(blank, source)}
          />
        ))}
        {template.category === 'MARKETING' && workspace ? (
          <Alert color="gray" variant="light">
            {t(`campaigns.message.marketing.${workspace.settings.marketing}`)}
          </Alert>
        ) : null}
      </Stack>
      <Stack gap={4}>
        <MessageShown
          label={t('campaigns.message.preview')}
          template={template}
          message={{ ...message, variables: shown.variables }}
          values={shown.values}
        />
        <Text size="sm" c="dimmed">
          {person
            ? t('campaigns.message.previewOf', {
                person: person.name ?? isolated(`+${person.phone ?? ''}`),
              })
            : t('campaigns.message.previewOfNobody')}
        </Text>
      </Stack>
    </div>
  );
}

/** What the preview says: the first person's values, and the blank itself where nothing fills it. */
function shownOf(
  template: Template,
  blanks: readonly Blank[],
  variables: Variables,
  person: CampaignExample['person'],
  zone: string,
) {
  const kinds = blankKinds(template);
  const values: Record<string, string> = {};
  const shown = blanks.flatMap((blank) => {
    const variable = variables.find((one) => fills(one, blank));
    const filled = variable && fillVariables([variable], person ?? {}, zone, kinds);
    if (variable && filled && 'values' in filled) Object.assign(values, filled.values);
    // A file or an address that is not there is shown by nothing.
    else if (blank.of.kind !== 'text') return [];
    else values[blank.key] = `{{${blank.name}}}`;
    return [variable ?? { ...placeOf(blank), source: { from: 'text' as const, text: blank.name } }];
  });
  return { variables: shown, values };
}
