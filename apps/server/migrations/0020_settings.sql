-- How much of a wait fell into business hours; see modules/analytics. Each number's hours are its own or its workspace's.
create view analytics_hours with (security_invoker = true) as
select n.workspace_id, n.id as number_id,
  coalesce(nullif(n.business_hours, 'null'), nullif(w.settings -> 'businessHours', 'null')) as hours
from numbers n join workspaces w on w.id = n.workspace_id;
grant select on analytics_hours to {{app}}, {{system}};

-- Seconds of a stretch of time within hours (contracts/hours.ts is the rule, a test holds both together). null: there are
-- no hours, or in a zone that this server does not know: one workspace's zone must not stop the count of all. They differ
-- where an opening begins or ends within the hour that a change of the clock skips or doubles, on that day alone: the rule
-- takes the moment of the change and the first of the two, PostgreSQL reads both as standard time.
create function open_seconds(hours jsonb, since timestamptz, until timestamptz) returns integer
  language plpgsql stable parallel safe set search_path = pg_catalog as $$
declare
  zone text := hours ->> 'zone';
begin
  if zone is null or since > until then return null; end if;
  return (
    with openings as (
      select range_agg(tstzrange(
        (day + (w ->> 'from')::interval) at time zone zone, (day + (w ->> 'to')::interval) at time zone zone)) as open
      from generate_series(
        date_trunc('day', since at time zone zone) - interval '1 day',
        date_trunc('day', least(until, since + interval '366 days') at time zone zone) + interval '1 day',
        interval '1 day') as day
      cross join jsonb_array_elements(hours -> 'weekly') w
      where (w ->> 'day')::int = extract(isodow from day)
        and (day + (w ->> 'from')::interval) at time zone zone < (day + (w ->> 'to')::interval) at time zone zone
        and not exists (
          select from jsonb_array_elements(hours -> 'holidays') h where (h ->> 'date')::date = day::date)
    )
    select coalesce(sum(extract(epoch from upper(piece) - lower(piece))), 0)::integer
    from openings, unnest(open * tstzmultirange(tstzrange(since, until))) piece
  );
exception when invalid_parameter_value then
  return null;
end $$;
revoke all on function open_seconds(jsonb, timestamptz, timestamptz) from public;
grant execute on function open_seconds(jsonb, timestamptz, timestamptz) to {{app}}, {{system}};
