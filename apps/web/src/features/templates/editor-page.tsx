import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Navigate } from '@tanstack/react-router';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { Page, Refused, Waiting } from '../../ui/page.tsx';
import { blank, definitionOf } from './definition.ts';
import { Editor } from './editor.tsx';
import { templateQuery } from './queries.ts';
import { mayEdit } from './template-actions.tsx';

const route = getRouteApi('/inside/app/templates/$templateId/edit');

/** A template that nobody has written yet. */
export function NewTemplatePage() {
  const { t } = useTranslation();
  if (!useMay()('templates:write')) return <Navigate to="/app/templates" search={{}} />;
  return (
    <Page title={t('templates.new')} lead={t('templates.newLead')}>
      <Anchor size="sm" renderRoot={(props) => <Link to="/app/templates" search={{}} {...props} />}>
        {t('templates.all')}
      </Anchor>
      <Editor template={null} first={blank} />
    </Page>
  );
}

/** The next words of a template. What WhatsApp has of it stays as it is until the change is approved. */
export function EditTemplatePage() {
  const { t } = useTranslation();
  const explain = useExplain();
  const may = useMay();
  const { templateId } = route.useParams();
  const { data: template, error } = useQuery(templateQuery(templateId));
  const back = <Navigate to="/app/templates/$templateId" params={{ templateId }} />;
  if (!may('templates:write')) return back;
  if (!template)
    return (
      <Page title={t('templates.one')}>
        {error ? <Refused problem={explain(error)} /> : <Waiting rows={4} />}
      </Page>
    );
  if (!mayEdit(template)) return back;
  const first = definitionOf(template);
  return (
    <Page title={template.name} lead={template.status === 'DRAFT' ? '' : t('templates.editLead')}>
      <Anchor
        size="sm"
        renderRoot={(props) => <Link to="/app/templates/$templateId" params={{ templateId }} {...props} />}
      >
        {t('templates.backTo', { name: template.name })}
      </Anchor>
      {first ? (
        <Editor key={template.id} template={template} first={first} />
      ) : (
        <Refused problem={t('templates.newerParts')} />
      )}
    </Page>
  );
}
