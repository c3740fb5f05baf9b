import type { Actor, TenantTx } from '../db/index.ts';
import { feed } from './queries.ts';

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
