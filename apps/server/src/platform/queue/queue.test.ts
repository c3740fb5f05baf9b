import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { seedWorkspace, testDatabase, until } from '../../../test/harness.ts';
import { systemActor } from '../db/index.ts';
import { asRole } from './as-role.ts';
import {
  type CronEntry,
  defineJob,
  enqueue,
  type Handler,
  handle,
  installQueue,
  type Job,
  type JobContext,
  type JobsRuntime,
  jobCounts,
  listDeadJobs,
  registerJobs,
  retryJob,
  setJobsBack,
  startJobs,
} from './index.ts';

const log = pino({ level: 'silent' });
const t = await testDatabase({ poolSize: 10 });
const { db } = t;
const { workspaceId } = await seedWorkspace(db);
const other = await seedWorkspace(db);
const running: JobsRuntime[] = [];
const admin = new pg.Client({ connectionString: t.ownerUrl });

const greet = defineJob({ name: 'test.greet', schema: z.strictObject({ i: z.number().int() }) });
const sweep = defineJob({
  name: 'test.sweep',
  schema: z.object({ what: z.string().optional() }),
  attempts: 2,
});
const jobs = [greet, sweep] as Job<unknown>[];

beforeAll(async () => {
  await installQueue(t.ownerUrl, t.rolePrefix);
  admin.on('error', () => {});
  await admin.connect();
  await registerJobs(db, jobs);
});

afterAll(() => admin.end());

afterEach(async () => {
  await Promise.all(running.splice(0).map((runtime) => runtime.stop()));
  await admin.query(
    'delete from graphile_worker._private_jobs; delete from graphile_worker._private_known_crontabs',
  );
  await admin.query('update job_names set completed = 0');
});

type Done = { payload: { i: number }; context: JobContext };

async function start(
  greeter: (payload: { i: number }, context: JobContext) => Promise<void>,
  more: { cron?: CronEntry[]; sweeper?: Handler } = {},
): Promise<JobsRuntime> {
  const runtime = await startJobs({
    databaseUrl: t.url,
    rolePrefix: t.rolePrefix,
    db,
    jobs,
    handlers: [handle(greet, greeter), more.sweeper ?? handle(sweep, async () => {})],
    cron: more.cron ?? [],
    log,
  });
  running.push(runtime);
  return runtime;
}

const ask = (i: number, key?: string) =>
  db.withTenant(workspaceId, systemActor, (tx) =>
    enqueue(tx, greet, [{ workspaceId, payload: { i }, ...(key === undefined ? {} : { key }) }]),
  );

/** The database's time comes to the jobs: backoff is graphile's and the database's. */
const hurry = () =>
  admin.query(
    'update graphile_worker._private_jobs set run_at = now() where attempts < max_attempts and locked_at is null; select pg_notify(\'jobs:insert\', \'{"r":0,"count":1}\')',
  );

