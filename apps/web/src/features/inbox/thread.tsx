import { Button, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowDown } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useWaiting } from './composer-outbox.ts';
import { kindOf, wordsOf } from './reply-quote.tsx';
import classes from './thread.module.css';
import { nearEnd } from './thread-follow.ts';
import { shownOf } from './thread-heard.ts';
import { ThreadLine } from './thread-line.tsx';
import { firstUnread, type Line, linesOf } from './thread-lines.ts';
import { useThreadLive } from './thread-live.ts';
import { loadOlder, notesQuery, type Said, threadQuery, timelineQuery } from './thread-queries.ts';
import { useFollow } from './thread-scroll.ts';

/** Where a press on a quote wants to go. A new object each time: twice to the same place is two wishes. */
export interface Wish {
  reference: string;
}

/** Asked for when so few lines are left above. */
const linesAhead = 20;

/** What was said, done and noted, the newest at the bottom. Only what is on screen is in the page. */
export function Thread({
  conversationId,
  unreadCount,
  wish,
}: {
  conversationId: string;
  /** When the thread was opened. */
  unreadCount: number;
  wish: Wish | null;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: said } = useQuery(threadQuery(conversationId));
  useThreadLive(conversationId);
  const { lines, unread, complete, whole } = useLines(conversationId, said, unreadCount);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => lines[index]?.key ?? index,
    estimateSize: (index) => estimate(lines[index]),
    overscan: 10,
    anchorTo: 'end',
    scrollEndThreshold: nearEnd,
    paddingStart: 16,
    paddingEnd: 12,
  });

  const { placed, fresh, goToEnd, leaveEnd, onHand, onScroll } = useFollow(
    scroller,
    lines,
    virtual.scrollToIndex,
  );

  const items = virtual.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  // State, so that it is looked at again once a page has come: who is at the top by then moves nothing any more.
  const [loading, setLoading] = useState(false);
  const hasOlder = said?.older != null;
  useEffect(() => {
    if (!hasOlder || loading || !placed || firstIndex > linesAhead) return;
    setLoading(true);
    const over = () => setLoading(false);
    // Where the line is down it is asked again in a while, as nobody has to move for it.
    void loadOlder(queries, conversationId).then(over, () => window.setTimeout(over, 2_000));
  }, [firstIndex, hasOlder, loading, placed, conversationId, queries]);

  const found = useJump({
    conversationId,
    // Before its place at the end is taken, and its notes are here, nobody knows what is missing.
    wish: placed && complete ? wish : null,
    lines,
    whole,
    scrollTo: (index) => {
      leaveEnd();
      virtual.scrollToIndex(index, { align: 'center' });
    },
  });

  return (
    <div className={classes.frame}>
      {/* Rows come and go while one scrolls: they are not read out. What arrives is, below. */}
      <div
        ref={scroller}
        className={classes.thread}
        role="log"
        aria-live="off"
        aria-label={t('inbox.messages')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        onScroll={onScroll}
        onWheel={onHand}
        onTouchMove={onHand}
        onPointerDown={onHand}
        onKeyDown={onHand}
        data-older={hasOlder || undefined}
      >
        {said ? (
          <div className={classes.lines} style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={classes.line}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <ThreadLine line={lines[item.index]!} found={lines[item.index]!.key === found} />
              </div>
            ))}
          </div>
        ) : (
          <Waiting />
        )}
      </div>
      {fresh > 0 ? (
        <Button
          className={classes.pill ?? ''}
          radius="xl"
          size="compact-sm"
          leftSection={<IconArrowDown size={16} />}
          onClick={goToEnd}
        >
          {t('thread.fresh', { count: fresh })}
        </Button>
      ) : null}
      <Announcer said={said} unread={unread} />
    </div>
  );
}

function useLines(conversationId: string, said: Said | undefined, unreadCount: number) {
  const notes = useInfiniteQuery(notesQuery(conversationId));
  const events = useInfiniteQuery(timelineQuery(conversationId));
  const waiting = useWaiting(conversationId);
  const { person } = useSession();
  const oldest = said?.messages[0]?.shownAt ?? null;
  const hasOlder = said?.older != null;
  // Notes and events reach back as far as the messages do.
  useReach(notes, notes.data?.pages.at(-1)?.data.at(-1)?.createdAt, oldest, hasOlder);
  useReach(events, events.data?.pages.at(-1)?.data.at(-1)?.at, oldest, hasOlder);

  const [unread, setUnread] = useState<{ id: string; count: number } | null | undefined>();
  if (unread === undefined && said) setUnread(firstUnread(said.messages, unreadCount));
  const lines = useMemo(
    () =>
      said
        ? linesOf({
            messages: shownOf(said),
            notes: notes.data?.pages.flatMap(({ data }) => data) ?? [],
            events: events.data?.pages.flatMap(({ data }) => data) ?? [],
            waiting,
            me: person.id,
            hasOlder,
            unread: unread ?? null,
          })
        : [],
    [said, notes.data, events.data, waiting, person.id, hasOlder, unread],
  );
  return {
    lines,
    unread: unread ?? null,
    complete: said !== undefined && !notes.isPending,
    /** Nothing is left to load: what is not here is not there. */
    whole: said !== undefined && !hasOlder && notes.isSuccess && !notes.hasNextPage && !notes.isFetching,
  };
}

