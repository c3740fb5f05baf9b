import { queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

export type Hours = NonNullable<
  Awaited<ReturnType<typeof chaski.workspace.get>>['settings']['businessHours']
>;
export type Opening = Hours['weekly'][number];

/** What most offices keep: somewhere to begin from. */
export const usualHours = (zone: string): Hours => ({
  zone,
  weekly: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
  holidays: [],
});

export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Asked again when a number opens or closes, and each quarter of an hour for clocks that were set. */
export const hoursQuery = queryOptions({
  // Beside the numbers: what changes them changes this.
  queryKey: ['numbers', 'hours'],
  queryFn: async () => (await chaski.businessHours.list()).data,
  staleTime: 5 * 60_000,
  refetchInterval: ({ state }) => {
    const next = Math.min(...(state.data ?? []).flatMap(({ until }) => (until ? [Date.parse(until)] : [])));
    return Math.min(Math.max(next - Date.now(), 0) + 1_000, 15 * 60_000);
  },
});
