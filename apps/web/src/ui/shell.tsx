import { ActionIcon, Alert, Avatar, Menu, Stack, Tooltip, useMantineColorScheme } from '@mantine/core';
import {
  IconAddressBook,
  IconChartBar,
  IconInbox,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconPlugConnectedX,
  IconServerCog,
  IconSettings,
  IconSpeakerphone,
  IconSun,
  IconTemplate,
  IconUser,
} from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useLink } from '../api/realtime.ts';
import { signOut, useMay, useSession } from '../api/session.ts';
import { useLive } from '../api/use-live.ts';
import { AttentionMenu } from '../features/attention/attention-menu.tsx';
import { useAttention } from '../features/attention/use-attention.ts';
import { Palette } from '../features/palette/palette.tsx';
import { chooseLanguage, type Language, languages } from '../i18n/index.ts';
import { Impersonation } from './impersonation.tsx';
import classes from './shell.module.css';
import { WorkspaceItems } from './workspace-items.tsx';

/** Frame of every page of a workspace: where to go, who one is, whether the line is up. */
export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  const link = useLink();
  const may = useMay();
  return (
    <div className={classes.shell}>
      {session.workspace ? <Live workspaceId={session.workspace.id} userId={session.person.id} /> : null}
      <a href="#main" className={classes.skip}>
        {t('shell.skip')}
      </a>
      <nav className={classes.rail} aria-label={t('shell.navigation')}>
        <Stack gap="xs" align="center">
          {places
            .filter(({ action }) => action === null || may(action))
            .map(({ key, to, icon }) => (
              <RailLink key={key} name={t(`shell.${key}`)} to={to} icon={icon} />
            ))}
          {session.workspace ? <Palette /> : null}
          {session.person.isSuperadmin ? (
            <RailLink name={t('shell.operator')} to="/app/operator/workspaces" icon={IconServerCog} />
          ) : null}
        </Stack>
        <div className={classes.bottom}>
          {session.workspace ? <AttentionMenu /> : null}
          <Person name={session.person.name || session.person.email} />
        </div>
      </nav>
      <div className={classes.page} id="main">
        <Impersonation />
        {link === 'away' && session.workspace ? (
          <Alert
            className={classes.banner}
            color="yellow"
            variant="filled"
            autoContrast
            icon={<IconPlugConnectedX size={18} />}
            p="xs"
            radius={0}
            role="status"
          >
            {t('shell.offline')}
          </Alert>
        ) : null}
        <Outlet />
      </div>
    </div>
  );
}

/** Where one can go, in the order of how often; `action`: what a role must allow for the page to be of use. */
const places = [
  { key: 'inbox', to: '/app/inbox', icon: IconInbox, action: null },
  { key: 'contacts', to: '/app/contacts', icon: IconAddressBook, action: null },
  { key: 'campaigns', to: '/app/campaigns', icon: IconSpeakerphone, action: 'campaigns:read' },
  { key: 'templates', to: '/app/templates', icon: IconTemplate, action: 'templates:read' },
  { key: 'analytics', to: '/app/analytics', icon: IconChartBar, action: 'analytics:read' },
  { key: 'settings', to: '/app/settings/profile', icon: IconSettings, action: null },
] as const;

function RailLink({ name, to, icon: Icon }: { name: string; to: string; icon: typeof IconInbox }) {
  return (
    <Tooltip label={name} position="right">
      <ActionIcon size="xl" aria-label={name} renderRoot={(props) => <Link to={to} {...props} />}>
        <Icon stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

function Live({ workspaceId, userId }: { workspaceId: string; userId: string }) {
  useLive(workspaceId, userId);
  useAttention(userId);
  return null;
}

function Person({ name }: { name: string }) {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark';
  return (
    <Menu position="right-end" withArrow>
      <Menu.Target>
        <ActionIcon size="xl" radius="xl" aria-label={t('shell.account', { name })}>
          <Avatar color="chaski.8" variant="filled" alt="">
            <IconUser size={20} />
          </Avatar>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item
          leftSection={<IconUser size={16} />}
          renderRoot={(props) => <Link to="/app/settings/profile" {...props} />}
        >
          {t('shell.yourAccount')}
        </Menu.Item>
        <WorkspaceItems />
        <Menu.Divider />
        <Menu.Item
          leftSection={dark ? <IconSun size={16} /> : <IconMoon size={16} />}
          onClick={() => setColorScheme(dark ? 'light' : 'dark')}
        >
          {dark ? t('shell.light') : t('shell.dark')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('shell.language')}</Menu.Label>
        {Object.entries(languages).map(([code, label]) => (
          <Menu.Item
            key={code}
            lang={code}
            leftSection={<IconLanguage size={16} />}
            aria-current={i18n.language === code || undefined}
            onClick={() => void chooseLanguage(code as Language)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
