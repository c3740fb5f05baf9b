import { readFileSync } from 'node:fs';
import { errors } from '../platform/errors.ts';

/** A time to come as a person writes it; a day alone is its beginning in UTC. */
export function parseEnd(name: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw errors.configuration(
      `${name}: "${text}" is no time. Write it like 2027-01-31 or 2027-01-31T12:00:00Z.`,
    );
  }
  if (time.getTime() <= Date.now()) throw errors.configuration(`${name}: ${time.toISOString()} is over.`);
  return time;
}

/** What something is called. */
export function parseName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 200) throw errors.configuration('--name: a name has 1 to 200 characters.');
  return name;
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
