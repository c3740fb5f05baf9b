import { z } from 'zod';
import { errors } from '../errors.ts';

/** Rows that are skipped are read all the same, so that it ends somewhere; a cursor costs the same everywhere. */
const deepest = 10_000;

/** `limit`, `cursor` and `offset` of every list. */
export const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(1_000).optional().describe('nextCursor of the page before.'),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(deepest, `A list is skipped into up to ${deepest}; further on follow nextCursor.`)
    .default(0)
    .describe('Starts so many rows in, instead of at a cursor; what comes or goes meanwhile shifts them.'),
});

/**
 * Where a page begins, behind a key or so many rows in, and how many rows are asked for: for a client one more than it
 * is shown, which says that there is more.
 */
export interface Slice<Key = { at: string; id: string }> {
  limit: number;
  after: Key | null;
  offset?: number;
}

/** The sort key of lists that go by time. */
export const byTime = z.tuple([z.iso.datetime(), z.uuid()]).transform(([at, id]) => ({ at, id }));

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

/** What a request asks of a list: both ways to say where are refused together, since they would say two things. */
export function sliceOf<Key>(
  query: { limit: number; cursor?: string | undefined; offset: number },
  key: z.ZodType<Key>,
): Slice<Key> {
  const { limit, cursor, offset } = query;
  if (cursor !== undefined && offset > 0) {
    throw errors.invalidRequest([
      { path: 'query.offset', message: 'Use cursor or offset: a cursor already says where the page begins.' },
    ]);
  }
  return { limit: limit + 1, after: readCursor(cursor, key), offset };
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
