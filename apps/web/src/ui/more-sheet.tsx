import { NavLink, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconBell,
  IconBuilding,
  IconDeviceMobileMessage,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { signOut, useSession } from '../api/session.ts';
import { usePhones } from '../api/simulator.ts';
import { openWorkspace } from '../api/workspace.ts';
import AttentionSwitches from '../features/attention/attention-switches.tsx';
import { chooseLanguage, type Language, languages } from '../i18n/index.ts';
import { useTranslation } from '../i18n/words.ts';
import { useAct } from './confirm.tsx';
import { Drawer } from './drawer.tsx';
import { type Place, useIsHere } from './places.ts';
import classes from './shell.module.css';

/** All that the bar of a phone has no room for, up from the lower edge. */
export default function MoreSheet(props: { opened: boolean; onClose: () => void; places: readonly Place[] }) {
  const { t } = useTranslation();
  const { onClose } = props;
  const isHere = useIsHere();
  return (
    <Drawer
      opened={props.opened}
      onClose={onClose}
      position="bottom"
      size="auto"
      radius="lg"
      title={t('shell.more')}
      classNames={{ content: classes.sheet ?? '' }}
    >
      {props.places.map((place) => (
        <NavLink
          key={place.key}
          className={classes.more ?? ''}
          label={t(`shell.${place.key}`)}
          leftSection={<place.icon size={20} stroke={1.6} />}
          aria-current={isHere(place) ? 'page' : undefined}
          renderRoot={(root) => (
            <Link to={place.to} activeOptions={{ exact: place.to === '/app' }} {...root} onClick={onClose} />
          )}
        />
      ))}
      <Yours onClose={onClose} />
    </Drawer>
  );
}

function Yours({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { person, workspace, workspaces } = useSession();
  const { setColorScheme } = useMantineColorScheme();
  const act = useAct();
  const phones = usePhones();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <>
      {phones === null ? null : (
        <NavLink
          className={classes.more ?? ''}
          label={t('shell.phones')}
          leftSection={<IconDeviceMobileMessage size={20} stroke={1.6} />}
          href={phones}
          target="chaski-phones"
          rel="noreferrer"
        />
      )}
      <NavLink
        className={classes.more ?? ''}
        label={t('shell.yourAccount')}
        description={<bdi>{person.name || person.email}</bdi>}
        leftSection={<IconUser size={20} stroke={1.6} />}
        renderRoot={(root) => <Link to="/app/settings/profile" {...root} onClick={onClose} />}
      />
      {workspace ? (
        <NavLink
          className={classes.more ?? ''}
          label={t('attention.label')}
          leftSection={<IconBell size={20} stroke={1.6} />}
        >
          <AttentionSwitches />
        </NavLink>
      ) : null}
      <NavLink
        className={classes.more ?? ''}
        label={t('shell.workspaces')}
        description={<bdi>{workspace?.name}</bdi>}
        leftSection={<IconBuilding size={20} stroke={1.6} />}
      >
        {workspaces.map((one) => (
          <NavLink
            key={one.id}
            className={classes.more ?? ''}
            label={<bdi>{one.name}</bdi>}
            description={one.status === 'suspended' ? t('shell.suspended') : undefined}
            active={one.id === workspace?.id}
            aria-current={one.id === workspace?.id || undefined}
            onClick={() => one.id !== workspace?.id && void act(() => openWorkspace(one.id))}
          />
        ))}
        <NavLink
          className={classes.more ?? ''}
          label={t('shell.newWorkspace')}
          renderRoot={(root) => <Link to="/app/welcome" {...root} onClick={onClose} />}
        />
      </NavLink>
      <NavLink
        className={classes.more ?? ''}
        label={dark ? t('shell.light') : t('shell.dark')}
        leftSection={dark ? <IconSun size={20} stroke={1.6} /> : <IconMoon size={20} stroke={1.6} />}
        onClick={() => setColorScheme(dark ? 'light' : 'dark')}
      />
      <NavLink
        className={classes.more ?? ''}
        label={t('shell.language')}
        description={languages[i18n.language as Language]}
        leftSection={<IconLanguage size={20} stroke={1.6} />}
      >
        {Object.entries(languages).map(([code, label]) => (
          <NavLink
            key={code}
            className={classes.more ?? ''}
            lang={code}
            label={label}
            active={i18n.language === code}
            aria-current={i18n.language === code || undefined}
            onClick={() => void chooseLanguage(code as Language)}
          />
        ))}
      </NavLink>
      <NavLink
        className={classes.more ?? ''}
        label={t('shell.signOut')}
        leftSection={<IconLogout size={20} stroke={1.6} />}
        onClick={() => void signOut()}
      />
    </>
  );
}
