import type { Template } from '@chaski/sdk';
import { Alert, Anchor, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { languageName } from '../../ui/language-name.ts';
import { Page, Refused, Section, Waiting } from '../../ui/page.tsx';
import { Phone } from './phone.tsx';
import { templateQuery } from './queries.ts';
import { TemplateActions } from './template-actions.tsx';
import { TemplateFigures, TemplateUses } from './template-figures.tsx';
import { TemplateAlerts, TemplateState } from './template-state.tsx';
import { TemplateVersions } from './template-versions.tsx';
import classes from './templates.module.css';
import { useWrittenElsewhere, WrittenElsewhere } from './written-elsewhere.tsx';

const route = getRouteApi('/inside/app/templates/$templateId');

/** One template: what it says, what WhatsApp thinks of it, who uses it and what came of it. */
export function TemplatePage() {
  const { t } = useTranslation();
  const explain = useExplain();
  const { templateId } = route.useParams();
  const { data: template, error } = useQuery(templateQuery(templateId));
  const elsewhere = useWrittenElsewhere(template?.numbers.map(({ id }) => id) ?? []);
  if (!template) {
    return (
      <Page title={t('templates.one')}>
        {error ? <Refused problem={explain(error)} /> : <Waiting rows={4} />}
      </Page>
    );
  }
  const waits = template.draft !== null && template.status !== 'DRAFT';
  return (
    <Page
      title={template.name}
      action={
        <Group gap="sm">
          <span aria-live="polite">
            <TemplateState template={template} />
          </span>
          <TemplateActions template={template} />
        </Group>
      }
    >
      <Anchor size="sm" renderRoot={(props) => <Link to="/app/templates" search={{}} {...props} />}>
        {t('templates.all')}
      </Anchor>
      {elsewhere ? <WrittenElsewhere /> : null}
      <TemplateAlerts template={template} />
      {waits ? (
        <Alert color="gray" variant="outline" role="status">
          {t('templates.changeWaits')}
        </Alert>
      ) : null}
      <div className={classes.beside}>
        <Stack gap="lg">
          <Section title={t('templates.about')}>
            <Facts template={template} />
          </Section>
          <TemplateUses id={template.id} />
          <TemplateFigures id={template.id} />
          <TemplateVersions id={template.id} />
        </Stack>
        <aside aria-label={t('templates.preview')}>
          <Phone components={template.components} />
        </aside>
      </div>
    </Page>
  );
}

function Facts({ template }: { template: Template }) {
  const { t } = useTranslation();
  const facts = [
    { key: 'language', value: languageName(template.language) },
    {
      key: 'category',
      value: t(`composer.template.category.${template.category}`, { defaultValue: template.category }),
    },
    { key: 'quality', value: t(`templates.quality.${template.quality}`, { defaultValue: template.quality }) },
    { key: 'variables', value: template.variables.join(', ') || '–' },
    { key: 'code', value: template.providerTemplateId ?? '–' },
    {
      key: 'numbers',
      value: template.numbers.map(({ displayPhoneNumber }) => displayPhoneNumber).join(', ') || '–',
    },
  ] as const;
  return (
    <dl className={classes.facts}>
      {facts.map(({ key, value }) => (
        <div key={key}>
          <dt>{t(`templates.fact.${key}`)}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
