import { Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconLanguage, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { signOut, useSession } from '../api/session.ts';
import { chooseLanguage, type Language, languages } from '../i18n/index.ts';
import { useTranslation } from '../i18n/words.ts';
import { WorkspaceItems } from './workspace-items.tsx';

/** What the person's menu offers. */
export default function PersonItems() {
  const { t, i18n } = useTranslation();
  const { person } = useSession();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <>
      <Menu.Label>{person.name || person.email}</Menu.Label>
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
    </>
  );
}
