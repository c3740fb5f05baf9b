import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Whoever has scrolled down keeps what they look at where it is when rows come and go above it. At the top the newest
 * is what one wants to see: there nothing is held.
 */
export function useKeptPlace(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly { id: string }[],
  rowHeight: number,
): void {
  const before = useRef<readonly { id: string }[]>([]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const was = before.current;
    before.current = rows;
    if (!element || was === rows || element.scrollTop < rowHeight / 2) return;
    const first = Math.floor(element.scrollTop / rowHeight);
    // The first row that is still there: the one at the top may itself have moved away.
    for (let at = first; at < Math.min(was.length, first + 12); at++) {
      const now = rows.findIndex(({ id }) => id === was[at]?.id);
      if (now < 0 || Math.abs(now - at) > 12) continue;
      if (now !== at) element.scrollTop += (now - at) * rowHeight;
      return;
    }
  });
}
