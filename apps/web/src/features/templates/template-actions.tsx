import { ChaskiError, type Template } from '@chaski/sdk';
import { Button, Group, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { DuplicateDialog } from './duplicate-dialog.tsx';
import { templateQuery } from './queries.ts';
import { useWrittenElsewhere } from './written-elsewhere.tsx';

const editable: ReadonlySet<string> = new Set(['DRAFT', 'APPROVED', 'REJECTED', 'PAUSED']);

/** WhatsApp takes no change of what it is looking at, and nothing changes while it is on its way. */
export const mayEdit = ({ status, draft, deleting }: Template): boolean =>
  editable.has(status) && !deleting && draft?.state !== 'submitting' && draft?.state !== 'unknown';

/** What can be done with a template as it stands. */
export function TemplateActions({ template }: { template: Template }) {
  const { t } = useTranslation();
  const may = useMay();
  const act = useAct();
  const attempt = useAttempt();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [copying, setCopying] = useState(false);
  const { id, status, draft } = template;
  const elsewhere = useWrittenElsewhere(template.numbers.map(({ id: number }) => number));
  if (!may('templates:write') || elsewhere) return null;
  const show = (now: Template) => {
    queries.setQueryData(templateQuery(id).queryKey, now);
    void queries.invalidateQueries({ queryKey: ['templates'] });
  };
  const edit = () => navigate({ to: '/app/templates/$templateId/edit', params: { templateId: id } });
  const submit = () =>
    act(async () => {
      try {
        // A draft that was written anew is asked for anew.
        show(await attempt({ id, draft }, (key) => chaski.templates.submit({ id, body: {} }, key)));
      } catch (error) {
        // The editor says it at the fields.
        if (error instanceof ChaskiError && error.code === 'template_invalid') await edit();
        throw error;
      }
    });
  const discard = async () => {
    await chaski.templates.deleteDraft({ id });
    if (status === 'DRAFT') await navigate({ to: '/app/templates', search: {} });
    await queries.invalidateQueries({ queryKey: ['templates', 'list'] });
    if (status !== 'DRAFT') await queries.invalidateQueries({ queryKey: ['templates'] });
  };
  return (
    <Group gap="xs">
      {draft && draft.state !== 'submitting' ? (
        <Button onClick={() => void submit()}>
          {t(draft.state === 'unknown' ? 'templates.submitAgain' : 'templates.submit')}
        </Button>
      ) : null}
      {mayEdit(template) ? (
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/app/templates/$templateId/edit" params={{ templateId: id }} {...props} />
          )}
        >
          {t('templates.edit')}
        </Button>
      ) : null}
      <Menu position="bottom-end" withArrow>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} />}>
            {t('form.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setCopying(true)}>{t('templates.duplicate')}</Menu.Item>
          {draft && mayEdit(template) ? (
            <Menu.Item
              c="var(--chaski-danger)"
              onClick={() =>
                void act(discard, {
                  title: t('templates.discard'),
                  text: t(status === 'DRAFT' ? 'templates.discardAllText' : 'templates.discardText'),
                  action: t('templates.discard'),
                })
              }
            >
              {t('templates.discard')}
            </Menu.Item>
          ) : null}
          {status !== 'DRAFT' &&
          status !== 'DELETED' &&
          status !== 'DISABLED' &&
          template.providerTemplateId !== null &&
          !template.deleting ? (
            <Menu.Item
              c="var(--chaski-danger)"
              onClick={() =>
                void act(async () => show(await chaski.templates.delete({ id })), {
                  title: t('templates.delete'),
                  text: t('templates.deleteText'),
                  action: t('templates.delete'),
                })
              }
            >
              {t('templates.delete')}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      <DuplicateDialog template={template} opened={copying} onClose={() => setCopying(false)} />
    </Group>
  );
}