test('a job runs if and only if its transaction commits, with its workspace and payload', async () => {
  const done: Done[] = [];
  await start(async (payload, context) => void done.push({ payload, context }));
  await expect(
    db.withTenant(workspaceId, systemActor, async (tx) => {
      await enqueue(tx, greet, [{ workspaceId, payload: { i: 0 } }]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await ask(1);
  await db.withSystem('a batch', (tx) =>
    enqueue(tx, greet, [
      { workspaceId, payload: { i: 2 } },
      { workspaceId: other.workspaceId, payload: { i: 3 } },
      { workspaceId: null, payload: { i: 4 } },
    ]),
  );
  await until('all run', () => done.length === 4);
  const seen = done.map(({ payload, context }) => [payload.i, context.workspaceId, context.attempt]);
  expect(seen.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    [1, workspaceId, 1],
    [2, workspaceId, 1],
    [3, other.workspaceId, 1],
    [4, null, 1],
  ]);
  await until('they are counted', async () => (await jobCounts(db))['test.greet']?.completed === 4);
});

test('many at once, and one per key', async () => {
  const done: number[] = [];
  await db.withTenant(workspaceId, systemActor, (tx) =>
    enqueue(
      tx,
      greet,
      Array.from({ length: 500 }, (_, i) => ({ workspaceId, payload: { i } })),
    ),
  );
  await ask(1_000, 'k');
  await ask(1_001, 'k');
  await db.withSystem('keys do not meet', (tx) =>
    enqueue(tx, greet, [
      { workspaceId: other.workspaceId, payload: { i: 2_000 }, key: 'k' },
      { workspaceId: other.workspaceId, payload: { i: 2_001 }, key: 'k' },
    ]),
  );
  expect((await jobCounts(db))['test.greet']).toEqual({ waiting: 502, active: 0, completed: 0, failed: 0 });
  await start(async ({ i }) => void done.push(i));
  await until('all run', () => done.length >= 502);
  expect(done.filter((i) => i >= 1_000).sort()).toEqual([1_001, 2_001]);
  expect(new Set(done).size).toBe(502);
});

test('five attempts, then dead: listed, inspected, replayed', async () => {
  let healthy = false;
  const attempts: number[] = [];
  await start(async (_payload, context) => {
    attempts.push(context.attempt);
    if (!healthy) throw new Error('the media server said no');
  });
  await ask(7);
  await until('it is dead', async () => {
    await hurry();
    return (await jobCounts(db))['test.greet']?.failed === 1;
  });
  expect(attempts).toEqual([1, 2, 3, 4, 5]);
  const [dead] = await listDeadJobs(db);
  expect(dead).toMatchObject({
    name: 'test.greet',
    workspaceId,
    payload: { i: 7 },
    attempts: 5,
    error: 'the media server said no',
  });
  expect(await listDeadJobs(db, { name: 'test.sweep' })).toEqual([]);
  expect(await listDeadJobs(db, { id: dead?.id ?? '' })).toHaveLength(1);
  healthy = true;
  expect(await retryJob(db, dead?.id ?? '')).toBe('queued');
  expect(await retryJob(db, '999999999')).toBe('not-dead');
  await until('it is done', () => attempts.length === 6);
  await until('it is gone', async () => (await jobCounts(db))['test.greet']?.failed === 0);
  expect(attempts.at(-1)).toBe(1);
});

test('attempts lie exponentially apart', async () => {
  await start(async () => {
    throw new Error('no');
  });
  await ask(1);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 4; attempt++) {
    const row = await until(`attempt ${attempt} is over`, async () => {
      const { rows } = await admin.query<{ wait: number }>(
        `select extract(epoch from run_at - updated_at)::float8 as wait from graphile_worker._private_jobs
          where attempts = $1 and locked_at is null and last_error is not null`,
        [attempt],
      );
      return rows[0];
    });
    waits.push(row.wait);
    await hurry();
  }
  for (let i = 1; i < waits.length; i++) expect(waits[i]! / waits[i - 1]!).toBeGreaterThan(1.5);
});

test('a payload that is not what the job says is refused before it is stored', async () => {
  await expect(
    db.withTenant(workspaceId, systemActor, (tx) =>
      enqueue(tx, greet, [{ workspaceId, payload: { i: 'one' } as unknown as { i: number } }]),
    ),
  ).rejects.toThrow();
  expect((await jobCounts(db))['test.greet']?.waiting).toBe(0);
});

test('the definer function: own workspace only, known names only, nobody else, pinned path', async () => {
  await expect(
    db.withTenant(workspaceId, systemActor, (tx) =>
      enqueue(tx, greet, [{ workspaceId: other.workspaceId, payload: { i: 1 } }]),
    ),
  ).rejects.toThrow(/own workspace/);
  const call = 'select enqueue_jobs($1, $2::text[], array[null]::timestamptz[], array[null]::text[], 5)';
  await expect(
    db.withTenant(workspaceId, systemActor, (tx) => tx.query(call, ['rm -rf', ['{}']])),
  ).rejects.toThrow('no such job');
  const forged = JSON.stringify({ workspaceId: other.workspaceId, payload: { i: 1 } });
  await db.withTenant(workspaceId, systemActor, (tx) => tx.query(call, ['test.greet', [forged]]));
  const { rows } = await admin.query<{ payload: { workspaceId: string } }>(
    'select payload from graphile_worker._private_jobs',
  );
  expect(rows.map((row) => row.payload.workspaceId)).toEqual([workspaceId]);
  for (const sql of [
    "select enqueue_jobs_for('test.greet', array['{}'], array[null]::timestamptz[], array[null]::text[], 5, array[null]::uuid[])",
    "select chaski_private.add_jobs('test.greet', array[null]::uuid[], array['{}'], array[null]::timestamptz[], array[null]::text[], 5)",
    "select graphile_worker.add_job('test.greet')",
    'select * from graphile_worker._private_jobs',
    'select * from job_names',
  ]) {
    await expect(db.withTenant(workspaceId, systemActor, (tx) => tx.query(sql))).rejects.toThrow(
      /permission denied/,
    );
    await expect(db.pool.query(sql)).rejects.toThrow(/permission denied/);
  }
  const functions = await admin.query<{
    proname: string;
    config: string[] | null;
    open: boolean;
    superuser: boolean;
  }>(
    `select proname, proconfig as config, has_function_privilege('public', p.oid, 'execute') as open, rolsuper as superuser
       from pg_proc p join pg_roles r on r.oid = proowner
      where proname in ('enqueue_jobs', 'enqueue_jobs_for') or (proname = 'add_jobs' and pronamespace = 'chaski_private'::regnamespace)`,
  );
  expect(functions.rows).toHaveLength(3);
  for (const row of functions.rows) {
    expect(row).toMatchObject({ config: ['search_path=pg_catalog, pg_temp'], open: false, superuser: false });
  }
});

test('installing again leaves what is there alone, however busy it is; what is not ours any more is mended', async () => {
  const busy = new pg.Client({ connectionString: t.ownerUrl });
  await busy.connect();
  try {
    // As a worker does, which holds both until it commits.
    await busy.query('begin; lock graphile_worker._private_jobs, message_jobs in access share mode');
    await installQueue(t.ownerUrl, t.rolePrefix);
  } finally {
    await busy.end();
  }
  await admin.query('drop policy system on graphile_worker._private_jobs');
  await admin.query(
    'comment on function chaski_private.add_jobs(text, uuid[], text[], timestamptz[], text[], integer) is null',
  );
  await installQueue(t.ownerUrl, t.rolePrefix);
  const { rows } = await admin.query("select 1 from pg_policies where tablename = '_private_jobs'");
  expect(rows).toHaveLength(1);
});

test('what was restored without privileges is granted anew, though it bears the mark', async () => {
  const [mine, theirs] = [
    'public.enqueue_jobs(text, text[], timestamptz[], text[], integer)',
    'public.enqueue_jobs_for(text, text[], timestamptz[], text[], integer, uuid[])',
  ];
  const [app, system] = [`${t.rolePrefix}_app`, `${t.rolePrefix}_system`];
  await admin.query(`
    revoke all on function ${mine} from ${app};
    revoke all on function ${theirs} from ${system};
    grant execute on function ${mine}, ${theirs} to public;
    revoke all on graphile_worker._private_jobs from ${system}`);
  await installQueue(t.ownerUrl, t.rolePrefix);
  const { rows } = await admin.query(
    `select has_function_privilege($1, $3, 'execute') as mine, has_function_privilege($1, $4, 'execute') as theirs,
            has_function_privilege('public', $3, 'execute') as everybodys,
            has_table_privilege($2, 'graphile_worker._private_jobs', 'delete') as works`,
    [app, system, mine, theirs],
  );
  expect(rows).toEqual([{ mine: true, theirs: false, everybodys: false, works: true }]);
});

test('start refuses a job without handler, a handler twice, a foreign handler, a stored job of an unknown name', async () => {
  const base = { databaseUrl: t.url, rolePrefix: t.rolePrefix, db, log };
  const greeter = handle(greet, async () => {});
  const sweeper = handle(sweep, async () => {});
  await expect(startJobs({ ...base, jobs, handlers: [greeter] })).rejects.toThrow(/No handler .*test\.sweep/);
  await expect(startJobs({ ...base, jobs, handlers: [greeter, greeter, sweeper] })).rejects.toThrow(
    /Two handlers/,
  );
  await expect(
    startJobs({ ...base, jobs: [greet] as Job<unknown>[], handlers: [greeter, sweeper] }),
  ).rejects.toThrow(/not in the program's list/);
  expect(() => defineJob({ name: 'test.greet', schema: z.object({}) })).toThrow(/Two jobs/);
  await ask(1);
  const only = { ...base, jobs: [sweep] as Job<unknown>[], handlers: [sweeper] };
  await expect(startJobs(only)).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('"test.greet" (1)'),
  });
  running.push(await startJobs({ ...only, retired: ['test.greet'] }));
});

test('cron', async () => {
  const swept: unknown[] = [];
  await start(async () => {}, {
    cron: [{ job: sweep as Job<unknown>, match: '*/5 * * * *', payload: { what: 'answers' } }],
    sweeper: handle(sweep, async (payload, context) => void swept.push([payload, context.workspaceId])),
  });
  // What graphile's clock would do at the minute, done now.
  const known = await until('it is known', async () => {
    const { rows } = await admin.query('select identifier from graphile_worker._private_known_crontabs');
    return rows.length > 0 && rows;
  });
  expect(known).toEqual([{ identifier: 'test.sweep */5 * * * *' }]);
  await admin.query(
    `select graphile_worker.add_job('test.sweep', '{"_cron": {"ts": "2026-11-20T12:00:00Z"}, "what": "answers"}'::json)`,
  );
  await until('it runs', () => swept.length === 1);
  expect(swept).toEqual([[{ what: 'answers' }, null]]);
});

test('the jobs of a worker that died are taken back, those of a living one are not', async () => {
  const done: number[] = [];
  await ask(1);
  await ask(2);
  // Two workers: one was killed while it held a job, one lives (its session lock says so).
  const living = new pg.Client({ connectionString: t.ownerUrl });
  living.on('error', () => {});
  await living.connect();
  await living.query("select pg_advisory_lock(hashtext('chaski-worker'), hashtext('pool-living'))");
  await admin.query(
    `update graphile_worker._private_jobs set locked_at = now() - interval '1 minute', attempts = 1,
       locked_by = case when payload->'payload'->>'i' = '1' then 'pool-dead' else 'pool-living' end`,
  );
  await start(async ({ i }) => void done.push(i));
  await until('the dead one is done', () => done.length === 1);
  expect(done).toEqual([1]);
  await living.end();
  await until('the other too', () => done.length === 2);
});

test('killed connections: the worker goes on by itself', async () => {
  const done: number[] = [];
  await start(async ({ i }) => void done.push(i));
  await ask(1);
  await until('the first', () => done.includes(1));
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await until('the door opens again', () =>
    ask(2).then(
      () => true,
      () => false,
    ),
  );
  await until('the second', () => done.includes(2));
});

test('stop waits for the job that runs', async () => {
  let release = () => {};
  let begun = false;
  let finished = false;
  const runtime = await start(async () => {
    begun = true;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    finished = true;
  });
  await ask(1);
  await until('it runs', () => begun);
  expect((await jobCounts(db))['test.greet']?.active).toBe(1);
  running.splice(0);
  const stopped = runtime.stop();
  release();
  await stopped;
  expect(finished).toBe(true);
  expect((await jobCounts(db))['test.greet']).toEqual({ waiting: 0, active: 0, completed: 1, failed: 0 });
});

test('connections act as the role from their first statement on, whatever the address looks like', async () => {
  for (const url of [t.url, `${t.url}?options=-c%20lock_timeout%3D7s`]) {
    const client = new pg.Client({ connectionString: asRole(url, `${t.rolePrefix}_system`) });
    await client.connect();
    const { rows } = await client.query("select current_user as me, current_setting('lock_timeout') as wait");
    expect(rows[0]).toEqual({ me: `${t.rolePrefix}_system`, wait: url === t.url ? '0' : '7s' });
    await client.end();
  }
});

test('message_jobs shows jobs as S1 names them, to the system alone', async () => {
  await ask(7);
  const rows = await db.withSystem('look at jobs', (tx) =>
    tx.query('select workspace_id, type, status, payload, error from message_jobs'),
  );
  expect(rows).toEqual([
    { workspace_id: workspaceId, type: 'test.greet', status: 'pending', payload: { i: 7 }, error: null },
  ]);
  await admin.query('update graphile_worker._private_jobs set attempts = max_attempts');
  const [dead] = await db.withSystem('look at jobs', (tx) => tx.query('select status from message_jobs'));
  expect(dead).toEqual({ status: 'failed' });
  await expect(
    db.withTenant(workspaceId, systemActor, (tx) => tx.query('select * from message_jobs')),
  ).rejects.toThrow();
});

test('a clock that is set back: what was due is due, what waits waits as it was told', async () => {
  const due = async () => {
    const { rows } = await admin.query<{ seconds: number }>(
      'select round(extract(epoch from run_at - now()))::int as seconds from graphile_worker._private_jobs order by id',
    );
    return rows.map((row) => row.seconds);
  };
  await db.withTenant(workspaceId, systemActor, (tx) =>
    enqueue(
      tx,
      greet,
      [1, 2, 3].map((i) => ({ workspaceId, payload: { i } })),
    ),
  );
  // As if the first two had been made six hours from now, the second with a pause of a minute; the third is none of it.
  await admin.query(
    `update graphile_worker._private_jobs set updated_at = now() + interval '6 hours',
       run_at = now() + interval '6 hours' + case when id = (select min(id) + 1 from graphile_worker._private_jobs)
         then interval '1 minute' else interval '0' end
     where id < (select max(id) from graphile_worker._private_jobs)`,
  );
  await admin.query(
    "update graphile_worker._private_jobs set run_at = now() + interval '1 hour' where id = (select max(id) from graphile_worker._private_jobs)",
  );
  expect(await setJobsBack(db)).toBe(2);
  const [first, second, third] = await due();
  expect(first).toBeLessThanOrEqual(0);
  expect(second).toBeGreaterThan(0);
  expect(second).toBeLessThanOrEqual(60);
  expect(third).toBeGreaterThan(3_000);
  expect(await setJobsBack(db)).toBe(0);
});
