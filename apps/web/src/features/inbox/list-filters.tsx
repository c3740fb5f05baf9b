import { ActionIcon, Indicator, Popover, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from '../../i18n/words.ts';
import { later } from '../../ui/later.tsx';
import { filters } from './filter.ts';

const Fields = later(() => import('./list-filter-fields.tsx'));
const route = getRouteApi('/inside/app/inbox');

/** Order and filters; all of it stands in the address, so that back works and a list can be sent to a colleague. */
export function ListFilters() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const [opened, { toggle, close }] = useDisclosure();
  const set = filters.filter((key) => search[key] !== undefined).length;
  return (
    <Popover
      opened={opened}
      onDismiss={close}
      position="bottom-end"
      width={280}
      trapFocus
      shadow="md"
      withArrow
    >
      <Popover.Target>
        <Tooltip label={t('list.filters')} disabled={opened}>
          <Indicator disabled={set === 0} label={set} size={16} color="chaski" inline>
            <ActionIcon
              size="lg"
              aria-label={set === 0 ? t('list.filters') : t('list.filtersSet', { count: set })}
              aria-haspopup="dialog"
              aria-expanded={opened}
              onClick={toggle}
            >
              <IconFilter size={20} stroke={1.6} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('list.filters')}>
        {opened ? <Fields close={close} /> : null}
      </Popover.Dropdown>
    </Popover>
  );
}
