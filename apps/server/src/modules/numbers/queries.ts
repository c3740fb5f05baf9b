import { statement } from '../../platform/db/index.ts';
import { statusOf } from '../workspaces/index.ts';

// ───────────── routing ─────────────

const routeColumns = `n.workspace_id, n.id as number_id, n.account_id, a.app_id, a.account_ref, a.portfolio_ref, a.told_portfolio, n.status,
  ${statusOf('n.workspace_id')} as workspace_status, n.has_window, n.provider, n.phone_number_id,
  n.display_phone_number, n.mps, n.default_workflow_id, n.is_default, n.business_hours, a.paused_reason`;
const routeTables = `numbers n join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id`;

export const routesByPhoneNumberId = statement(
  'numbers.routes',
  `select ${routeColumns} from ${routeTables} where n.phone_number_id = any($1::text[])`,
);

export const routesById = statement(
  'numbers.routes_by_id',
  `select ${routeColumns} from ${routeTables}
    join unnest($1::uuid[], $2::uuid[]) as wanted (workspace_id, id)
      on wanted.workspace_id = n.workspace_id and wanted.id = n.id`,
);

/** Two rows are enough to know that there is not only one. */
export const activeRoutes = statement(
  'numbers.active_routes',
  `select ${routeColumns} from ${routeTables} where n.status = 'active' order by n.workspace_id, n.id limit 2`,
);

export const accountsByRef = statement(
  'numbers.accounts_by_ref',
  `select a.workspace_id, a.id as account_id, a.app_id, a.account_ref, a.portfolio_ref
     from accounts a where a.account_ref = any($1::text[]) order by a.workspace_id, a.id`,
);

// ───────────── numbers ─────────────

const numberColumns = `n.id, n.workspace_id, n.account_id, n.provider, n.phone_number_id, n.display_phone_number, n.verified_name,
  n.status, n.status_reason, n.status_by, n.is_default, n.has_window, n.mps, n.default_workflow_id, n.business_hours,
  n.marketing_route, n.provider_state, n.created_at,
  a.is_simulated, a.account_ref, a.portfolio_ref, a.told_portfolio, a.name as account_name, a.app_id, a.graph_version, a.paused_reason`;

export const numberById = statement(
  'numbers.get',
  `select ${numberColumns} from ${routeTables} where n.workspace_id = $1 and n.id = $2`,
);

export const numberByDefault = statement(
  'numbers.default',
  `select ${numberColumns} from ${routeTables} where n.workspace_id = $1 and n.is_default`,
);

export const numbersPage = statement(
  'numbers.page',
  `select ${numberColumns} from ${routeTables}
    where n.workspace_id = $1 and ($2::uuid[] is null or n.id = any($2::uuid[]))
      and ($3::timestamptz is null or (n.created_at, n.id) > ($3::timestamptz, $4::uuid))
    order by n.created_at, n.id limit $5 offset $6`,
);

export const countNumbers = statement(
  'numbers.count',
  'select count(*)::int as count, coalesce(bool_or(is_default), false) as has_default from numbers where workspace_id = $1',
);

/** Serialises what must be one at a time in a workspace: first number, default number, plan's count. */
export const lockNumbers = statement(
  'numbers.lock',
  "select pg_advisory_xact_lock(hashtextextended('numbers:' || $1::text, 0))",
);

export const insertNumber = statement(
  'numbers.insert',
  `insert into numbers (workspace_id, id, account_id, provider, phone_number_id, display_phone_number, verified_name,
     status, is_default, has_window, mps, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (phone_number_id) do nothing returning id`,
);

export const updateNumber = statement(
  'numbers.update',
  `update numbers set mps = coalesce($3, mps), display_phone_number = coalesce($4, display_phone_number),
     default_workflow_id = coalesce($5, default_workflow_id),
     business_hours = case when $6::boolean then $7::jsonb else business_hours end,
     marketing_route = coalesce($8, marketing_route), has_window = coalesce($9, has_window)
    where workspace_id = $1 and id = $2 returning id`,
);

