import { statement } from '../../platform/db/index.ts';

export interface WorkspaceRecord {
  id: string;
  name: string;
  plan: string;
  status: 'active' | 'suspended';
  settings: unknown;
  created_at: Date;
}

/**
 * For reads of other modules that need a workspace's state in the same round trip: a scalar subquery on the column
 * that holds the workspace id (a name in their own SQL, never a value).
 */
export function statusOf(column: string): string {
  return `(select w.status from workspaces w where w.id = ${column})`;
}

/**
 * For the sign-in's reads: a lateral subquery for the one membership that counts. `user`, `wanted` (null: any) and
 * `preferred` are SQL of the reader's, never values. A disabled member is none.
 */
export function membershipOf(of: { user: string; wanted: string; preferred: string }): string {
  return `(select m.workspace_id, m.role, m.number_ids, m.own_only, w.status, w.plan, w.name as workspace_name,
        w.settings -> 'requireSecondFactor' = 'true'::jsonb as requires_second_factor
      from members m join workspaces w on w.id = m.workspace_id
     where m.user_id = ${of.user} and m.disabled_at is null
       and (${of.wanted} is null or m.workspace_id = ${of.wanted})
     order by m.workspace_id is not distinct from ${of.preferred} desc, m.created_at, m.workspace_id limit 1)`;
}

export const workspacesById = statement(
  'workspaces.by_id',
  'select id, name, plan, status, settings, created_at from workspaces where id = any($1::uuid[])',
);

export const selectAuditRetentions = statement(
  'workspaces.audit_retentions',
  `select id as "workspaceId", (settings ->> 'auditDays')::int as days from workspaces
   where jsonb_typeof(settings -> 'auditDays') = 'number' order by id`,
);

/** Those that let what was said grow old; $1: all of them do. */
export const selectRetentions = statement(
  'workspaces.retentions',
  `select id, settings from workspaces where $1 or settings ? 'retention' order by id`,
);

export const insertWorkspace = statement(
  'workspaces.insert',
  `insert into workspaces (id, name, plan, settings, created_at)
   values ($1, $2, $3, $4::jsonb, $5) returning id, name, plan, status, settings, created_at`,
);

export const updateWorkspaceRow = statement(
  'workspaces.update',
  `update workspaces set name = coalesce($2, name), settings = settings || $3::jsonb
    where id = $1 returning id, name, plan, status, settings, created_at`,
);

export const addUsage = statement(
  'workspaces.add_usage',
  `insert into usage (workspace_id, month, metric, number_id, shard, count)
   select * from unnest($1::uuid[], $2::date[], $3::text[], $4::uuid[], $5::smallint[], $6::bigint[])
   on conflict (workspace_id, month, metric, number_id, shard) do update set count = usage.count + excluded.count`,
);

/** One month by number; the nil number is none. */
export const sumUsageByNumber = statement(
  'workspaces.sum_usage_by_number',
  `select number_id as "numberId", metric, sum(count)::bigint as count from usage
    where workspace_id = $1 and month = $2::date and number_id <> $3::uuid group by number_id, metric
    order by number_id, metric`,
);

export const sumUsage = statement(
  'workspaces.sum_usage',
  `select metric, sum(count)::bigint as count from usage
    where workspace_id = $1 and month = $2::date group by metric order by metric`,
);

export const sumUsageByMonth = statement(
  'workspaces.sum_usage_by_month',
  `select month, metric, sum(count)::bigint as count from usage
    where workspace_id = $1 and month in (
      select distinct month from usage where workspace_id = $1 order by month desc limit $2)
    group by month, metric order by month desc, metric`,
);

export const sumUsageEverywhere = statement(
  'workspaces.sum_usage_everywhere',
  `select workspace_id as "workspaceId", metric, sum(count)::bigint as count from usage
    where month = $1 group by workspace_id, metric order by 3 desc, 1, 2 limit $2`,
);
