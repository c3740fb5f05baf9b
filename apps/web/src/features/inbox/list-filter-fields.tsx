import { Button, Checkbox, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { labelsQuery, membersQuery, numbersQuery, teamsQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { segmentsQuery } from '../contacts/queries.ts';
import { filters, type InboxSearch } from './filter.ts';
import { SaveFilter } from './save-filter.tsx';

const route = getRouteApi('/inside/app/inbox');

/** What narrows the list, and in which order it stands. */
export default function ListFilterFields({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const { data: members = [] } = useQuery(membersQuery);
  const { data: segments = [] } = useQuery(segmentsQuery);
  const put = (change: Partial<InboxSearch>) =>
    void navigate({ to: '.', search: (before: InboxSearch) => ({ ...before, ...change }) });
  const named = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }));
  const choice = (
    key: 'number' | 'team' | 'label' | 'segment' | 'assignee',
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
      {segments.length > 0 ? choice('segment', named(segments)) : null}
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
