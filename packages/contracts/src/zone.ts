/** Clocks of time zones: what one shows, and when it shows something. Pure. */
import { z } from 'zod';

const day = 86_400_000;

const zones = new Map<string, boolean>();
/** Whether this machine knows the zone. */
export function isTimeZone(name: string): boolean {
  const known = zones.get(name);
  if (known !== undefined) return known;
  let is = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    is = false;
  }
  if (zones.size < 2_000) zones.set(name, is);
  return is;
}
/** A zone by its name. */
export const timeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, { error: 'Use an IANA zone, such as America/Sao_Paulo.' });

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

/** What a clock in the zone shows, as if it were UTC. */
export function shown(at: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
}

/**
 * The first moment at which a clock in the zone shows this wall time. A time that a change to summer skips is the moment
 * of the change; one that comes twice is its first.
 */
export function instantOf(wall: number, zone: string): number {
  // Offsets around the time: the answer uses one of them.
  const offsets = [wall - day, wall + day].map((at) => shown(at, zone) - at);
  const found = [...new Set(offsets)]
    .map((offset) => wall - offset)
    .filter((at) => shown(at, zone) === wall)
    .sort((a, b) => a - b)[0];
  if (found !== undefined) return found;
  // Skipped: the clock jumps over it. The change lies between the two candidates.
  let low = wall - Math.max(...offsets);
  let high = wall - Math.min(...offsets);
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2_000) * 1_000;
    if (shown(middle, zone) < wall) low = middle;
    else high = middle;
  }
  return high;
}