function useReach(
  side: { hasNextPage: boolean; isFetching: boolean; fetchNextPage: () => unknown },
  last: string | undefined,
  oldest: string | null,
  hasOlder: boolean,
): void {
  const { hasNextPage, isFetching, fetchNextPage } = side;
  useEffect(() => {
    if (hasNextPage && !isFetching && (!hasOlder || (last ?? '') > (oldest ?? ''))) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage, last, oldest, hasOlder]);
}

/** Goes to a message or a note, over as many pages as it takes. The answer is the line to show as found. */
function useJump(options: {
  conversationId: string;
  wish: Wish | null;
  lines: readonly Line[];
  whole: boolean;
  scrollTo: (index: number) => void;
}): string | null {
  const { conversationId, wish, lines, whole, scrollTo } = options;
  const { t } = useTranslation();
  const queries = useQueryClient();
  const done = useRef<Wish | null>(null);
  // New for each wish: twice to the same line is scrolled to twice, and shown as found for as long again.
  const [found, setFound] = useState<{ key: string } | null>(null);
  const [failures, setFailures] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that failed is asked for again
  useEffect(() => {
    if (!wish || done.current === wish) return;
    const line = lines.find(
      (one) =>
        (one.kind === 'note' && one.note.id === wish.reference) ||
        (one.kind === 'message' &&
          (one.message.id === wish.reference || one.message.providerMessageId === wish.reference)),
    );
    if (line || whole) done.current = wish;
    if (line) setFound({ key: line.key });
    else if (whole) notifications.show({ message: t('thread.notThere') });
    // As large as pages may be; the lines change, and this runs again. The notes come by themselves (useReach).
    else
      loadOlder(queries, conversationId, 100).catch(() =>
        window.setTimeout(() => setFailures((n) => n + 1), 2_000),
      );
  }, [wish, lines, whole, failures, conversationId, queries, t]);
  const place = found === null ? -1 : lines.findIndex(({ key }) => key === found.key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place, because lines came in above it, is why one goes
  useEffect(() => {
    if (place >= 0) scrollTo(place);
  }, [found, place]);
  useEffect(() => {
    if (found === null) return;
    const timer = window.setTimeout(() => setFound(null), 1_800);
    return () => window.clearTimeout(timer);
  }, [found]);
  return found?.key ?? null;
}

/** Reads out what arrives, and nothing else. */
function Announcer({ said, unread }: { said: Said | undefined; unread: { count: number } | null }) {
  const { t } = useTranslation();
  const last = said?.messages.at(-1);
  const [opened, setOpened] = useState<string | null | undefined>();
  if (opened === undefined && said) setOpened(last?.id ?? null);
  const arrived = last && opened !== undefined && last.id !== opened && last.direction === 'in' ? last : null;
  return (
    <p className="visually-hidden" aria-live="polite">
      {arrived
        ? t('thread.arrived', { words: wordsOf(arrived.content) || t(kindOf(arrived.content)) })
        : unread
          ? t('thread.unread', { count: unread.count })
          : ''}
    </p>
  );
}

/** Close enough that the scrollbar does not leap; the real heights are measured. */
function estimate(line: Line | undefined): number {
  if (line?.kind === 'note') return 84;
  const content =
    line?.kind === 'message' ? line.message.content : line?.kind === 'waiting' ? line.waiting.content : null;
  if (content === null || content === undefined) return 36;
  switch (content.type) {
    case 'image':
    case 'video':
      return 260;
    case 'sticker':
      return 190;
    case 'text':
      return 44 + 21 * Math.floor(String((content.text as { body?: string }).body ?? '').length / 62);
    default:
      return 110;
  }
}

function Waiting() {
  return (
    <div className={classes.waiting} aria-hidden>
      {[42, 60, 30, 55, 38].map((width, at) => (
        <Skeleton key={width} height={44} width={`${width}%`} radius="md" ms={at % 2 === 0 ? 0 : 'auto'} />
      ))}
    </div>
  );
}
