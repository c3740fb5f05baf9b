import type { Actor, Database, TenantTx } from '../db/index.ts';
import { feed, feedBetween, idsBefore, numberBounds, numberedAfter } from './queries.ts';

export interface StoredEvent {
  seq: number;
  workspaceId: string;
  id: string;
  name: string;
  at: Date;
  actor: Actor | null;
  data: Record<string, unknown>;
}

export interface EventRow {
  seq: number;
  workspace_id: string;
  name: string;
  /** null: of a name nobody asked for, or older than the retention. */
  id: string | null;
  at: Date;
  actor: Actor | null;
  data: Record<string, unknown>;
}

/** The workspace's events after a number, in order. Numbers grow, with gaps where other workspaces' events lie. */
export async function readEvents(tx: TenantTx, after: number, limit: number): Promise<StoredEvent[]> {
  const rows = await tx.query<EventRow>(feed, [tx.workspaceId, after, limit]);
  return rows.flatMap(toEvent);
}

export function toEvent(row: EventRow): StoredEvent[] {
  if (row.id === null) return [];
  return [
    {
      seq: row.seq,
      workspaceId: row.workspace_id,
      id: row.id,
      name: row.name,
      at: row.at,
      actor: row.actor,
      data: row.data,
    },
  ];
}

export interface Stretch {
  events: StoredEvent[];
  /** How far was looked: the end of the stretch, or the last row when there were more than `limit`. */
  last: number;
}

/** The workspace's events after one number and up to another that whoever reads may see; `limit` counts hidden ones too. */
export async function eventsBetween(
  tx: TenantTx,
  after: number,
  until: number,
  limit: number,
  names: readonly string[] | null = null,
): Promise<Stretch> {
  const rows = await tx.query<EventRow>(feedBetween, [tx.workspaceId, after, until, limit, names]);
  return { events: rows.flatMap(toEvent), last: rows.length < limit ? until : rows.at(-1)!.seq };
}

/** Which workspaces have news after a number, with the events of the few names that the system itself listens to. */
export async function newsAfter(
  db: Database,
  after: number,
  limit: number,
  names: readonly string[],
): Promise<{ seq: number; workspaceId: string; name: string; event: StoredEvent | null }[]> {
  const [result] = await db.runSystem('news for the sockets', [
    { statement: numberedAfter, values: [after, limit, names] },
  ]);
  return ((result?.rows ?? []) as unknown as EventRow[]).map((row) => ({
    seq: row.seq,
    workspaceId: row.workspace_id,
    name: row.name,
    event: toEvent(row)[0] ?? null,
  }));
}

/** The oldest number that is kept, and the newest. */
export async function eventBounds(db: Database): Promise<{ first: number; last: number }> {
  const [result] = await db.runSystem('the newest event', [{ statement: numberBounds }]);
  return result?.rows[0] as { first: number; last: number };
}

/**
 * The number before the first event that was written at `since` or later, some minutes early: a transaction may commit
 * two minutes after it took its time, so the walk back ends only at a whole page that is five minutes older.
 */
export async function numberAt(tx: TenantTx, since: Date, from: number): Promise<number> {
  const oldest = Math.max(0, since.getTime() - 5 * 60_000)
    .toString(16)
    .padStart(12, '0');
  let at = from;
  for (;;) {
    const rows = await tx.query<{ seq: number; id: string | null }>(idsBefore, [tx.workspaceId, at, 500]);
    const old = (id: string | null) => id === null || `${id.slice(0, 8)}${id.slice(9, 13)}` < oldest;
    if (rows.every((row) => old(row.id))) return at;
    at = rows.at(-1)!.seq - 1;
    if (rows.length < 500) return at;
  }
}
