import { z } from 'zod';
import { errors } from '../errors.ts';

/** `limit` and `cursor` of every list. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(1_000).optional(),
});

/** For lists that may also be counted into; deeper than this a cursor is the way. */
export const offset = z.coerce.number().int().min(0).max(10_000).default(0);

export interface List<T> {
  data: T[];
  nextCursor: string | null;
}

/** The envelope of every list. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

/** A place in a list: the sort key of its last row. Opaque to clients; not signed, since row security guards the rows. */
export function cursorOf(key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The sort key in a cursor, or null without one. What no list of ours has made is refused by name. */
export function readCursor<T>(cursor: string | undefined, key: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  try {
    return key.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw errors.invalidRequest([
      {
        path: 'query.cursor',
        message: 'Use the nextCursor of the page before, unchanged, or none for the first page.',
      },
    ]);
  }
}

/** Makes a page of `limit + 1` rows: the row too many says that there is more. */
export function page<Row, T>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => readonly (string | number | null)[],
  present: (row: Row) => T,
): List<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    data: kept.map(present),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(key(last)) : null,
  };
}
