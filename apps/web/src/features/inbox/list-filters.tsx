import { ActionIcon, Button, Checkbox, Indicator, Popover, Select, Stack, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { labelsQuery, membersQuery, numbersQuery, teamsQuery } from '../../api/directory.ts';
import type { InboxSearch } from './filter.ts';
import { SaveFilter } from './saved-filters.tsx';

const route = getRouteApi('/inside/app/inbox');
const filters = ['number', 'team', 'label', 'assignee', 'unread', 'waiting'] as const;

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
              aria-expanded={opened}
              onClick={toggle}
            >
              <IconFilter size={20} stroke={1.6} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>{opened ? <Fields close={close} /> : null}</Popover.Dropdown>
    </Popover>
  );
}

function Fields({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const { data: members = [] } = useQuery(membersQuery);
  const put = (change: Partial<InboxSearch>) =>
    void navigate({ to: '.', search: (before: InboxSearch) => ({ ...before, ...change }) });
  const named = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }));
  const choice = (
    key: 'number' | 'team' | 'label' | 'assignee',
    data: { value: string; label: string }[],
  ) => (
    <Select
      label={t(`list.${key}`)}
      placeholder={t('list.any')}
      data={data}
      value={search[key] ?? null}
      onChange={(value) => put({ [key]: value ?? undefined })}
      clearable
      searchable={data.length > 8}
      clearButtonProps={{ 'aria-label': t('list.clear') }}
      comboboxProps={{ withinPortal: false }}
    />
  );
  return (
    <Stack gap="sm">
      <Select
        label={t('list.order')}
        data={(['newest', 'oldest', 'waiting'] as const).map((value) => ({
          value,
          label: t(`list.orders.${value}`),
        }))}
        value={search.order ?? 'newest'}
        allowDeselect={false}
        onChange={(value) => put({ order: value === 'newest' ? undefined : (value ?? undefined) })}
        comboboxProps={{ withinPortal: false }}
      />
      {choice('label', named(labels))}
      {choice('assignee', [
        { value: 'me', label: t('list.me') },
        { value: 'none', label: t('list.nobody') },
        ...members.map(({ userId, name, email }) => ({ value: userId, label: name || email })),
      ])}
      {teams.length > 0 ? choice('team', named(teams)) : null}
      {numbers.length > 1
        ? choice(
            'number',
            numbers.map((one) => ({ value: one.id, label: one.verifiedName || one.displayPhoneNumber })),
          )
        : null}
      <Checkbox
        label={t('list.unread')}
        checked={search.unread ?? false}
        onChange={(event) => put({ unread: event.currentTarget.checked || undefined })}
      />
      <Checkbox
        label={t('list.waiting')}
        checked={search.waiting ?? false}
        onChange={(event) => put({ waiting: event.currentTarget.checked || undefined })}
      />
      <Button
        variant="default"
        size="xs"
        onClick={() => {
          put(Object.fromEntries(filters.map((key) => [key, undefined])));
          close();
        }}
      >
        {t('list.clearAll')}
      </Button>
      <SaveFilter search={search} onSaved={close} />
    </Stack>
  );
}
