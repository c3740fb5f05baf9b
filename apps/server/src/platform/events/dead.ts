import type { Database } from '../db/index.ts';
import { errors } from '../errors.ts';
import type { Consumer } from './consumers.ts';
import { deadEvents, lockDeadEvent, resolveDeadEvent } from './queries.ts';
import { type EventRow, type StoredEvent, toEvent } from './read.ts';

export interface DeadEvent {
  consumer: string;
  workspaceId: string;
  seq: number;
  error: string;
  createdAt: Date;
  name: string;
  /** null when the retention has taken its body. */
  event: StoredEvent | null;
}

/** Events that consumers could not take, oldest first; with `seq`, that one; with `after`, those behind it. */
export async function listDeadEvents(
  db: Database,
  filter: {
    consumer?: string;
    workspaceId?: string;
    seq?: number;
    limit?: number;
    after?: { seq: number; consumer: string } | null;
  } = {},
): Promise<DeadEvent[]> {
  const rows = await db.withSystem('list dead events', (tx) =>
    tx.query<EventRow & { consumer: string; error: string; created_at: Date }>(deadEvents, [
      filter.consumer ?? null,
      filter.workspaceId ?? null,
      filter.limit ?? 100,
      filter.after?.seq ?? null,
      filter.after?.consumer ?? null,
      filter.seq ?? null,
    ]),
  );
  return rows.map((row) => ({
    consumer: row.consumer,
    workspaceId: row.workspace_id,
    seq: row.seq,
    error: row.error,
    createdAt: row.created_at,
    name: row.name,
    event: toEvent(row)[0] ?? null,
  }));
}

/**
 * Gives a dead event to its consumer once more, alone and out of order. Its effect and its end as a dead letter commit
 * together; a failure is the caller's, and the event stays dead.
 */
export async function retryDeadEvent(
  db: Database,
  consumers: readonly Consumer[],
  dead: { consumer: string; workspaceId: string; seq: number },
): Promise<'handled' | 'not-dead'> {
  const consumer = consumers.find((one) => one.name === dead.consumer);
  if (!consumer) throw errors.notFound('event consumer', { consumer: dead.consumer });
  return db.withSystem(`retry a dead event of ${consumer.name}`, async (tx) => {
    const key = [dead.workspaceId, dead.consumer, dead.seq];
    const [row] = await tx.query<EventRow>(lockDeadEvent, key);
    if (!row) return 'not-dead';
    await consumer.handle(tx, toEvent(row));
    await tx.execute(resolveDeadEvent, [...key, tx.now()]);
    return 'handled';
  });
}
