import type { Conversation } from '@chaski/sdk';
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArchive,
  IconClock,
  IconHandGrab,
  IconRotate,
  IconUserMinus,
  IconUserPlus,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { assignableQuery } from '../../api/directory.ts';
import { useMay, useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useKeys } from '../../ui/keys.ts';
import { laterDialog } from '../../ui/later.tsx';
import { SnoozeItems } from './snooze-items.tsx';
import classes from './thread.module.css';
import type { Deed } from './thread-work.ts';

const SnoozeDialog = laterDialog(() => import('./thread-snooze-dialog.tsx'));

/** Who looks after it, later, done. Keys: A, M, E. */
export function ThreadActions({
  conversation,
  work,
}: {
  conversation: Conversation;
  work: (deed: Deed) => void;
}) {
  const { t } = useTranslation();
  const may = useMay()('conversations:write');
  const [menu, setMenu] = useState<'assign' | 'snooze' | null>(null);
  const [isChoosing, choosing] = useDisclosure();
  const open = conversation.status === 'open';
  useKeys({
    KeyE: may && conversation.status !== 'closed' ? () => work({ do: 'close' }) : undefined,
    KeyM: may ? () => setMenu('snooze') : undefined,
    KeyA: may ? () => setMenu('assign') : undefined,
  });
  if (!may) return null;
  return (
    <div className={classes.actions}>
      {conversation.assignee === null ? (
        <Button
          size="compact-sm"
          variant="default"
          className={classes.take ?? ''}
          leftSection={<IconHandGrab size={16} />}
          onClick={() => work({ do: 'claim' })}
        >
          <span className={classes.claim}>{t('thread.claim')}</span>
        </Button>
      ) : null}
      <Assign
        conversation={conversation}
        work={work}
        opened={menu === 'assign'}
        onChange={(now) => setMenu(now ? 'assign' : null)}
      />
      <Snooze
        work={work}
        opened={menu === 'snooze'}
        onChange={(now) => setMenu(now ? 'snooze' : null)}
        onOwn={choosing.open}
      />
      <SnoozeDialog
        opened={isChoosing}
        onClose={choosing.close}
        onSnooze={(until) => work({ do: 'snooze', until: until.toISOString() })}
      />
      {open ? (
        <Tooltip label={t('thread.closeKey')}>
          <ActionIcon size={34} aria-label={t('thread.close')} onClick={() => work({ do: 'close' })}>
            <IconArchive size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          className={classes.take ?? ''}
          leftSection={<IconRotate size={16} />}
          onClick={() => work({ do: 'reopen' })}
        >
          <span className={classes.claim}>{t('thread.reopen')}</span>
        </Button>
      )}
    </div>
  );
}

interface MenuProps {
  work: (deed: Deed) => void;
  opened: boolean;
  onChange: (opened: boolean) => void;
}

function Assign({ conversation, work, opened, onChange }: MenuProps & { conversation: Conversation }) {
  const { t } = useTranslation();
  const { person } = useSession();
  const { data: members } = useQuery({ ...assignableQuery, enabled: opened });
  const { assignee } = conversation;
  const label = assignee ? t('inbox.assignedTo', { name: assignee.name }) : t('thread.assign');
  return (
    <Menu opened={opened} onChange={onChange} position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size={34} aria-label={label} title={label}>
          <IconUserPlus size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah={360} className={classes.menu ?? ''}>
        <Menu.Label>{label}</Menu.Label>
        {members?.map(({ userId, name, email }) => (
          <Menu.Item
            key={userId}
            aria-current={assignee?.id === userId || undefined}
            onClick={() => work({ do: 'assign', to: { id: userId, name: name || email } })}
          >
            <bdi>{userId === person.id ? t('thread.toMe') : name || email}</bdi>
          </Menu.Item>
        ))}
        {assignee ? (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconUserMinus size={16} />} onClick={() => work({ do: 'unassign' })}>
              {t('thread.unassign')}
            </Menu.Item>
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}

function Snooze({ work, opened, onChange, onOwn }: MenuProps & { onOwn: () => void }) {
  const { t } = useTranslation();
  return (
    <Menu opened={opened} onChange={onChange} position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size={34} aria-label={t('thread.snooze.label')} title={t('thread.snooze.key')}>
          <IconClock size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('thread.snooze.label')}</Menu.Label>
        <SnoozeItems onSnooze={(until) => work({ do: 'snooze', until })} />
        <Menu.Divider />
        <Menu.Item onClick={onOwn}>{t('thread.snooze.own')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
