/**
 * SQL on job_names and, as far as graphile-worker has no function for it, on its tables. Not prepared: rare, and the
 * schema belongs to graphile-worker. Its time is the database's, so is the time here.
 */

export const registerNames = `
  insert into job_names (name) select unnest($1::text[]) order by 1 on conflict (name) do nothing`;

/** Jobs whose name nobody here knows, dead ones too: a person may want to replay them. */
export const unknownJobs = `
  select t.identifier as name, count(*) as count
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
  where t.identifier <> all ($1::text[])
  group by 1 order by 1`;

export const countCompleted = `
  update job_names set completed = completed + done.count
  from unnest($1::text[], $2::bigint[]) as done (name, count)
  where job_names.name = done.name`;

export const counts = `
  select n.name, n.completed,
         coalesce(j.waiting, 0) as waiting, coalesce(j.active, 0) as active, coalesce(j.failed, 0) as failed
  from job_names n
  left join (
    select t.identifier as name,
           count(*) filter (where locked_at is null and attempts < max_attempts) as waiting,
           count(*) filter (where locked_at is not null) as active,
           count(*) filter (where locked_at is null and attempts >= max_attempts) as failed
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    group by 1
  ) j on j.name = n.name
  order by n.name`;

export const dead = `
  select j.id::text as id, t.identifier as name, j.payload, j.attempts, j.last_error, j.created_at, j.updated_at
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
  where j.locked_at is null and j.attempts >= j.max_attempts
    and ($1::text is null or t.identifier = $1) and ($2::bigint is null or j.id = $2)
    and ($4::bigint is null or j.id > $4)
  order by j.id
  limit $3`;

export const revive = `
  with revived as (
    update graphile_worker._private_jobs
    set attempts = 0, run_at = statement_timestamp(), updated_at = statement_timestamp()
    where id = $1::bigint and locked_at is null and attempts >= max_attempts
    returning 1
  )
  select pg_notify('jobs:insert', json_build_object('r', random(), 'count', 1)::text) from revived`;

export const holders = `
  select distinct locked_by from graphile_worker._private_jobs
  where locked_by is not null and locked_at < statement_timestamp() - interval '2 seconds'
  union
  select distinct locked_by from graphile_worker._private_job_queues
  where locked_by is not null and locked_at < statement_timestamp() - interval '2 seconds'`;

/** Free (and held until the transaction ends) only if the worker's own session is gone. */
export const isGone = "select pg_try_advisory_xact_lock(hashtext('chaski-worker'), hashtext($1)) as gone";

export const imHere = "select pg_try_advisory_lock(hashtext('chaski-worker'), hashtext($1)) as held";

export const unlock = `
  with freed as (
    update graphile_worker._private_jobs
    set locked_at = null, locked_by = null, run_at = greatest(run_at, statement_timestamp())
    where locked_by = any ($1::text[])
    returning 1
  ), queues as (
    update graphile_worker._private_job_queues set locked_at = null, locked_by = null where locked_by = any ($1::text[])
  )
  select count(*) as count, pg_notify('jobs:insert', json_build_object('r', random(), 'count', count(*))::text) from freed`;

/** graphile's own clock is the database's. Made, or failed, in what is now the future: waits as long as it was told to. */
export const setBack = `
  with moved as (
    update graphile_worker._private_jobs set run_at = now() + (run_at - updated_at), updated_at = now()
    where locked_at is null and run_at > now() and updated_at > now()
    returning 1
  )
  select count(*) as count, pg_notify('jobs:insert', json_build_object('r', random(), 'count', count(*))::text) from moved`;
