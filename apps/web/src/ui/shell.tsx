import { Alert } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { Outlet } from '@tanstack/react-router';
import { useLink } from '../api/realtime.ts';
import { useSession } from '../api/session.ts';
import { useLive } from '../api/use-live.ts';
import { useAttention } from '../features/attention/use-attention.ts';
import { useTranslation } from '../i18n/words.ts';
import { Impersonation } from './impersonation.tsx';
import { PhoneBar } from './phone-bar.tsx';
import { Rail } from './rail.tsx';
import classes from './shell.module.css';

/** Frame of every page of a workspace: where to go, who one is, whether the line is up. */
export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  const link = useLink();
  const isPhone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  return (
    <div className={classes.shell}>
      {session.workspace ? <Live workspaceId={session.workspace.id} userId={session.person.id} /> : null}
      <a href="#main" className={classes.skip}>
        {t('shell.skip')}
      </a>
      {isPhone ? <PhoneBar /> : <Rail />}
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

function Live({ workspaceId, userId }: { workspaceId: string; userId: string }) {
  useLive(workspaceId, userId);
  useAttention(userId);
  return null;
}
