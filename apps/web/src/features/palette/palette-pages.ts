import { IconInbox, IconKeyboard } from '@tabler/icons-react';
import { useMay, useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { usePlaces } from '../../ui/places.ts';
import { places as operatorPlaces } from '../operator/places.ts';
import { placesFor } from '../settings/places.ts';

const views = ['mine', 'unassigned', 'open', 'mentions', 'snoozed', 'closed', 'all'] as const;

export interface Goal {
  name: string;
  icon: typeof IconInbox;
  go: { to: string; search?: object } | 'keys';
}

/** Where whoever is signed in can go: what the navigation shows, by the words that stand there. */
export function useGoals(): Goal[] {
  const { t } = useTranslation();
  const may = useMay();
  const { person } = useSession();
  const places = usePlaces();
  const inside = (area: string, pages: readonly { to: string; key: string; icon: typeof IconInbox }[]) =>
    pages.map(({ to, key, icon }) => ({ name: `${t(area)}: ${t(key)}`, icon, go: { to } }));
  return [
    ...views.map((view) => ({
      name: `${t('shell.inbox')}: ${t(`inbox.view.${view}`)}`,
      icon: IconInbox,
      go: { to: '/app/inbox', search: { view } },
    })),
    ...places
      .filter(({ key }) => key !== 'inbox')
      .map(({ key, to, icon }) => ({ name: t(`shell.${key}`), icon, go: { to, search: {} } })),
    { name: t('keys.title'), icon: IconKeyboard, go: 'keys' },
    ...inside('shell.settings', placesFor(may)),
    ...(person.isSuperadmin ? inside('shell.operator', operatorPlaces) : []),
  ];
}
