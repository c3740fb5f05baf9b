import { statement } from '../../platform/db/index.ts';

/** What the operator sees of all workspaces. */
const columns = `w.id, w.name, w.plan, w.status, w.settings, w.created_at, w.suspended_reason, w.suspended_at,
  (select count(*) from members m where m.workspace_id = w.id)::int as members,
  (select coalesce(sum(u.count), 0) from usage u
    where u.workspace_id = w.id and u.month = $1::date and u.metric = 'messages.sent')::bigint as sent_this_month`;

export const workspacesPage = statement(
  'workspaces.page',
  `select ${columns} from workspaces w
    where ($2::text is null or w.status = $2) and ($3::text is null or w.plan = $3)
      and ($4::text is null or w.name ilike '%' || $4 || '%' or w.id::text = $4)
      and ($5::timestamptz is null or (w.created_at, w.id) > ($5::timestamptz, $6::uuid))
    order by w.created_at, w.id limit $7 offset $8`,
);

export const workspaceForOperator = statement(
  'workspaces.for_operator',
  `select ${columns} from workspaces w where w.id = $2`,
);

export const lockWorkspace = statement(
  'workspaces.lock',
  'select id from workspaces where id = $1 for update',
);

export const operateWorkspace = statement(
  'workspaces.operate',
  `update workspaces set plan = coalesce($2, plan), status = coalesce($3, status),
     suspended_reason = case when $3 = 'suspended' then $4 when $3 = 'active' then null else suspended_reason end,
     suspended_at = case when $3 = 'suspended' then coalesce(suspended_at, $5) when $3 = 'active' then null
       else suspended_at end
    where id = $1`,
);

export const planExists = statement('workspaces.plan_exists', 'select 1 as found from plans where name = $1');
