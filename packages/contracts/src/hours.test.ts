import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BusinessHours, businessHours, hoursAt, shownIn } from './hours.ts';
import { shown } from './zone.ts';

const office: BusinessHours = {
  zone: 'Europe/Madrid',
  weekly: [1, 2, 3, 4, 5].flatMap((day) => [
    { day, from: '09:00', to: '14:00' },
    { day, from: '16:00', to: '19:00' },
  ]),
  holidays: [{ date: '2026-12-25', name: 'Navidad' }],
};
const at = (iso: string) => new Date(iso);
const said = (state: ReturnType<typeof hoursAt>) => [
  state.open,
  state.since?.toISOString() ?? null,
  state.until?.toISOString() ?? null,
];

describe('business hours', () => {
  it('open, close at noon, and close for the weekend', () => {
    // Madrid is an hour ahead of UTC in winter.
    expect(said(hoursAt(office, at('2026-11-20T09:00:00Z')))).toEqual([
      true,
      '2026-11-20T08:00:00.000Z',
      '2026-11-20T13:00:00.000Z',
    ]);
    expect(said(hoursAt(office, at('2026-11-20T14:30:00Z')))).toEqual([
      false,
      '2026-11-20T13:00:00.000Z',
      '2026-11-20T15:00:00.000Z',
    ]);
    expect(said(hoursAt(office, at('2026-11-21T12:00:00Z')))).toEqual([
      false,
      '2026-11-20T18:00:00.000Z',
      '2026-11-23T08:00:00.000Z',
    ]);
  });

  it('know holidays, and keep the hour of the wall over a change of the clock', () => {
    expect(said(hoursAt(office, at('2026-12-25T10:00:00Z')))).toEqual([
      false,
      '2026-12-24T18:00:00.000Z',
      '2026-12-28T08:00:00.000Z',
    ]);
    // The last Sunday of March: on Monday nine o'clock is an hour earlier in UTC.
    expect(hoursAt(office, at('2027-03-27T12:00:00Z')).until?.toISOString()).toBe('2027-03-29T07:00:00.000Z');
  });

  it('take a night shift as one opening, and never ending hours as such', () => {
    const night = {
      ...office,
      weekly: [
        { day: 5, from: '20:00', to: '24:00' },
        { day: 6, from: '00:00', to: '04:00' },
      ],
    };
    expect(said(hoursAt(night, at('2026-11-20T23:30:00Z')))).toEqual([
      true,
      '2026-11-20T19:00:00.000Z',
      '2026-11-21T03:00:00.000Z',
    ]);
    const always = {
      ...office,
      weekly: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' })),
      holidays: [],
    };
    expect(said(hoursAt(always, at('2026-11-20T23:30:00Z')))).toEqual([true, null, null]);
    expect(said(hoursAt({ ...office, weekly: [] }, at('2026-11-20T09:00:00Z')))).toEqual([false, null, null]);
    expect(said(hoursAt(null, at('2026-11-20T09:00:00Z')))).toEqual([true, null, null]);
  });

  it('refuse what no clock shows', () => {
    const wrong = (change: object) => businessHours.safeParse({ ...office, ...change }).success;
    expect(wrong({})).toBe(true);
    expect(wrong({ zone: 'Mars/Olympus' })).toBe(false);
    expect(wrong({ weekly: [{ day: 1, from: '18:00', to: '09:00' }] })).toBe(false);
    expect(wrong({ weekly: [{ day: 8, from: '08:00', to: '09:00' }] })).toBe(false);
    expect(wrong({ holidays: [{ date: '2026-02-30', name: '' }] })).toBe(false);
  });

  const time = fc.integer({ min: 0, max: 95 }).map((quarter) => {
    const minutes = quarter * 15;
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  });
  const hours = fc.record({
    zone: fc.constantFrom(
      'Europe/Madrid',
      'America/New_York',
      'America/Santiago',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Africa/Cairo',
      'Pacific/Apia',
      'UTC',
    ),
    weekly: fc
      .array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.uniqueArray(time, { minLength: 2, maxLength: 2 })), {
        maxLength: 12,
      })
      .map((all) =>
        all.map(([day, times]) => {
          const [from = '', to = ''] = times.sort();
          return { day, from, to };
        }),
      ),
    holidays: fc.array(fc.integer({ min: 0, max: 364 }), { maxLength: 4 }).map((days) =>
      days.map((n) => ({
        date: new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString().slice(0, 10),
        name: '',
      })),
    ),
  });
  const moment = fc
    .integer({ min: 0, max: 364 * 96 })
    .map((n) => new Date(Date.UTC(2026, 0, 1) + n * 900_000));

  it('are what the wall shows, in any zone, but for the hour that comes twice', () => {
    fc.assert(
      fc.property(hours, moment, (of, when) => {
        const wall = new Date(shown(when.getTime(), of.zone));
        // A time of the wall that comes twice belongs to its first; the second is whatever lies around it.
        const hour = 3_600_000;
        fc.pre([-hour, hour].every((by) => shown(when.getTime() + by, of.zone) === wall.getTime() + by));
        const date = wall.toISOString().slice(0, 10);
        const clock = wall.toISOString().slice(11, 16);
        const open =
          !of.holidays.some((one) => one.date === date) &&
          of.weekly.some((one) => one.day === (wall.getUTCDay() || 7) && one.from <= clock && clock < one.to);
        expect(hoursAt(of, when).open).toBe(open);
      }),
      { numRuns: 200 },
    );
  });

  it('change at the end of a period and not before it, in any zone', () => {
    fc.assert(
      fc.property(hours, moment, (of, when) => {
        const { open, since, until } = hoursAt(of, when);
        if (since) {
          expect(since.getTime()).toBeLessThanOrEqual(when.getTime());
          expect(hoursAt(of, since).open).toBe(open);
          expect(hoursAt(of, new Date(since.getTime() - 1_000)).open).toBe(!open);
        }
        if (until) {
          expect(until.getTime()).toBeGreaterThan(when.getTime());
          expect(hoursAt(of, until).open).toBe(!open);
          const before = hoursAt(of, new Date(until.getTime() - 1_000));
          expect(before.open).toBe(open);
          // Whoever writes twice in one period finds it to be the same one.
          expect(before.since).toEqual(since);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are told by the clock of their zone', () => {
    expect(shownIn('Asia/Kolkata', at('2026-11-20T20:00:00Z'))).toEqual({
      date: '2026-11-21',
      time: '01:30',
    });
  });
});
