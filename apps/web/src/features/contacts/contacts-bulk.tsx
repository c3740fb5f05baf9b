import type { Contact, ContactsBulkData } from '@chaski/sdk';
import { Button, Group, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { labelsQuery } from '../../api/directory.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { type Question, useAct } from '../../ui/confirm.tsx';
import type { Selection } from '../inbox/bulk-selection.ts';
import classes from './contacts.module.css';

type Body = ContactsBulkData['body'];
type Deed = Body extends infer One ? (One extends unknown ? Omit<One, 'ids'> : never) : never;

/** One change to all that are selected. */
export function ContactsBulk({
  selection,
  contacts,
}: {
  selection: Selection;
  contacts: readonly Contact[];
}) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const queries = useQueryClient();
  const act = useAct();
  const { data: labels = [] } = useQuery(labelsQuery);
  const chosen = contacts.filter(({ id }) => selection.ids.has(id));
  const run = (deed: Deed, question?: Question) =>
    act(async () => {
      const body = { ids: [...selection.ids], ...deed } as Body;
      const { data } = await chaski.contacts.bulk({ body }, once());
      const changed = data.filter(({ result }) => result === 'changed').length;
      notifications.show({ message: t('contacts.bulk.changed', { count: changed, of: data.length }) });
      selection.clear();
      await queries.invalidateQueries({ queryKey: ['contacts'] });
    }, question);
  const blocked = chosen.every((one) => one.blocked);
  return (
    <Group className={classes.bulk} role="toolbar" aria-label={t('contacts.bulk.label')} gap="xs">
      <Text size="sm" fw={600} aria-live="polite">
        {t('contacts.bulk.selected', { count: selection.ids.size })}
      </Text>
      {may ? (
        <>
          {labels.length > 0 ? (
            <Menu>
              <Menu.Target>
                <Button size="compact-sm" variant="default">
                  {t('contacts.bulk.labels')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {labels.map(({ id, name }) => {
                  const on = chosen.every((one) => one.labels.some((label) => label.id === id));
                  return (
                    <Menu.CheckboxItem
                      key={id}
                      checked={on}
                      closeMenuOnClick
                      onChange={() => run({ action: on ? 'unlabel' : 'label', labelIds: [id] })}
                    >
                      <bdi>{name}</bdi>
                    </Menu.CheckboxItem>
                  );
                })}
              </Menu.Dropdown>
            </Menu>
          ) : null}
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              run(
                { action: 'opt-out' },
                {
                  title: t('contacts.bulk.optOutTitle', { count: selection.ids.size }),
                  text: t('contacts.bulk.optOutText'),
                  action: t('contacts.bulk.optOut'),
                },
              )
            }
          >
            {t('contacts.bulk.optOut')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => run({ action: blocked ? 'unblock' : 'block' })}
          >
            {t(blocked ? 'contacts.bulk.unblock' : 'contacts.bulk.block')}
          </Button>
        </>
      ) : null}
      <Button size="compact-sm" variant="subtle" onClick={selection.clear}>
        {t('contacts.bulk.clear')}
      </Button>
    </Group>
  );
}
