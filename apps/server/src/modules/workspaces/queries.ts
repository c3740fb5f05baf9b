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

export const workspacesById = statement(
  'workspaces.by_id',
  'select id, name, plan, status, settings, created_at from workspaces where id = any($1::uuid[])',
);

export const selectAuditRetentions = statement(
  'workspaces.audit_retentions',
  `select id as "workspaceId", (settings ->> 'auditDays')::int as days from workspaces
   where jsonb_typeof(settings -> 'auditDays') = 'number' order by id`,
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

export const seedPlanRows = statement(
  'workspaces.seed_plans',
  `insert into plans (name, messages_per_month, messages_per_minute, numbers, contacts)
   select * from unnest($1::text[], $2::bigint[], $3::int[], $4::int[], $5::bigint[])
   on conflict (name) do nothing`,
);

export const planOfWorkspace = statement(
  'workspaces.plan',
  `select w.plan as name, p.messages_per_month, p.messages_per_minute, p.numbers, p.contacts, p.name is not null as known
     from workspaces w left join plans p on p.name = w.plan where w.id = $1`,
);

export const addUsage = statement(
  'workspaces.add_usage',
  `insert into usage (workspace_id, month, metric, shard, count)
   select * from unnest($1::uuid[], $2::date[], $3::text[], $4::smallint[], $5::bigint[])
   on conflict (workspace_id, month, metric, shard) do update set count = usage.count + excluded.count`,
);

export const sumUsage = statement(
  'workspaces.sum_usage',
  `select metric, sum(count)::bigint as count from usage
    where workspace_id = $1 and month = $2::date group by metric order by metric`,
);
