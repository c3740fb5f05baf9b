import type { Database } from '../db/index.ts';
import * as sql from './queries.ts';

export interface DeadJob {
  id: string;
  name: string;
  workspaceId: string | null;
  payload: unknown;
  attempts: number;
  error: string | null;
  createdAt: Date;
  failedAt: Date;
}

export interface JobCounts {
  waiting: number;
  active: number;
  completed: number;
  /** Dead: attempts used up. */
  failed: number;
}

/** Jobs that have used up their attempts, oldest first; with `id`, that one; with `after`, those behind it. */
export async function listDeadJobs(
  db: Database,
  filter: { name?: string; id?: string; limit?: number; after?: string | null } = {},
): Promise<DeadJob[]> {
  interface Row {
    id: string;
    name: string;
    payload: unknown;
    attempts: number;
    last_error: string | null;
    created_at: Date;
    updated_at: Date;
  }
  const rows = await db.withSystem('list dead jobs', (tx) =>
    tx.query<Row>(sql.dead, [
      filter.name ?? null,
      filter.id ?? null,
      filter.limit ?? 100,
      filter.after ?? null,
    ]),
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    ...unwrap(row.payload),
    attempts: row.attempts,
    error: row.last_error,
    createdAt: row.created_at,
    failedAt: row.updated_at,
  }));
}

/** Gives a dead job all its attempts again, from now. */
export async function retryJob(db: Database, id: string): Promise<'queued' | 'not-dead'> {
  const rows = await db.withSystem('retry a dead job', (tx) => tx.query(sql.revive, [id]));
  return rows.length > 0 ? 'queued' : 'not-dead';
}

/** How many jobs wait, run, are done and are dead, by name. Completed ones are counted up to a second late. */
export async function countJobs(db: Database): Promise<Record<string, JobCounts>> {
  const rows = await db.withSystem('count jobs', (tx) => tx.query<JobCounts & { name: string }>(sql.counts));
  return Object.fromEntries(
    rows.map(({ name, waiting, active, completed, failed }) => [
      name,
      { waiting, active, completed, failed },
    ]),
  );
}

/** Ours are wrapped by the definer function; those of cron are bare and carry `_cron`. */
export function unwrap(stored: unknown): { workspaceId: string | null; payload: unknown } {
  if (typeof stored !== 'object' || stored === null) return { workspaceId: null, payload: stored };
  if ('_cron' in stored) {
    const { _cron, ...payload } = stored;
    return { workspaceId: null, payload };
  }
  const { workspaceId, payload } = stored as { workspaceId?: string | null; payload?: unknown };
  return { workspaceId: workspaceId ?? null, payload };
}
