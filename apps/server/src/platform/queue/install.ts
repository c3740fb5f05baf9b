import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { asRole } from './as-role.ts';

// Its version says which tables it wants.
const graphilePackage = readFileSync(
  join(dirname(createRequire(import.meta.url).resolve('graphile-worker')), '../package.json'),
  'utf8',
);
const door = 'chaski_private.add_jobs(text, uuid[], text[], timestamptz[], text[], integer)';

/**
 * Installs graphile-worker's schema (its own migrations) and our door to it. Runs after our own migrations,
 * repeatably, as `<prefix>_owner`: a definer function of a superuser would see through every policy. What is there
 * already is left alone: a process that starts beside others at work would stand in their way and deadlock with them.
 *
 * The worker logs in as `<prefix>_system` (`-c role=…` of its connections), which gets rights on graphile's tables; the
 * tenant's role gets one function. graphile switches row security on without a policy, so that system needs one per
 * table. job_names is forced: the functions run as owner and would see no name without a policy of their own.
 */
export async function installQueue(ownerUrl: string, rolePrefix: string): Promise<void> {
  const connectionString = asRole(ownerUrl, `${rolePrefix}_owner`);
  const client = new pg.Client({ connectionString, application_name: 'chaski migrate' });
  client.on('error', () => {});
  await client.connect();
  try {
    // Two at once: the second waits, then finds everything there.
    await client.query("select pg_advisory_lock(hashtext('chaski-install-queue'), 0)");
    const wanted = installation(rolePrefix);
    const mark = createHash('sha256')
      .update(graphilePackage + wanted)
      .digest('hex');
    if ((await installed(client)) === mark && (await isGranted(client, rolePrefix))) return;
    const pool = new pg.Pool({ connectionString, max: 1 });
    pool.on('error', () => {});
    pool.on('connect', (one) => one.on('error', () => {}));
    try {
      // A view holds fast the columns it reads, and these are graphile's.
      await client.query('drop view if exists public.message_jobs');
      await runMigrations({ pgPool: pool });
    } finally {
      await pool.end();
    }
    await install(client, `${wanted}\ncomment on function ${door} is ${pg.escapeLiteral(mark)};`);
  } finally {
    await client.end();
  }
}

/** What was installed, as the last thing of it says; null before the first time. */
async function installed(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ mark: string | null }>(
    "select obj_description(to_regprocedure($1), 'pg_proc') as mark",
    [door],
  );
  return rows[0]?.mark ?? null;
}

/**
 * Whether the roles may what they should and no more: a dump that is restored without privileges brings the mark back,
 * and functions as PostgreSQL makes them, for everybody.
 */
async function isGranted(client: pg.Client, rolePrefix: string): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean | null }>(
    `select has_function_privilege($1, to_regprocedure($3), 'execute')
        and not has_function_privilege($1, to_regprocedure($4), 'execute')
        and has_function_privilege($2, to_regprocedure($4), 'execute')
        and has_schema_privilege($2, to_regnamespace('graphile_worker'), 'usage')
        and has_table_privilege($2, to_regclass('graphile_worker._private_jobs'), 'update')
        and has_table_privilege($2, to_regclass('public.message_jobs'), 'select') as ok`,
    [
      `${rolePrefix}_app`,
      `${rolePrefix}_system`,
      'public.enqueue_jobs(text, text[], timestamptz[], text[], integer)',
      'public.enqueue_jobs_for(text, text[], timestamptz[], text[], integer, uuid[])',
    ],
  );
  return rows[0]?.ok === true;
}

/** Workers of the version before may be at work on these tables: whoever meets one comes again. */
async function install(client: pg.Client, sql: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(`begin; ${sql} commit;`);
      return;
    } catch (error) {
      await client.query('rollback');
      if ((error as { code?: unknown }).code !== '40P01' || tries >= 10) throw error;
    }
  }
}

