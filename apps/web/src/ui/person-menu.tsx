import { ActionIcon, Avatar, Menu } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useSession } from '../api/session.ts';
import { useTranslation } from '../i18n/words.ts';
import { later } from './later.tsx';

const PersonItems = later(() => import('./person-items.tsx'));

/** Who one is: one's account, one's workspaces, how the page looks and speaks. */
export function PersonMenu() {
  const { t } = useTranslation();
  const { person } = useSession();
  return (
    <Menu position="right-end" withArrow>
      <Menu.Target>
        <ActionIcon
          size="xl"
          radius="xl"
          aria-label={t('shell.account', { name: person.name || person.email })}
        >
          <Avatar color="chaski.8" variant="filled" alt="">
            <IconUser size={20} />
          </Avatar>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <PersonItems />
      </Menu.Dropdown>
    </Menu>
  );
}
