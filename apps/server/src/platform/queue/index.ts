/**
 * queue — work that is due now and may take its time: media fetches, sync, exports, retention, cron.
 *
 * Words: a *job* is a small contract (name, schema of its payload, attempts); a *handler* does it; a *dead* job has used
 * up its attempts and waits for a person. Payloads hold ids, the handler reads the state when it runs.
 *
 * Tables: job_names is ours; the schema graphile_worker belongs to graphile-worker (its migrations, its states).
 *
 * Always true:
 * - `enqueue(tx, …)` is the only way in: a job exists if and only if the change that wants it was committed;
 * - a tenant's transaction can enqueue for its own workspace only (a definer function stamps it);
 * - a job runs at least once: after a crash its locks are taken back within seconds, and handlers are repeatable;
 * - what waits for a *business* time is a due row in its own table, never a job: graphile reads the database's clock.
 */
export { countJobs as jobCounts, type DeadJob, listDeadJobs, retryJob } from './dead.ts';
export { defineJob, type Handler, handle, type Job, type JobContext } from './define.ts';
export { enqueue } from './enqueue.ts';
export { installQueue } from './install.ts';
export { setJobsBack } from './set-back.ts';
export { type CronEntry, type JobsRuntime, registerJobs, startJobs } from './start.ts';
