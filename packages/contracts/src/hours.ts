/**
 * Business hours: when a workspace or one of its numbers answers. Pure.
 *
 * A *stretch* is one opening of a weekday, by the clock of the hours' zone; a *holiday* is a date on which nobody is
 * there; a *period* is the time between two changes, open or closed. Stretches that touch are one period: a night shift
 * is written as two days and is one opening.
 */
import { z } from 'zod';
import { instantOf, shown, timeZone } from './zone.ts';

const day = 86_400_000;
const minute = 60_000;

const from = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'Use hours and minutes, such as 09:00.' });
const to = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'Use hours and minutes, such as 17:30, or 24:00.' });

export const businessHours = z
  .strictObject({
    zone: timeZone.describe('Whose clock decides: an IANA zone.'),
    weekly: z
      .array(
        z
          .strictObject({
            day: z.number().int().min(1).max(7).describe('Monday is 1.'),
            from,
            to: to.describe('24:00 is the end of the day.'),
          })
          .refine((one) => one.from < one.to, {
            path: ['to'],
            error: 'An opening ends after it begins; one that lasts past midnight is written as two days.',
          }),
      )
      .max(42)
      .describe('Openings. None: closed all week.'),
    holidays: z
      .array(z.strictObject({ date: z.iso.date(), name: z.string().trim().max(80).default('') }))
      .max(200)
      .default([])
      .describe('Dates on which nobody is there.'),
  })
  .meta({ id: 'BusinessHours' });

export type BusinessHours = z.infer<typeof businessHours>;

export interface HoursState {
  open: boolean;
  /** When this period began; null: longer ago than anybody looked. */
  since: Date | null;
  /** When it ends; null: not within the time anybody looked. */
  until: Date | null;
}

/** Days. Further than most rows of holidays; hours that never change make it the price of an answer (25 ms). */
const horizon = 60;

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Openings that begin on a local date, given as its midnight on a UTC clock. */
function openingsOn(hours: BusinessHours, date: number, holidays: ReadonlySet<string>): [number, number][] {
  const when = new Date(date);
  if (holidays.has(when.toISOString().slice(0, 10))) return [];
  const weekday = when.getUTCDay() || 7;
  return hours.weekly
    .filter((one) => one.day === weekday)
    .map((one): [number, number] => [
      instantOf(date + minutesOf(one.from) * minute, hours.zone),
      instantOf(date + minutesOf(one.to) * minute, hours.zone),
    ])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0]);
}

/** Openings between two moments, in order, none touching the next. The first and last may reach beyond. */
export function openingsBetween(hours: BusinessHours, start: number, end: number): [number, number][] {
  const holidays = new Set(hours.holidays.map(({ date }) => date));
  const first = Math.floor(shown(start, hours.zone) / day) * day;
  const last = Math.floor(shown(end, hours.zone) / day) * day;
  const all: [number, number][] = [];
  for (let date = first - day; date <= last + day; date += day) {
    for (const [opens, closes] of openingsOn(hours, date, holidays)) {
      const before = all.at(-1);
      if (before && opens <= before[1]) before[1] = Math.max(before[1], closes);
      else all.push([opens, closes]);
    }
  }
  return all.filter(([opens, closes]) => closes > start && opens < end);
}

/** Whether somebody is there, since when and until when. Without hours somebody always is. */
export function hoursAt(hours: BusinessHours | null, at: Date): HoursState {
  if (hours === null) return { open: true, since: null, until: null };
  if (hours.weekly.length === 0) return { open: false, since: null, until: null };
  const now = at.getTime();
  // Most answers lie within two weeks; only holidays and seldom openings need the whole horizon.
  for (const days of [14, horizon]) {
    const edge = [now - days * day, now + days * day] as const;
    const openings = openingsBetween(hours, ...edge);
    const current = openings.find(([opens, closes]) => opens <= now && now < closes);
    const since = current ? current[0] : openings.findLast(([, closes]) => closes <= now)?.[1];
    const until = current ? current[1] : openings.find(([opens]) => opens > now)?.[0];
    // What reaches the edge may reach beyond it.
    const isKnown = (time: number | undefined) => time !== undefined && time > edge[0] && time < edge[1];
    if (days === horizon || (isKnown(since) && isKnown(until))) {
      const told = (time: number | undefined) => (isKnown(time) ? new Date(time as number) : null);
      return { open: current !== undefined, since: told(since), until: told(until) };
    }
  }
  throw new Error('the horizon is the last step');
}

/** A date and a time as a clock of the hours shows them: for texts to people. */
export function shownIn(zone: string, at: Date): { date: string; time: string } {
  const wall = new Date(shown(at.getTime(), zone)).toISOString();
  return { date: wall.slice(0, 10), time: wall.slice(11, 16) };
}
