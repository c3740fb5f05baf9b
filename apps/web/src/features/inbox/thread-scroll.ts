import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { away, byHand, type Follow, look, opened, toEnd, unplaced } from './thread-follow.ts';
import type { Line } from './thread-lines.ts';

/**
 * Keeps a reader at the end there while things arrive, and counts them for who is further up. It moves the element
 * itself: the virtual list's own following looks at where one is when a line is appended, and forgets.
 */
export function useFollow(
  scroller: RefObject<HTMLElement | null>,
  lines: readonly Line[],
  scrollToIndex: (index: number, options: { align: 'start' }) => void,
) {
  const follow = useRef<Follow>(unplaced);
  const [seen, setSeen] = useState<string | null>(null);
  const last = lines.at(-1)?.key ?? null;
  const newest = useRef(last);
  newest.current = last;

  const put = useCallback(
    (next: Follow, pull: boolean) => {
      const element = scroller.current;
      if (element && pull) element.scrollTop = element.scrollHeight;
      follow.current = element && pull ? { ...next, top: element.scrollTop } : next;
      setSeen(next.seen);
    },
    [scroller],
  );
  const settle = useCallback(() => {
    const element = scroller.current;
    if (!element || follow.current.seen === null) return;
    const max = element.scrollHeight - element.clientHeight;
    const { now, pull } = look(follow.current, { top: element.scrollTop, max }, newest.current);
    put(now, pull);
  }, [scroller, put]);

  // Opened at the first unread, else at the end; once.
  useLayoutEffect(() => {
    if (follow.current.seen !== null || last === null) return;
    const at = lines.findIndex(({ kind }) => kind === 'unread');
    put(opened(at < 0, last), at < 0);
    if (at >= 0) scrollToIndex(at, { align: 'start' });
  }, [lines, last, put, scrollToIndex]);
  // After every change of what is shown, a row's measure too. The list renders before a scroll is heard here.
  useLayoutEffect(settle);

  const goToEnd = useCallback(() => put(toEnd(follow.current, newest.current), true), [put]);
  const leaveEnd = useCallback(() => {
    follow.current = away(follow.current);
  }, []);
  const onHand = useCallback(() => {
    follow.current = byHand(follow.current);
  }, []);

  // What one says oneself is seen, wherever one has scrolled to.
  const lastWaiting = lines.at(-1)?.kind === 'waiting' ? last : null;
  useLayoutEffect(() => {
    if (lastWaiting !== null && follow.current.seen !== null) goToEnd();
  }, [lastWaiting, goToEnd]);

  const fresh = useMemo(() => countAfter(lines, seen), [lines, seen]);
  return { placed: seen !== null, fresh, goToEnd, leaveEnd, onHand, onScroll: settle };
}

/** What others said since. */
function countAfter(lines: readonly Line[], seen: string | null): number {
  const from = seen === null ? -1 : lines.findLastIndex(({ key }) => key === seen);
  if (from < 0) return 0;
  return lines
    .slice(from + 1)
    .filter((line) => line.kind === 'note' || (line.kind === 'message' && line.message.direction === 'in'))
    .length;
}
