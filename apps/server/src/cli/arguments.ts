import { errors } from '../platform/errors.ts';

/** A time as a person writes it; a day alone is its beginning in UTC. */
export function parseTime(name: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw errors.configuration(
      `${name}: "${text}" is no time. Write it like 2027-01-31 or 2027-01-31T12:00:00Z.`,
    );
  }
  return time;
}

/** A count as a person writes it. */
export function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw errors.configuration(`${name}: "${text}" is no number above 0.`);
  return count;
}
