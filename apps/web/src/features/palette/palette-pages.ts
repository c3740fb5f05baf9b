import { IconAddressBook, IconInbox, IconKeyboard, IconSettings } from '@tabler/icons-react';

const views = ['mine', 'unassigned', 'open', 'mentions', 'snoozed', 'closed', 'all'] as const;

export interface Goal {
  name: string;
  icon: typeof IconInbox;
  go: { to: string; search?: object } | 'keys';
}

/** Where one can go, by the words that stand on the screens themselves. */
export function goalsOf(t: (key: string) => string): Goal[] {
  return [
    ...views.map((view) => ({
      name: `${t('shell.inbox')}: ${t(`inbox.view.${view}`)}`,
      icon: IconInbox,
      go: { to: '/app/inbox', search: { view } },
    })),
    { name: t('shell.contacts'), icon: IconAddressBook, go: { to: '/app/contacts', search: {} } },
    { name: t('shell.settings'), icon: IconSettings, go: { to: '/app/settings/profile' } },
    { name: t('keys.title'), icon: IconKeyboard, go: 'keys' },
  ];
}
