import { statement } from '../../platform/db/index.ts';

const columns = `p.name, p.points, p.points_seconds as "pointsSeconds", p.requests_per_minute as "requestsPerMinute",
  p.messages_per_month as "messagesPerMonth", p.messages_per_minute as "messagesPerMinute", p.numbers, p.members, p.contacts`;

const insert = `insert into plans (name, points, points_seconds, requests_per_minute, messages_per_month,
     messages_per_minute, numbers, members, contacts)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

export const seedPlanRow = statement('workspaces.seed_plan', `${insert} on conflict (name) do nothing`);

export const writePlan = statement(
  'workspaces.write_plan',
  `${insert} on conflict (name) do update set points = excluded.points, points_seconds = excluded.points_seconds,
     requests_per_minute = excluded.requests_per_minute, messages_per_month = excluded.messages_per_month,
     messages_per_minute = excluded.messages_per_minute, numbers = excluded.numbers, members = excluded.members,
     contacts = excluded.contacts`,
);

export const selectPlans = statement(
  'workspaces.plans',
  `select ${columns} from plans p order by p.points nulls last, p.name`,
);

export const lockPlan = statement(
  'workspaces.lock_plan',
  `select ${columns} from plans p where p.name = $1 for update`,
);

// A plan without a row gets the limits of `free`, not none.
export const planOfWorkspace = statement(
  'workspaces.plan',
  `select ${columns} from workspaces w join plans p on p.name in (w.plan, 'free')
    where w.id = $1 order by (p.name = w.plan) desc limit 1`,
);

// One place at a time in a workspace and kind: the count that follows sees everything that was let in before.
export const lockQuota = statement(
  'workspaces.lock_quota',
  "select pg_advisory_xact_lock(hashtextextended('quota:' || $1::text || ':' || $2::text, 0))",
);

export const countMembers = statement(
  'workspaces.count_members',
  'select count(*)::int as count from members where workspace_id = $1',
);
