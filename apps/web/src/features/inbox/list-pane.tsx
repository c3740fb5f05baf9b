import { Group, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useKeys } from '../../ui/keys.ts';
import { later } from '../../ui/later.tsx';
import { useSelection } from './bulk-selection.ts';
import { ConversationRow } from './conversation-row.tsx';
import { elsewhere, filterOf, narrowing } from './filter.ts';
import classes from './inbox.module.css';
import { ListHead } from './list-head.tsx';
import { useKeptPlace } from './list-place.ts';
import { type Neighbours, rowsOf, stepFrom } from './list-rules.ts';
import { type Conversation, conversationsQuery } from './queries.ts';

const BulkBar = later(() => import('./bulk-bar.tsx'));
const route = getRouteApi('/inside/app/inbox');
const rowHeight = 76;

/** The conversations of a view; only those on screen are in the page, however many there are. */
export function ListPane({ chosen }: { chosen: string | null }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage, isPending } = useInfiniteQuery(
    conversationsQuery(filterOf(search)),
  );
  // Each scroll draws anew: 10,000 rows are not gathered for each.
  const rows = useMemo(() => rowsOf(data), [data]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  });
  useKeptPlace(scroller, rows, rowHeight);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 10) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, last, rows.length, fetchNextPage]);

  const selection = useSelection(rows);
  const may = useMay()('conversations:write');
  const navigate = useNavigate();
  // Where the chosen one stood is remembered: once it is closed it is not in the list, and one goes on from there.
  const stood = useRef<Neighbours | null>(null);
  useEffect(() => {
    if (chosen !== null && rows.some(({ id }) => id === chosen)) stood.current = { rows, id: chosen };
  }, [rows, chosen]);
  const step = (by: 1 | -1) => {
    const next = stepFrom(rows, chosen, by, stood.current);
    if (!next) return;
    virtual.scrollToIndex(rows.indexOf(next));
    void navigate({
      to: '/app/inbox/$conversationId',
      params: { conversationId: next.id },
      search: elsewhere,
    });
  };
  const [down, up] = [() => step(1), () => step(-1)];
  useKeys({
    KeyJ: down,
    KeyK: up,
    KeyX: may && chosen ? () => selection.toggle(chosen, false) : undefined,
    Escape: selection.ids.size > 0 ? selection.clear : undefined,
  });

  const narrowed = narrowing.some((key) => search[key] !== undefined);
  return (
    <section className={classes.list} aria-label={t('inbox.conversations')}>
      <ListHead />
      {selection.ids.size > 0 ? <BulkBar selection={selection} rows={rows} /> : null}
      <div ref={scroller} className={classes.rows}>
        {isPending ? (
          <Waiting />
        ) : rows.length === 0 ? (
          <Empty view={search.view ?? 'open'} narrowed={narrowed} />
        ) : (
          <ul className={classes.lines} style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => (
              <Line
                key={item.key}
                conversation={rows[item.index]!}
                offset={item.start}
                current={rows[item.index]!.id === chosen}
                byMention={search.view === 'mentions'}
                selection={selection}
              />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function Line(props: {
  conversation: Conversation;
  offset: number;
  current: boolean;
  byMention: boolean;
  selection: ReturnType<typeof useSelection>;
}) {
  const { conversation, selection } = props;
  const may = useMay()('conversations:write');
  return (
    <li className={classes.line} style={{ transform: `translateY(${props.offset}px)` }}>
      <ConversationRow
        conversation={conversation}
        current={props.current}
        byMention={props.byMention}
        selected={selection.ids.has(conversation.id)}
        selecting={selection.ids.size > 0}
        onSelect={may ? (range) => selection.toggle(conversation.id, range) : undefined}
      />
    </li>
  );
}

function Empty({ view, narrowed }: { view: string; narrowed: boolean }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4} p="xl" align="center">
      <Text fw={600} ta="center">
        {narrowed ? t('list.nothingFound') : t(`list.empty.${view}`)}
      </Text>
      <Text c="dimmed" size="sm" ta="center">
        {narrowed ? t('list.nothingFoundHint') : t(`list.emptyHint.${view}`)}
      </Text>
    </Stack>
  );
}

function Waiting() {
  return (
    <Stack p="sm" gap="md" aria-hidden>
      {['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => (
        <Group key={key} wrap="nowrap">
          <Skeleton circle height={40} />
          <Stack gap={6} flex={1}>
            <Skeleton height={12} width="55%" />
            <Skeleton height={10} width="85%" />
          </Stack>
        </Group>
      ))}
    </Stack>
  );
}
