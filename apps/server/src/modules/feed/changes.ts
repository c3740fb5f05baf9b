import type { TenantTx } from '../../platform/db/index.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import { allows } from '../../platform/http/index.ts';
import { push } from '../../platform/realtime/index.ts';
import type { FeedChannel } from './seats.ts';

/** One row as clients of `postgres_changes` hear of it: what it is now, in the shape of its table. */
export interface RowChange {
  /** Of the event that says so. */
  seq: number;
  at: Date;
  table: string;
  type: 'INSERT' | 'UPDATE';
  /** What one must be allowed to do to be told. */
  action: string;
  record: Record<string, unknown>;
}

/** What a client wants to hear of, with the id that its join was answered with. */
export interface RowWish {
  id: number;
  type: 'INSERT' | 'UPDATE' | 'DELETE' | '*';
  /** null: every table that is told of. */
  table: string | null;
  filter: { column: string; value: string } | null;
}

/** Tables of another system and their rows. Who composes the program has them; here they are only told. */
export interface RowSource {
  /** Reads the `postgres_changes` of a join; a text says what is wrong with them. */
  wishes(changes: readonly unknown[]): RowWish[] | string;
  /** The rows that events are about, as the viewer of the transaction sees them, in the events' order. */
  changed(tx: TenantTx, events: readonly StoredEvent[]): Promise<RowChange[]>;
  columns(table: string): readonly { name: string; type: string }[];
}

/** Pushes what a channel wants of these rows and has not heard yet. */
export function tellRows(source: RowSource, channel: FeedChannel, rows: readonly RowChange[]): void {
  const { seat } = channel;
  if (!seat.rows) return;
  for (const row of rows) {
    if (row.seq <= seat.cursor || !allows(seat.principal.scopes, row.action)) continue;
    const ids = seat.rows.filter((wish) => isWanted(wish, row)).map((wish) => wish.id);
    if (ids.length > 0) push(channel, 'postgres_changes', JSON.stringify({ ids, data: dataOf(source, row) }));
  }
}

export function isWanted({ type, table, filter }: RowWish, row: RowChange): boolean {
  if (type !== '*' && type !== row.type) return false;
  if (table !== null && table !== row.table) return false;
  if (!filter) return true;
  const value = row.record[filter.column];
  // As PostgreSQL compares: nothing equals null.
  return value !== null && value !== undefined && textOf(value) === filter.value;
}

const textOf = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));

function dataOf(source: RowSource, row: RowChange) {
  const { table, type, record } = row;
  return {
    schema: 'public',
    table,
    type,
    commit_timestamp: row.at.toISOString(),
    columns: source.columns(table),
    record,
    // Which row it was; what stood in it before is told by nobody, as with Supabase's usual replica identity.
    ...(type === 'UPDATE' ? { old_record: { id: record.id } } : {}),
    errors: null,
  };
}
