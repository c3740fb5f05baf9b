import type { z } from 'zod';
import type { Logger } from '../log.ts';

export interface Job<Payload> {
  readonly name: string;
  readonly schema: z.ZodType<Payload>;
  readonly attempts: number;
}

export interface JobContext {
  /** null for work of the installation. */
  workspaceId: string | null;
  /** 1 at the first run. */
  attempt: number;
  log: Logger;
  /** Aborts when the process is asked to end and has waited 5 s. */
  signal: AbortSignal;
}

export interface Handler {
  readonly job: Job<unknown>;
  run(payload: unknown, context: JobContext): Promise<void>;
}

const all = new Map<string, Job<unknown>>();

/** Every job that the loaded modules define: each needs a handler before the worker starts. */
export function definedJobs(): readonly Job<unknown>[] {
  return [...all.values()];
}

/** The contract of a job. Five attempts, exponentially apart (about 3, 7, 20 and 55 s), unless said otherwise. */
export function defineJob<Payload>(job: {
  name: string;
  schema: z.ZodType<Payload>;
  attempts?: number;
}): Job<Payload> {
  if (all.has(job.name)) throw new Error(`Two jobs are called "${job.name}"; each needs its own name.`);
  const made: Job<Payload> = { name: job.name, schema: job.schema, attempts: job.attempts ?? 5 };
  all.set(job.name, made);
  return made;
}

/** Binds a job to what does it. The payload is checked against the schema before each run. */
export function handle<Payload>(
  job: Job<Payload>,
  handler: (payload: Payload, context: JobContext) => Promise<void>,
): Handler {
  return { job, run: async (payload, context) => handler(job.schema.parse(payload), context) };
}
