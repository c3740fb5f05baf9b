import { Anchor, Badge, Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconRefresh, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { languageName } from '../../ui/language-name.ts';
import { More } from '../../ui/more.tsx';
import { Listing, Page, Row, Rows, State } from '../../ui/page.tsx';
import { templatesQuery } from './queries.ts';
import { becameMarketing, statuses, TemplateState } from './template-state.tsx';
import classes from './templates.module.css';

const route = getRouteApi('/inside/app/templates');

/** Every template of the workspace's accounts, with what WhatsApp thinks of it. */
export function TemplatesPage() {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const { status } = route.useSearch();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const list = useInfiniteQuery(templatesQuery({ ...(q ? { q } : {}), ...(status ? { status } : {}) }));
  const { data, error } = list;
  return (
    <Page title={t('templates.title')} lead={t('templates.lead')} action={<Actions />}>
      <div className={classes.filters}>
        <TextInput
          className={classes.search ?? ''}
          leftSection={<IconSearch size={16} />}
          label={t('templates.find')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          label={t('templates.statusLabel')}
          placeholder={t('templates.any')}
          data={statuses.map((one) => ({ value: one, label: t(`templates.status.${one}`) }))}
          value={status ?? null}
          onChange={(value) => void navigate({ search: value ? { status: value } : {}, replace: true })}
          clearable
          clearButtonProps={{ 'aria-label': t('templates.any') }}
        />
      </div>
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t(q || status ? 'templates.noneFits' : 'templates.none')}
      >
        {(templates) => (
          <Rows label={t('templates.title')}>
            {templates.map((template) => (
              <Row
                key={template.id}
                end={
                  <>
                    {becameMarketing(template) ? (
                      <State tone="bad">{t('templates.toMarketing')}</State>
                    ) : null}
                    {template.draft && template.status !== 'DRAFT' ? (
                      <Badge variant="default">{t('templates.changed')}</Badge>
                    ) : null}
                    <TemplateState template={template} />
                  </>
                }
              >
                <Anchor
                  fw={600}
                  renderRoot={(props) => (
                    <Link to="/app/templates/$templateId" params={{ templateId: template.id }} {...props} />
                  )}
                >
                  <bdi>{template.name}</bdi>
                </Anchor>
                <Text size="sm" lineClamp={1} dir="auto">
                  {template.preview}
                </Text>
                <Text size="xs" c="dimmed">
                  {t(`composer.template.category.${template.category}`, { defaultValue: template.category })}{' '}
                  · <bdi>{languageName(template.language)}</bdi>
                  {template.quality === 'UNKNOWN' ? null : ` · ${t(`templates.quality.${template.quality}`)}`}
                  {template.variableCount > 0
                    ? ` · ${t('templates.variables', { count: template.variableCount })}`
                    : null}
                  {template.numbers.map(({ id, displayPhoneNumber }) => (
                    <span key={id}>
                      {' · '}
                      <bdi>{displayPhoneNumber}</bdi>
                    </span>
                  ))}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
    </Page>
  );
}

function Actions() {
  const { t } = useTranslation();
  const act = useAct();
  if (!useMay()('templates:write')) return null;
  const sync = () =>
    void act(async () => {
      await chaski.templates.sync({ body: {} }, once());
      notifications.show({ message: t('templates.syncing') });
    });
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={sync}>
        {t('templates.sync')}
      </Button>
      <Button
        leftSection={<IconPlus size={16} />}
        renderRoot={(props) => <Link to="/app/templates/new" {...props} />}
      >
        {t('templates.new')}
      </Button>
    </Group>
  );
}
