import type { chaski as client } from '../../api/client.ts';

export type Hours = NonNullable<
  Awaited<ReturnType<typeof client.workspace.get>>['settings']['businessHours']
>;
export type Opening = Hours['weekly'][number];

/** What most offices keep: somewhere to begin from. */
export const usualHours = (zone: string): Hours => ({
  zone,
  weekly: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
  holidays: [],
});

export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
