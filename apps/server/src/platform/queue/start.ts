import { EventEmitter } from 'node:events';
import {
  Logger as GraphileLogger,
  type ParsedCronItem,
  parseCronItems,
  type Runner,
  run,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import pg from 'pg';
import { type Database, endPool } from '../db/index.ts';
import { errors } from '../errors.ts';
import type { Logger } from '../log.ts';
import { startLoop } from '../loop.ts';
import { asRole } from './as-role.ts';
import { unwrap } from './dead.ts';
import { definedJobs, type Handler, type Job } from './define.ts';
import * as sql from './queries.ts';

export interface CronEntry {
  job: Job<unknown>;
  /** Five fields, UTC. */
  match: string;
  payload?: Record<string, unknown>;
}

export interface JobsRuntime {
  /** Lets running jobs finish; after 5 s their signal aborts, what was fetched and not begun goes back. */
  stop(): Promise<void>;
}

export interface JobsOptions {
  databaseUrl: string;
  rolePrefix: string;
  db: Database;
  handlers: readonly Handler[];
  cron?: readonly CronEntry[];
  /** Cron entries that nobody was there for, so far back, are made up for at the start; 0 if not said. */
  catchUpMs?: number;
  /** All jobs of the program; those that the loaded modules define, if not said. */
  jobs?: readonly Job<unknown>[];
  /** Names of jobs that are gone for good: stored ones are left alone instead of stopping the start. */
  retired?: readonly string[];
  concurrency?: number;
  log: Logger;
}

/** Tells the database which names `enqueue` accepts. Every process that enqueues does it before it serves. */
export async function registerJobs(
  db: Database,
  jobs: readonly Job<unknown>[] = definedJobs(),
): Promise<void> {
  await db.withSystem('register jobs', (tx) => tx.execute(sql.registerNames, [jobs.map((job) => job.name)]));
}

/**
 * Starts the worker. Refuses a job without handler, a handler twice, and stored jobs of a name that this program does
 * not know. Runs again by itself after the database was away.
 */
export async function startJobs(options: JobsOptions): Promise<JobsRuntime> {
  const { db, handlers, log } = options;
  const jobs = options.jobs ?? definedJobs();
  const concurrency = options.concurrency ?? 4;
  check(jobs, handlers, options.cron ?? []);
  await registerJobs(db, jobs);
  const known = [...jobs.map((job) => job.name), ...(options.retired ?? [])];
  const unknown = await db.withSystem('look for unknown jobs', (tx) =>
    tx.query<{ name: string; count: number }>(sql.unknownJobs, [known]),
  );
  if (unknown.length > 0) {
    throw errors.configuration(
      `The database holds jobs that this program does not know: ${unknown.map((row) => `"${row.name}" (${row.count})`).join(', ')}. ` +
        'Start the version that has them, or name them among the retired jobs.',
      { jobs: unknown },
    );
  }

  // Counted here, added once a second: an update per job would make one hot row of each name.
  const completed = new Map<string, number>();
  const tasks: TaskList = {};
  for (const handler of handlers) {
    tasks[handler.job.name] = async (stored, helpers) => {
      const { workspaceId, payload } = unwrap(stored);
      const { id, attempts: attempt } = helpers.job;
      await handler.run(payload, {
        workspaceId,
        attempt,
        log: log.child({ job: handler.job.name, jobId: id, workspaceId, attempt }),
        signal: helpers.abortSignal,
      });
      completed.set(handler.job.name, (completed.get(handler.job.name) ?? 0) + 1);
    };
  }
  async function flushCompleted(): Promise<void> {
    if (completed.size === 0) return;
    const done = [...completed].sort(([a], [b]) => (a < b ? -1 : 1));
    completed.clear();
    try {
      await db.withSystem('count completed jobs', (tx) =>
        tx.execute(sql.countCompleted, [done.map(([name]) => name), done.map(([, count]) => count)]),
      );
    } catch (error) {
      for (const [name, count] of done) completed.set(name, (completed.get(name) ?? 0) + count);
      throw error;
    }
  }
  const crontab: ParsedCronItem[] = parseCronItems(
    (options.cron ?? []).map((entry) => ({
      task: entry.job.name,
      match: entry.match,
      // Two entries of one job would share their bookkeeping under the job's name.
      identifier: `${entry.job.name} ${entry.match}`,
      payload: entry.payload ?? {},
      // One waiting at most: after a long stop the missed ones are one.
      options: {
        maxAttempts: entry.job.attempts,
        jobKey: `cron ${entry.job.name} ${entry.match}`,
        backfillPeriod: options.catchUpMs ?? 0,
      },
    })),
  );

  const pool = new pg.Pool({
    connectionString: asRole(options.databaseUrl, `${options.rolePrefix}_system`),
    max: Math.max(3, Math.ceil(concurrency / 2) + 2),
    application_name: 'chaski jobs',
  });
  const report = (error: Error) => log.warn({ err: error }, 'jobs: a connection was lost');
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));

  let stopping = false;
  let runner: Runner | null = null;
  let presence: pg.Client | null = null;
  let own: string | null = null;
  let appearing: Promise<void> | null = null;

  /**
   * A session lock says that this worker lives. graphile itself would give up a killed worker's jobs after 4 hours; with
   * the lock gone we take them back in seconds. The attempt they were on stays counted: a job that kills its process
   * must become dead at last.
   */
  async function appear(): Promise<void> {
    if (presence || !own) return;
    // One at a time: a second session would wait for the lock of the first.
    appearing ??= present(own).finally(() => {
      appearing = null;
    });
    await appearing;
  }

  async function present(id: string): Promise<void> {
    const client = await db.session('worker');
    const gone = () => {
      if (presence === client) presence = null;
    };
    client.on('error', gone);
    client.on('end', gone);
    let held = false;
    try {
      const { rows } = await client.query<{ held: boolean }>(sql.imHere, [id]);
      // Not held: our session of before, which the server has not noticed losing.
      held = rows[0]?.held === true && own === id && !stopping;
    } finally {
      if (held) presence = client;
      else await client.end().catch(() => {});
    }
  }

  async function takeBack(): Promise<void> {
    await db.withSystem('take back the jobs of dead workers', async (tx) => {
      const holders = await tx.query<{ locked_by: string }>(sql.holders);
      const gone: string[] = [];
      for (const { locked_by } of holders) {
        if (locked_by === own) continue;
        const [row] = await tx.query<{ gone: boolean }>(sql.isGone, [locked_by]);
        if (row?.gone) gone.push(locked_by);
      }
      if (gone.length === 0) return;
      const [row] = await tx.query<{ count: number }>(sql.unlock, [gone]);
      log.warn({ workers: gone, jobs: row?.count ?? 0 }, 'jobs of workers that died are taken back');
    });
  }

  async function launch(): Promise<void> {
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      const before = presence;
      presence = null;
      own = workerPool.id;
      before?.end().catch(() => {});
      // Before its first job is 2 s old nobody takes it back; the lock is there long before.
      appear().catch((error: unknown) => log.warn({ err: error }, 'jobs: the session lock is taken later'));
    });
    const started = await run({
      pgPool: pool,
      taskList: tasks,
      parsedCronItems: crontab,
      noHandleSignals: true,
      events,
      logger: graphileLogger(log),
      preset: {
        worker: {
          concurrentJobs: concurrency,
          pollInterval: 2_000,
          // A little more than one each: what a killed worker had fetched has lost an attempt.
          localQueue: { size: concurrency * 2, ttl: 60_000 },
          completeJobBatchDelay: 1,
          failJobBatchDelay: 1,
        },
      },
    });
    runner = started;
    started.promise
      .then(
        () => {},
        (error: unknown) => log.error({ err: error }, 'the job runner stopped; it is started again'),
      )
      .then(() => {
        if (runner === started) runner = null;
      });
  }

  await launch();
  const keeper = startLoop({
    name: 'jobs',
    log,
    idleMs: 1_000,
    async step() {
      if (!runner && !stopping) await launch();
      await appear();
      await flushCompleted();
      await takeBack();
      return false;
    },
  });

  return {
    async stop() {
      stopping = true;
      await keeper.stop();
      const last = runner;
      if (last)
        await last.stop().catch((error: unknown) => log.warn({ err: error }, 'jobs: not stopped cleanly'));
      await flushCompleted().catch((error: unknown) =>
        log.warn({ err: error }, 'jobs: some were not counted'),
      );
      await appearing?.catch(() => {});
      const client = presence;
      presence = null;
      await client?.end().catch(() => {});
      await endPool(pool);
    },
  };
}

function check(
  jobs: readonly Job<unknown>[],
  handlers: readonly Handler[],
  cron: readonly CronEntry[],
): void {
  const handled = handlers.map((handler) => handler.job.name);
  const twice = handled.filter((name, i) => handled.indexOf(name) !== i);
  if (twice.length > 0)
    throw errors.configuration(`Two handlers for the job ${twice.join(', ')}.`, { jobs: twice });
  const without = jobs.map((job) => job.name).filter((name) => !handled.includes(name));
  if (without.length > 0) {
    throw errors.configuration(`No handler for the job ${without.join(', ')}: it would wait for ever.`, {
      jobs: without,
    });
  }
  const foreign = [...handled, ...cron.map((entry) => entry.job.name)].filter(
    (name) => !jobs.some((job) => job.name === name),
  );
  if (foreign.length > 0) {
    throw errors.configuration(`The job ${foreign.join(', ')} is not in the program's list.`, {
      jobs: foreign,
    });
  }
}

function graphileLogger(log: Logger): GraphileLogger {
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
  return new GraphileLogger((scope) => (level, message, meta) => {
    log[levels[level]]({ ...scope, ...meta }, `jobs: ${message}`);
  });
}
