import { Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConversationRow } from './conversation-row.tsx';
import classes from './inbox.module.css';
import { type ConversationFilter, conversationsQuery } from './queries.ts';

const route = getRouteApi('/inside/app/inbox');
const rowHeight = 84;

/** The conversations of a view; only those on screen are in the page, however many there are. */
export function ListPane({ chosen }: { chosen: string | null }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const filter: ConversationFilter = {
    view: search.view ?? 'open',
    ...(search.order ? { order: search.order } : {}),
    ...(search.number ? { numberId: search.number } : {}),
    ...(search.team ? { teamId: search.team } : {}),
    ...(search.label ? { labelId: search.label } : {}),
    ...(search.unread ? { unread: 'true' as const } : {}),
    ...(search.q ? { q: search.q } : {}),
  };
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useInfiniteQuery(
    conversationsQuery(filter),
  );
  const rows = data?.pages.flatMap((page) => page.data) ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 10) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, last, rows.length, fetchNextPage]);

  return (
    <section className={classes.list} aria-label={t('inbox.conversations')}>
      <Group p="sm" gap="xs">
        <Find key={search.view} initial={search.q ?? ''} />
      </Group>
      <div ref={scroller} className={classes.rows}>
        {isPending ? (
          <Waiting />
        ) : rows.length === 0 ? (
          <Text c="dimmed" ta="center" p="xl">
            {t('inbox.empty')}
          </Text>
        ) : (
          <ul style={{ height: virtual.getTotalSize(), margin: 0, padding: 0, listStyle: 'none' }}>
            {items.map((item) => (
              <li key={item.key}>
                <ConversationRow
                  conversation={rows[item.index]!}
                  current={rows[item.index]!.id === chosen}
                  offset={item.start}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function Find({ initial }: { initial: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState(initial);
  const apply = useDebouncedCallback((q: string) => {
    void navigate({
      to: '.',
      search: (before: Record<string, unknown>) => ({ ...before, q: q === '' ? undefined : q }),
      replace: true,
    });
  }, 200);
  return (
    <TextInput
      flex={1}
      leftSection={<IconSearch size={16} />}
      placeholder={t('inbox.find')}
      aria-label={t('inbox.find')}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        apply(event.currentTarget.value.trim());
      }}
    />
  );
}

function Waiting() {
  return (
    <Stack p="sm" gap="md" aria-hidden>
      {['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => (
        <Group key={key} wrap="nowrap">
          <Skeleton circle height={44} />
          <Stack gap={6} flex={1}>
            <Skeleton height={12} width="55%" />
            <Skeleton height={10} width="85%" />
          </Stack>
        </Group>
      ))}
    </Stack>
  );
}