export const lockNumber = statement(
  'numbers.lock_one',
  'select id from numbers where workspace_id = $1 and id = $2 for update',
);

export const updateStatus = statement(
  'numbers.update_status',
  `update numbers set status = $3, status_by = $4, status_reason = $5, status_at = $6
    where workspace_id = $1 and id = $2`,
);

/** Across workspaces, for the operator: those that wait first. */
export const numbersEverywhere = statement(
  'numbers.everywhere',
  `select ${numberColumns} from ${routeTables}
    where ($1::text is null or n.status = $1) and ($2::uuid is null or n.workspace_id = $2)
      and ($3::timestamptz is null or (n.created_at, n.id) > ($3::timestamptz, $4::uuid))
    order by n.created_at, n.id limit $5 offset $6`,
);

export const workspaceOf = statement(
  'numbers.workspace_of',
  'select workspace_id from numbers where id = $1',
);

export const countByWorkspace = statement(
  'numbers.count_by_workspace',
  `select workspace_id, count(*)::int as count, count(*) filter (where status = 'active')::int as active
     from numbers where workspace_id = any($1::uuid[]) group by workspace_id`,
);

export const clearDefault = statement(
  'numbers.clear_default',
  'update numbers set is_default = false where workspace_id = $1 and is_default and id <> $2',
);

export const makeDefault = statement(
  'numbers.make_default',
  'update numbers set is_default = true where workspace_id = $1 and id = $2 returning id',
);

// ───────────── accounts ─────────────

export const accountForRef = statement(
  'numbers.account_for_ref',
  `select id, app_id, provider, base_url, graph_version from accounts
    where workspace_id = $1 and account_ref = $2 and app_id = $3 and provider = $4 order by created_at limit 1`,
);

/** Accounts that WhatsApp can be asked about: known there by an id, with a token, not paused. */
export const accountsToAsk = statement(
  'numbers.accounts_to_ask',
  `select a.workspace_id, a.id as account_id, a.account_ref from accounts a
    where ($1::uuid is null or a.workspace_id = $1) and a.account_ref is not null and a.sealed_token is not null
      and a.paused_reason is null
      and exists (select 1 from numbers n where n.workspace_id = a.workspace_id and n.account_id = a.id
        and n.status in ('active', 'suspended'))
    order by a.workspace_id, a.id`,
);

