import type { Conversation } from '@chaski/sdk';
import { ActionIcon, Group, Menu, Text, Tooltip } from '@mantine/core';
import {
  IconArchive,
  IconClock,
  IconMailOpened,
  IconRotate,
  IconSelectAll,
  IconTag,
  IconUserPlus,
  IconX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { assignableQuery, labelsQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import type { Selection } from './bulk-selection.ts';
import { useBulk } from './bulk-work.ts';
import classes from './inbox.module.css';
import { SnoozeItems } from './snooze-items.tsx';

export default function BulkBar({
  selection,
  rows,
}: {
  selection: Selection;
  rows: readonly Conversation[];
}) {
  const { t } = useTranslation();
  const may = useMay()('conversations:write');
  const run = useBulk(selection);
  const { data: members = [] } = useQuery(assignableQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const chosen = rows.filter(({ id }) => selection.ids.has(id));
  return (
    <div className={classes.bulk} role="toolbar" aria-label={t('list.bulk.label')}>
      <Group gap={0} wrap="nowrap">
        <Act label={t('list.bulk.clear')} icon={<IconX size={18} />} onClick={selection.clear} />
        <Text size="sm" fw={600} flex={1} aria-live="polite" className={classes.selected ?? ''}>
          {t('list.bulk.selected', { count: selection.ids.size })}
        </Text>
        <Act label={t('list.bulk.all')} icon={<IconSelectAll size={18} />} onClick={selection.all} />
        {may ? (
          <>
            <Choices label={t('list.bulk.assign')} icon={<IconUserPlus size={18} />}>
              <Menu.Item
                onClick={() =>
                  run({ action: 'assign', memberId: null }, (row) => ({ ...row, assignee: null }))
                }
              >
                {t('list.nobody')}
              </Menu.Item>
              {members.map(({ userId, name, email }) => (
                <Menu.Item
                  key={userId}
                  onClick={() =>
                    run({ action: 'assign', memberId: userId }, (row) => ({
                      ...row,
                      assignee: { id: userId, name: name || email },
                    }))
                  }
                >
                  <bdi>{name || email}</bdi>
                </Menu.Item>
              ))}
            </Choices>
            {labels.length > 0 ? (
              <Choices label={t('list.bulk.labels')} icon={<IconTag size={18} />}>
                {labels.map((label) => {
                  const on = chosen.every((row) => row.labels.some(({ id }) => id === label.id));
                  return (
                    <Menu.CheckboxItem
                      key={label.id}
                      checked={on}
                      closeMenuOnClick
                      onChange={() =>
                        run({ action: on ? 'unlabel' : 'label', labelIds: [label.id] }, (row) => ({
                          ...row,
                          labels: [...row.labels.filter(({ id }) => id !== label.id), ...(on ? [] : [label])],
                        }))
                      }
                    >
                      <bdi>{label.name}</bdi>
                    </Menu.CheckboxItem>
                  );
                })}
              </Choices>
            ) : null}
            <Act
              label={t('list.bulk.read')}
              icon={<IconMailOpened size={18} />}
              onClick={() => run({ action: 'read' }, (row) => ({ ...row, unreadCount: 0 }))}
            />
            <Choices label={t('list.bulk.snooze')} icon={<IconClock size={18} />}>
              <SnoozeItems
                onSnooze={(until) =>
                  run({ action: 'snooze', until }, (row) => ({
                    ...row,
                    status: 'snoozed',
                    snoozedUntil: until,
                  }))
                }
              />
            </Choices>
            {chosen.every(({ status }) => status === 'closed') ? (
              <Act
                label={t('list.bulk.reopen')}
                icon={<IconRotate size={18} />}
                onClick={() => run({ action: 'reopen' }, (row) => ({ ...row, status: 'open' }))}
              />
            ) : (
              <Act
                label={t('list.bulk.close')}
                icon={<IconArchive size={18} />}
                onClick={() =>
                  run({ action: 'close' }, (row) => ({ ...row, status: 'closed', unreadCount: 0 }))
                }
              />
            )}
          </>
        ) : null}
      </Group>
    </div>
  );
}

function Act({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={32} aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Choices({ label, icon, children }: { label: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon size={32} aria-label={label} title={label}>
          {icon}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah={320} className={classes.choices ?? ''}>
        <Menu.Label>{label}</Menu.Label>
        {children}
      </Menu.Dropdown>
    </Menu>
  );
}
