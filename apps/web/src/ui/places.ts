import {
  IconAddressBook,
  IconChartBar,
  IconHome,
  IconInbox,
  IconServerCog,
  IconSettings,
  IconSpeakerphone,
  IconTemplate,
} from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useMay, useSession } from '../api/session.ts';

/** Where one can go, in the order of how often; `action`: what a role must allow for the page to be of use. */
const places = [
  { key: 'home', to: '/app', icon: IconHome, action: null },
  { key: 'inbox', to: '/app/inbox', icon: IconInbox, action: null },
  { key: 'contacts', to: '/app/contacts', icon: IconAddressBook, action: null },
  { key: 'campaigns', to: '/app/campaigns', icon: IconSpeakerphone, action: 'campaigns:read' },
  { key: 'templates', to: '/app/templates', icon: IconTemplate, action: 'templates:read' },
  { key: 'analytics', to: '/app/analytics', icon: IconChartBar, action: 'analytics:read' },
  { key: 'settings', to: '/app/settings/profile', icon: IconSettings, action: null },
] as const;

const operator = {
  key: 'operator',
  to: '/app/operator/workspaces',
  icon: IconServerCog,
  action: null,
} as const;

export type Place = (typeof places)[number] | typeof operator;

/** The places of whoever is signed in. */
export function usePlaces(): Place[] {
  const may = useMay();
  const { person } = useSession();
  return [
    ...places.filter(({ action }) => action === null || may(action)),
    ...(person.isSuperadmin ? [operator] : []),
  ];
}

/** Which place the page that is shown belongs to: an area is more than the page that its sign leads to. */
export function useIsHere(): (place: Place) => boolean {
  const { pathname } = useLocation();
  return ({ to }) => {
    const area = to.split('/', 3).join('/');
    return pathname === to || (area !== '/app' && `${pathname}/`.startsWith(`${area}/`));
  };
}