export const insertAccount = statement(
  'numbers.insert_account',
  `insert into accounts (workspace_id, id, provider, account_ref, portfolio_ref, app_id, name, sealed_token, base_url,
     graph_version, created_at, is_simulated, webhook_key, sealed_webhook_secret, token_in)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
);

export const credentialRow = statement(
  'numbers.credential',
  'select sealed_token, token_in, base_url, graph_version, provider from accounts where workspace_id = $1 and id = $2',
);

export const setPaused = statement(
  'numbers.pause_account',
  `update accounts set paused_reason = $3 where workspace_id = $1 and id = $2
     and paused_reason is distinct from $3 returning id`,
);

export const accountRefElsewhere = statement(
  'numbers.account_ref_elsewhere',
  `select 1 as found from accounts a
    where a.account_ref = $1 and a.workspace_id <> $2 and a.provider = 'cloud' and not a.is_simulated limit 1`,
);

// ───────────── apps ─────────────

export const doorApps = statement(
  'numbers.door_apps',
  `select p.id, p.key, p.provider, p.is_default, p.is_simulator, p.workspace_id, p.verify_token,
     coalesce(json_agg(json_build_object('id', s.id, 'sealed', s.sealed_secret) order by s.created_at desc, s.id)
       filter (where s.id is not null), '[]') as secrets
     from apps p left join app_secrets s on s.app_id = p.id and s.retired_at is null
    group by p.id order by p.created_at, p.id`,
);

const appColumns =
  'p.id, p.key, p.provider, p.name, p.workspace_id, p.is_default, p.is_simulator, p.created_at';

/** Apps that a workspace's accounts may be bound to: its own and the installation's. */
export const appsForWorkspace = statement(
  'numbers.apps_for',
  `select ${appColumns} from apps p where p.workspace_id is null or p.workspace_id = $1
    order by p.workspace_id nulls last, p.is_default desc, p.created_at, p.id`,
);

export const appById = statement('numbers.app', `select ${appColumns} from apps p where p.id = $1`);

export const insertApp = statement(
  'numbers.insert_app',
  `insert into apps (id, key, provider, name, workspace_id, is_default, is_simulator, verify_token, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (key) do nothing returning id`,
);

export const insertSecret = statement(
  'numbers.insert_secret',
  'insert into app_secrets (id, app_id, sealed_secret, created_at) values ($1, $2, $3, $4)',
);

export const retireSecretRow = statement(
  'numbers.retire_secret',
  'update app_secrets set retired_at = $3 where app_id = $1 and id = $2 and retired_at is null returning id',
);

export const liveSecrets = statement(
  'numbers.live_secrets',
  'select count(*)::int as count from app_secrets where app_id = $1 and retired_at is null',
);

// ───────────── notices ─────────────

export const numbersOfAccounts = statement(
  'numbers.of_accounts',
  `select n.workspace_id, n.account_id, n.id, n.display_phone_number, n.phone_number_id from numbers n
    where n.account_id = any($1::uuid[])`,
);

export const insertNotices = statement(
  'numbers.insert_notices',
  `insert into notices (workspace_id, id, account_id, number_id, field, about, value, at, created_at)
   select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[]::jsonb[],
     $8::timestamptz[], $9::timestamptz[])`,
);

/** Merged after `statesForUpdate` locked the rows: which parts are newer is decided in rules.ts. */
export const mergeState = statement(
  'numbers.merge_state',
  `update numbers n set
     provider_state = n.provider_state || s.state,
     verified_name = coalesce(s.verified_name, n.verified_name),
     mps = coalesce(s.mps, n.mps)
    from unnest($1::uuid[], $2::uuid[], $3::text[]::jsonb[], $4::text[], $5::int[])
      as s (workspace_id, id, state, verified_name, mps)
    where n.workspace_id = s.workspace_id and n.id = s.id`,
);

export const statesForUpdate = statement(
  'numbers.states_for_update',
  `select n.workspace_id, n.id, n.provider_state, n.verified_name, n.mps from numbers n
    where n.id = any($1::uuid[]) order by n.workspace_id, n.id for update`,
);

export const noticesPage = statement(
  'numbers.notices_page',
  `select id, account_id, number_id, field, about, value, at, created_at from notices
    where workspace_id = $1 and (number_id = $2 or (number_id is null and account_id = $3))
      and ($4::timestamptz is null or (created_at, id) < ($4::timestamptz, $5::uuid))
    order by created_at desc, id desc limit $6 offset $7`,
);

/** Of a workspace; `$2` limits to what may be told to a key of certain numbers: about them, and about their accounts. */
export const workspaceNoticesPage = statement(
  'numbers.workspace_notices_page',
  `select t.id, t.account_id, t.number_id, t.field, t.about, t.value, t.at, t.created_at from notices t
    where t.workspace_id = $1
      and ($2::uuid[] is null or t.number_id = any ($2::uuid[]) or (t.number_id is null and t.account_id = any (array(
        select n.account_id from numbers n where n.workspace_id = $1 and n.id = any ($2::uuid[])))))
      and ($3::timestamptz is null or (t.created_at, t.id) < ($3::timestamptz, $4::uuid))
    order by t.created_at desc, t.id desc limit $5 offset $6`,
);

export const noticesByIdRows = statement(
  'numbers.notices_by_id',
  `select t.workspace_id, t.id, t.account_id, t.number_id, t.field, t.about, t.value, t.at from notices t
    join unnest($1::uuid[], $2::uuid[]) as wanted (workspace_id, id)
      on wanted.workspace_id = t.workspace_id and wanted.id = t.id`,
);
