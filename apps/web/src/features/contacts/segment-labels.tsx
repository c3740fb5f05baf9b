import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTag } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { labelsQuery } from '../../api/directory.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import classes from './contacts.module.css';

/** Hangs a label on everybody in a segment, or takes it off: also on those that the table does not show yet. */
export function SegmentLabels({ segment }: { segment: { id: string; name: string } }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const { data: labels = [] } = useQuery(labelsQuery);
  if (labels.length === 0) return null;
  const run = (labelId: string, label: string, action: 'label' | 'unlabel') =>
    void act(
      async () => {
        const body = { labelIds: [labelId], action };
        const { changed } = await chaski.segments.createLabel({ id: segment.id, body }, once());
        notifications.show({ message: t('segments.labelled', { count: changed }) });
        await queries.invalidateQueries({ queryKey: ['contacts'] });
      },
      {
        title: t(`segments.${action}Title`, { label, segment: segment.name }),
        text: t('segments.labelText'),
        action: t(`segments.${action}`),
      },
    );
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <Button variant="default" leftSection={<IconTag size={16} />}>
          {t('segments.labels')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.tall ?? ''}>
        {(['label', 'unlabel'] as const).map((action) => (
          <div key={action}>
            <Menu.Label>{t(`segments.${action}`)}</Menu.Label>
            {labels.map(({ id, name }) => (
              <Menu.Item key={id} onClick={() => run(id, name, action)}>
                <bdi>{name}</bdi>
              </Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
