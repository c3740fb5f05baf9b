import { queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** What the page's address says is looked at. */
export interface Asked {
  days: number;
  number?: string | undefined;
  member?: string | undefined;
  label?: string | undefined;
  /** Waits count business hours alone. */
  open?: boolean | undefined;
}

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const dayMs = 86_400_000;
// Swedish writes dates as ISO does.
const dateOf = (at: number) => new Intl.DateTimeFormat('sv', { timeZone: zone }).format(at);

/** The last so many days of the reader's zone, today among them. */
export function queryOf(asked: Asked) {
  const to = dateOf(Date.now());
  return {
    // Counted on the calendar: days on which clocks change are longer or shorter.
    from: new Date(Date.parse(to) - (asked.days - 1) * dayMs).toISOString().slice(0, 10),
    to,
    timeZone: zone,
    ...(asked.number ? { numberId: asked.number } : {}),
    ...(asked.member ? { memberId: asked.member } : {}),
    ...(asked.label ? { labelId: asked.label } : {}),
    ...(asked.open ? { hours: 'business' as const } : {}),
  };
}

export type Report = Awaited<ReturnType<typeof chaski.analytics.list>>;

export const reportQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['analytics', asked],
    queryFn: () => chaski.analytics.list({ query: queryOf(asked) }),
    // A figure may be a minute old; whoever looks for long sees it go on.
    staleTime: 30_000,
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  });
