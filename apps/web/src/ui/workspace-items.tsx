import { Menu } from '@mantine/core';
import { IconBuilding, IconCheck, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useSession } from '../api/session.ts';
import { openWorkspace } from '../api/workspace.ts';
import { useTranslation } from '../i18n/words.ts';
import { useAct } from './confirm.tsx';

/** Part of the person's menu: where they work, and where else they might. */
export function WorkspaceItems() {
  const { t } = useTranslation();
  const { workspace, workspaces } = useSession();
  const act = useAct();
  return (
    <>
      <Menu.Divider />
      <Menu.Label>{t('shell.workspaces')}</Menu.Label>
      {workspaces.map((one) => (
        <Menu.Item
          key={one.id}
          leftSection={one.id === workspace?.id ? <IconCheck size={16} /> : <IconBuilding size={16} />}
          aria-current={one.id === workspace?.id || undefined}
          onClick={() => one.id !== workspace?.id && void act(() => openWorkspace(one.id))}
        >
          <bdi>{one.name}</bdi>
          {one.status === 'suspended' ? ` · ${t('shell.suspended')}` : null}
        </Menu.Item>
      ))}
      <Menu.Item
        leftSection={<IconPlus size={16} />}
        renderRoot={(props) => <Link to="/app/welcome" {...props} />}
      >
        {t('shell.newWorkspace')}
      </Menu.Item>
    </>
  );
}
