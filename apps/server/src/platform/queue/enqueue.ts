import { statement, type Tx } from '../db/index.ts';
import type { Job } from './define.ts';

export interface NewJob<Payload> {
  /** null: work of the installation, for system transactions only. */
  workspaceId: string | null;
  payload: Payload;
  /** By the database's clock; business times do not belong here. */
  runAt?: Date;
  /** One waiting job per workspace, job and key: a later one replaces an earlier one that has not begun. */
  key?: string;
}

const forTenant = statement(
  'queue.enqueue',
  'select enqueue_jobs($1, $2::text[], $3::timestamptz[], $4::text[], $5)',
);
const forSystem = statement(
  'queue.enqueue_for',
  'select enqueue_jobs_for($1, $2::text[], $3::timestamptz[], $4::text[], $5, $6::uuid[])',
);

/** Adds jobs in the caller's transaction: one call and one notification, however many. */
export async function enqueue<Payload>(
  tx: Tx,
  job: Job<Payload>,
  payloads: readonly NewJob<Payload>[],
): Promise<void> {
  // Of several with one key in one call the last counts: PostgreSQL cannot replace a row twice in one statement.
  const last = new Map<string, NewJob<Payload>>();
  const jobs = payloads.filter((one) => {
    if (one.key === undefined) return true;
    last.set(`${one.workspaceId} ${one.key}`, one);
    return false;
  });
  jobs.push(...last.values());
  if (jobs.length === 0) return;
  if (tx.scope === 'tenant' && jobs.some((one) => one.workspaceId !== tx.workspaceId)) {
    throw new Error(`Job ${job.name}: a tenant's transaction can enqueue for its own workspace only.`);
  }
  const values = [
    job.name,
    jobs.map((one) => JSON.stringify(job.schema.parse(one.payload))),
    jobs.map((one) => one.runAt?.toISOString() ?? null),
    jobs.map((one) => one.key ?? null),
    job.attempts,
  ];
  if (tx.scope === 'tenant') await tx.query(forTenant, values);
  else await tx.query(forSystem, [...values, jobs.map((one) => one.workspaceId)]);
}
