import { readFileSync } from 'node:fs';
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

/** What a file that was named holds; `-` is standard input. */
export function readGiven(name: string, path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw errors.configuration(
      reason === 'ENOENT'
        ? `${name}: there is no file ${path}.`
        : `${name}: ${path} cannot be read (${reason}).`,
    );
  }
}