function installation(rolePrefix: string): string {
  const app = pg.escapeIdentifier(`${rolePrefix}_app`);
  const system = pg.escapeIdentifier(`${rolePrefix}_system`);
  return `
revoke all on schema graphile_worker from public;
revoke all on all functions in schema graphile_worker from public;
grant usage on schema graphile_worker to ${system};
grant select on graphile_worker.migrations to ${system};
grant select, insert, update, delete on graphile_worker._private_jobs, graphile_worker._private_tasks,
  graphile_worker._private_job_queues, graphile_worker._private_known_crontabs to ${system};
grant usage on all sequences in schema graphile_worker to ${system};
grant execute on all functions in schema graphile_worker to ${system};

do $$
declare
  target text;
begin
  foreach target in array array['_private_jobs', '_private_tasks', '_private_job_queues', '_private_known_crontabs'] loop
    execute format('drop policy if exists system on graphile_worker.%I', target);
    execute format('create policy system on graphile_worker.%I to ${system.replaceAll("'", "''")}
      using (true) with check (true)', target);
  end loop;
end $$;

-- S1's table of jobs, for who looks at them by SQL: as system, like the tables beneath.
create or replace view public.message_jobs with (security_invoker = true) as
  select j.id, (j.payload::jsonb ->> 'workspaceId')::uuid as workspace_id, t.identifier as type,
         case when j.locked_at is not null then 'processing'
              when j.attempts >= j.max_attempts then 'failed'
              else 'pending' end as status,
         coalesce(j.payload::jsonb -> 'payload', j.payload::jsonb) as payload, j.last_error as error,
         j.created_at, j.updated_at
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id;
revoke all on public.message_jobs from public;
grant select on public.message_jobs to ${system};

drop policy if exists definer on public.job_names;
create policy definer on public.job_names for select to current_user using (true);

create or replace function chaski_private.add_jobs(
  job text, workspaces uuid[], payloads text[], run_ats timestamptz[], keys text[], attempts integer
) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select 1 from public.job_names where name = job) then
    raise exception 'no such job: %', job using errcode = 'undefined_object',
      hint = 'Jobs are registered when the program starts.';
  end if;
  if attempts not between 1 and 100 then
    raise exception 'attempts out of range: %', attempts using errcode = 'numeric_value_out_of_range';
  end if;
  perform graphile_worker.add_jobs(array(
    select row(
      job,
      json_build_object('workspaceId', new.workspace, 'payload', new.payload::json),
      null::text,
      new.run_at,
      attempts::smallint,
      -- keys of two workspaces never meet
      job || ':' || coalesce(new.workspace::text, '') || ':' || new.key,
      null::smallint,
      null::text[]
    )::graphile_worker.job_spec
    from unnest(workspaces, payloads, run_ats, keys) as new (workspace, payload, run_at, key)
  ));
end $$;
revoke all on function chaski_private.add_jobs(text, uuid[], text[], timestamptz[], text[], integer) from public;

-- For a tenant: the workspace is the transaction's, there is no argument for it.
create or replace function public.enqueue_jobs(
  job text, payloads text[], run_ats timestamptz[], keys text[], attempts integer
) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  workspace uuid := nullif(current_setting('app.workspace_id', true), '')::uuid;
begin
  if workspace is null then
    raise exception 'a job needs the workspace of its transaction' using errcode = 'insufficient_privilege';
  end if;
  perform chaski_private.add_jobs(
    job, array_fill(workspace, array[cardinality(payloads)]), payloads, run_ats, keys, attempts);
end $$;
revoke all on function public.enqueue_jobs(text, text[], timestamptz[], text[], integer) from public;
grant execute on function public.enqueue_jobs(text, text[], timestamptz[], text[], integer) to ${app};

-- For batches across workspaces and for the installation (null).
create or replace function public.enqueue_jobs_for(
  job text, payloads text[], run_ats timestamptz[], keys text[], attempts integer, workspaces uuid[]
) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform chaski_private.add_jobs(job, workspaces, payloads, run_ats, keys, attempts);
end $$;
revoke all on function public.enqueue_jobs_for(text, text[], timestamptz[], text[], integer, uuid[]) from public;
grant execute on function public.enqueue_jobs_for(text, text[], timestamptz[], text[], integer, uuid[]) to ${system};
`;
}
