/** Whose clock decides: zones, local times and quiet hours. Pure; daylight saving is the zone's own. */
import type { CampaignSchedule } from './campaign.ts';
import { instantOf, isTimeZone, shown } from './zone.ts';

const minute = 60_000;
const day = 86_400_000;

// Of countries with several zones, the one most people live in.
const main: Readonly<Record<string, string>> = {
  AR: 'America/Argentina/Buenos_Aires',
  AU: 'Australia/Sydney',
  BR: 'America/Sao_Paulo',
  CA: 'America/Toronto',
  CD: 'Africa/Kinshasa',
  CL: 'America/Santiago',
  CN: 'Asia/Shanghai',
  CY: 'Asia/Nicosia',
  DE: 'Europe/Berlin',
  EC: 'America/Guayaquil',
  ES: 'Europe/Madrid',
  FM: 'Pacific/Pohnpei',
  GL: 'America/Godthab',
  ID: 'Asia/Jakarta',
  KI: 'Pacific/Tarawa',
  KZ: 'Asia/Almaty',
  MH: 'Pacific/Majuro',
  MN: 'Asia/Ulaanbaatar',
  MX: 'America/Mexico_City',
  MY: 'Asia/Kuala_Lumpur',
  NZ: 'Pacific/Auckland',
  PF: 'Pacific/Tahiti',
  PG: 'Pacific/Port_Moresby',
  PS: 'Asia/Hebron',
  PT: 'Europe/Lisbon',
  RU: 'Europe/Moscow',
  UA: 'Europe/Kiev',
  US: 'America/New_York',
  UZ: 'Asia/Tashkent',
};

const byCountry = new Map<string, string | null>();

/** The zone of a country, or null where nobody knows. */
export function zoneOfCountry(country: string | null): string | null {
  if (country === null || !/^[A-Z]{2}$/.test(country)) return null;
  const known = byCountry.get(country);
  if (known !== undefined) return known;
  let zone: string | null = null;
  const named = main[country];
  try {
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
      getTimeZones?(): string[] | undefined;
      timeZones?: string[];
    };
    zone = named ?? locale.getTimeZones?.()?.[0] ?? locale.timeZones?.[0] ?? null;
  } catch {
    zone = null;
  }
  if (zone !== null && !isTimeZone(zone)) zone = null;
  byCountry.set(country, zone);
  return zone;
}

/** A recipient's zone: their attribute, else their country's, else the schedule's. */
export function recipientZone(
  schedule: Pick<CampaignSchedule, 'timeZone' | 'zoneAttribute'>,
  facts: { country?: string | null; attributes?: Readonly<Record<string, unknown>> },
): string {
  const own = schedule.zoneAttribute === undefined ? undefined : facts.attributes?.[schedule.zoneAttribute];
  if (typeof own === 'string' && isTimeZone(own)) return own;
  return zoneOfCountry(facts.country ?? null) ?? schedule.timeZone;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** The first moment from `at` on that is not in the quiet hours of the zone. */
export function outOfQuiet(at: number, zone: string, quiet: { from: string; to: string } | null): number {
  if (quiet === null) return at;
  const from = minutesOf(quiet.from);
  const to = minutesOf(quiet.to);
  if (from === to) return at;
  let time = at;
  // The end of the hours may be skipped by a change of the clock and lie in them again: once more is enough.
  for (let round = 0; round < 3; round += 1) {
    const wall = shown(time, zone);
    const midnight = Math.floor(wall / day) * day;
    const now = (wall - midnight) / minute;
    const quietNow = from < to ? now >= from && now < to : now >= from || now < to;
    if (!quietNow) return time;
    const until = midnight + to * minute + (from > to && now >= from ? day : 0);
    time = Math.max(instantOf(until, zone), time + minute);
  }
  return time;
}

/** When it is a recipient's turn: not before `start`, at their own time where the schedule says so, never in quiet hours. */
export function recipientDue(schedule: CampaignSchedule, start: number, zone: string): number {
  const base =
    schedule.kind === 'local'
      ? Math.max(start, instantOf(wallOf(schedule.date, schedule.time), zone))
      : start;
  return outOfQuiet(base, zone, schedule.quietHours);
}

function wallOf(date: string, time: string): number {
  return Date.parse(`${date}T${time}:00Z`);
}

/** When a schedule begins at the earliest, for everybody; null when a recurring one has no turn left. */
export function campaignStart(schedule: CampaignSchedule, now: number): number | null {
  switch (schedule.kind) {
    case 'now':
      return now;
    case 'at':
      return Math.max(now, Date.parse(schedule.at));
    case 'local':
      // The date begins first where clocks are 14 hours ahead of UTC.
      return Math.max(now, wallOf(schedule.date, schedule.time) - 14 * 60 * minute);
    case 'recurring':
      return nextCampaignTurn(schedule, now);
  }
}

/** The next turn of a recurring schedule after `after`, or null when there is none any more. */
export function nextCampaignTurn(
  schedule: Extract<CampaignSchedule, { kind: 'recurring' }>,
  after: number,
): number | null {
  const today = Math.floor(shown(after, schedule.timeZone) / day) * day;
  // A month has its day within 32; a day or week comes sooner.
  for (let ahead = 0; ahead <= 40; ahead += 1) {
    const date = today + ahead * day;
    const when = new Date(date);
    const isDay =
      schedule.every === 'day' ||
      (schedule.every === 'week' && (when.getUTCDay() || 7) === (schedule.weekday ?? 1)) ||
      (schedule.every === 'month' && when.getUTCDate() === (schedule.day ?? 1));
    if (!isDay) continue;
    if (schedule.until !== undefined && when.toISOString().slice(0, 10) > schedule.until) return null;
    const at = instantOf(date + minutesOf(schedule.time) * minute, schedule.timeZone);
    if (at > after) return at;
  }
  return null;
}
