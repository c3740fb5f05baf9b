import { Text } from '@mantine/core';
import { Outlet, useMatches } from '@tanstack/react-router';
import { useMay, useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Page } from '../../ui/page.tsx';
import { SideNav } from '../../ui/side-nav.tsx';
import { places, placesFor } from './places.ts';

/** Everything that is set: about oneself, and about the workspace as far as the role goes. */
export function SettingsPage() {
  const { t } = useTranslation();
  const { workspace } = useSession();
  const may = useMay();
  // Of the page that is drawn: where one goes is another already while it still is.
  const pathname = useMatches({ select: (matches) => matches.at(-1)?.pathname });
  const allowed = placesFor(may);
  const here = places.find(({ to }) => to === pathname);
  const groups = [
    { label: t('settings.yours'), places: allowed.filter(({ own }) => own) },
    { label: workspace?.name ?? '', places: allowed.filter(({ own }) => !own) },
  ].filter((group) => group.places.length > 0);
  return (
    <SideNav label={t('shell.settings')} groups={groups}>
      {here && !allowed.includes(here) ? (
        <Page title={t(here.key)}>
          <Text>{t('settings.notYours')}</Text>
        </Page>
      ) : (
        <Outlet />
      )}
    </SideNav>
  );
}
