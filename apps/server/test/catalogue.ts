/**
 * catalogue — what the database itself says about tenancy, as a list of problems; empty = safe.
 *
 * Everything is found by walking the catalogue, so a new table is checked on the day it is made. What may differ from
 * the rule is listed here by name, with its reason: whoever adds to a list has thought about it.
 */
import type { ClientBase } from 'pg';
import { checkRoles, type Roles } from '../src/platform/db/roles.ts';
import { sealedColumns } from '../src/platform/seal.ts';

/** Tables of the installation: no tenant touches them. What is neither here nor has workspace_id fails. */
export const installationTables: ReadonlySet<string> = new Set([
  'plans', // limits are public, see below
  'users', // one person may be a member of several workspaces
  'sessions', // a person signs in once for all of their workspaces
  'login_challenges',
  'mail_links',
  'totp_secrets',
  'recovery_codes',
  'passkeys',
  'passkey_challenges',
  'oidc_states',
  'oidc_identities',
  'apps', // an app may serve several workspaces; workspace_id says who brought it
  'app_secrets',
  'raw_events', // nobody has interpreted them yet: they have no tenant
  'item_keys',
  'parked',
  'parked_bodies',
  'event_consumers',
  'job_names',
  'rate_buckets',
  'audit_keys', // one chain a workspace, the keys are the installation's
  'chaski_migrations',
  'operator_keys', // of whoever runs the installation
  'refresh_tokens', // of sessions
  'rate_cards', // what messages cost is one for the installation
  'search_backfill', // how far a job came, over all workspaces
  'analytics_progress', // likewise
  'push_keys', // by them push services know the installation
]);

/** Tables of the installation that hold no secret and nobody's data: a tenant's transaction may read them. */
export const readableTables: ReadonlySet<string> = new Set(['plans', 'analytics_progress']);

/** Policies besides `tenant` (for app, everything) and `system` (for system, everything). */
const extraPolicies: ReadonlySet<string> = new Set([
  'analytics_progress readers SELECT app', // a time, the same for everybody
  'plans limits SELECT app', // the send policy reads limits inside the tenant's transaction
  'event_queue definer SELECT owner', // drop_day_partition works as the owner
  'job_names definer SELECT owner', // enqueue works as the owner
  'contact_words definer SELECT owner', // find_contacts works as the owner and names the workspace itself
  'users names SELECT owner', // member_names works as the owner
  'members names SELECT owner',
  'message_search definer SELECT owner', // and so does find_messages
  'notes definer SELECT owner', // and find_notes
  'chaski_migrations owner ALL owner',
  'chaski_migrations system_reads SELECT system',
]);

/** Restrictive policies `reach`: on which table for which command. What they let through is tried in reach.ts. */
const reachPolicies: ReadonlyMap<string, string> = new Map([
  ['conversations', 'ALL'],
  ['messages', 'ALL'],
  ['media', 'ALL'],
  ['events', 'SELECT'],
]);

/** What each of them must ask about. */
const reachAsks = ["'app.number_ids'", "'app.own_only'", "status<>'active'"];

/** Unique across workspaces: a refusal tells another workspace that the value exists. */
const installationWideKeys: ReadonlySet<string> = new Set([
  'api_keys_id', // random ids
  'realtime_tickets_hash', // hashes of 32 random bytes
  'invitations_hash', // of random bytes
  'links_token', // likewise
  'numbers_phone_number_id', // a number has one owner in the installation, by design
  'event_seq_seq', // the one order of events
]);

export interface Table {
  oid: number;
  schema: string;
  name: string;
  kind: 'r' | 'p' | 'v' | 'm' | 'S' | 'f';
  isPartition: boolean;
  rls: boolean;
  forced: boolean;
  owner: string;
  options: string[];
  tenantColumn: string | null;
}

export async function readTables(client: ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Omit<Table, 'tenantColumn'> & { columns: string[] }>(
    `select c.oid::int as oid, n.nspname as schema, c.relname as name, c.relkind as kind, c.relispartition as "isPartition",
            c.relrowsecurity as rls, c.relforcerowsecurity as forced, pg_get_userbyid(c.relowner) as owner,
            coalesce(c.reloptions, '{}') as options,
            array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
        and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      order by 2, 3`,
  );
  return rows.map(({ columns, ...table }) => ({
    ...table,
    tenantColumn:
      table.name === 'workspaces' ? 'id' : columns.includes('workspace_id') ? 'workspace_id' : null,
  }));
}

/** Tables that hold tenants' rows, partitions left out: their rows go through the parent. */
export function tenantTables(tables: readonly Table[]): (Table & { tenantColumn: string })[] {
  return tables.filter(
    (t): t is Table & { tenantColumn: string } =>
      t.schema === 'public' &&
      (t.kind === 'r' || t.kind === 'p') &&
      !t.isPartition &&
      t.tenantColumn !== null &&
      !installationTables.has(t.name),
  );
}

export async function catalogueProblems(client: ClientBase, roles: Roles): Promise<string[]> {
  const problems: string[] = [];
  const say = (problem: string) => problems.push(problem);
  const version = Number(
    (await client.query<{ v: string }>("select current_setting('server_version_num') as v")).rows[0]!.v,
  );
  const tables = await readTables(client);
  const stored = tables.filter((t) => t.kind === 'r' || t.kind === 'p');
  const ours = stored.filter((t) => t.schema === 'public' || t.schema === 'chaski_private');

  for (const name of await checkRoles(client, roles, version)) say(name);

  // Where things may lie, and whose they are.
  for (const t of tables) {
    if (!['public', 'chaski_private', 'graphile_worker'].includes(t.schema))
      say(`${t.schema}.${t.name}: unknown schema`);
    if (t.owner !== roles.owner) say(`${t.schema}.${t.name} belongs to ${t.owner}`);
    if (t.kind === 'm' || t.kind === 'f')
      say(`${t.name}: materialised views and foreign tables have no row security`);
    if (t.kind === 'v' && t.schema !== 'graphile_worker' && !t.options.includes('security_invoker=true'))
      say(`view ${t.name} is not security_invoker`);
    if (t.schema === 'chaski_private' && t.kind !== 'S')
      say(`${t.name}: chaski_private holds functions only`);
  }
  for (const t of ours) {
    if (!t.rls) say(`${t.name}: row security is off`);
    if (!t.forced) say(`${t.name}: row security is not forced`);
    if (t.isPartition) continue;
    if (t.tenantColumn === null && !installationTables.has(t.name))
      say(`${t.name} has no workspace_id and is not listed as a table of the installation`);
  }

  // A stale entry would let a later table of that name pass unseen.
  for (const name of installationTables) {
    if (!ours.some((t) => t.name === name)) say(`installationTables lists ${name}, which does not exist`);
  }

  await policies(client, roles, tables, say);
  await keys(client, tables, say);
  await privileges(client, roles, tables, version, say);
  await functions(client, roles, say);
  await secrets(client, say);
  return problems;
}

type Say = (problem: string) => void;

async function policies(client: ClientBase, roles: Roles, tables: readonly Table[], say: Say): Promise<void> {
  const { rows } = await client.query<{
    schema: string;
    table: string;
    name: string;
    permissive: string;
    roles: string[];
    command: string;
    using: string | null;
    check: string | null;
  }>(
    `select schemaname as schema, tablename as table, policyname as name, permissive, roles::text[] as roles, cmd as command,
            qual as using, with_check as check from pg_policies`,
  );
  const short = new Map([
    [roles.app, 'app'],
    [roles.system, 'system'],
    [roles.owner, 'owner'],
  ]);
  const tenants = new Map(tenantTables(tables).map((t) => [t.name, t.tenantColumn]));
  const partitions = new Set(tables.filter((t) => t.isPartition).map((t) => t.name));
  const complete = new Set<string>();
  for (const policy of rows) {
    const who = policy.roles.map((role) => short.get(role) ?? role).join(',');
    const what = `${policy.table} ${policy.name} ${policy.command} ${who}`;
    if (policy.schema === 'graphile_worker') {
      if (who !== 'system') say(`policy graphile_worker.${what} is for more than system`);
      continue;
    }
    if (partitions.has(policy.table)) say(`policy on a partition: ${what}`);
    if (extraPolicies.has(what)) continue;
    if (policy.name === 'system' && who === 'system' && policy.command === 'ALL') {
      if (policy.using !== 'true' || policy.check !== 'true') say(`${what} lacks using or with check`);
      complete.add(`${policy.table} system`);
      continue;
    }
    if (policy.name === 'reach' && who === 'app' && policy.permissive === 'RESTRICTIVE') {
      if (reachPolicies.get(policy.table) !== policy.command) say(`a policy nobody listed: ${what}`);
      if (policy.check !== null) say(`${what} checks something else than it shows`);
      for (const asked of reachAsks) {
        if (!normal(policy.using ?? '').includes(asked)) say(`${what} does not ask about ${asked}`);
      }
      complete.add(`${policy.table} reach`);
      continue;
    }
    const column = tenants.get(policy.table);
    if (policy.permissive !== 'PERMISSIVE') say(`a restrictive policy nobody listed: ${what}`);
    if (policy.name !== 'tenant' || who !== 'app' || policy.command !== 'ALL' || column === undefined) {
      say(`a policy nobody listed: ${what}`);
      continue;
    }
    const wanted = `(${column}=(selectnullif(current_setting('app.workspace_id',true),'')::uuid))`;
    for (const [clause, text] of [
      ['using', policy.using],
      ['with check', policy.check],
    ] as const) {
      if (text === null) say(`${policy.table}: policy tenant has no ${clause}`);
      else if (normal(text) !== wanted) say(`${policy.table}: policy tenant, ${clause} is ${text}`);
    }
    complete.add(`${policy.table} tenant`);
  }
  for (const name of reachPolicies.keys()) {
    if (!complete.has(`${name} reach`)) say(`${name} has no policy reach`);
  }
  for (const table of tables) {
    if (table.schema !== 'public' || !['r', 'p'].includes(table.kind) || table.isPartition) continue;
    if (table.name === 'chaski_migrations') continue;
    if (!complete.has(`${table.name} system`)) say(`${table.name} has no policy for system`);
    if (tenants.has(table.name) && !complete.has(`${table.name} tenant`))
      say(`${table.name} has no policy for tenants`);
  }
}

/** PostgreSQL's spelling of an expression without casts, aliases and brackets that differ between versions. */
function normal(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('::text', '')
    .replace(/ as "?\w+"?/g, '')
    .replace(/\s+/g, '')
    .replace(/\((nullif\([^)]*\)[^)]*\))\)::/g, '$1::');
}

async function keys(client: ClientBase, tables: readonly Table[], say: Say): Promise<void> {
  const tenants = new Map(tenantTables(tables).map((t) => [t.oid, t]));
  const { rows: indexes } = await client.query<{
    oid: number;
    name: string;
    primary: boolean;
    first: string | null;
  }>(
    `select i.indrelid::int as oid, c.relname as name, i.indisprimary as primary,
            (select a.attname::text from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0]) as first
       from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisunique`,
  );
  const withKey = new Set<number>();
  for (const index of indexes) {
    const table = tenants.get(index.oid);
    if (!table) continue;
    if (index.primary) withKey.add(index.oid);
    if (index.first === table.tenantColumn) continue;
    if (index.primary) say(`${table.name}: the primary key does not begin with ${table.tenantColumn}`);
    else if (!installationWideKeys.has(index.name))
      say(`${table.name}: the unique index ${index.name} does not begin with ${table.tenantColumn}`);
  }
  for (const table of tenants.values()) if (!withKey.has(table.oid)) say(`${table.name} has no primary key`);

  const { rows: foreign } = await client.query<{
    oid: number;
    target: number;
    name: string;
    from: string;
    to: string;
    target_name: string;
  }>(
    `select k.conrelid::int as oid, k.confrelid::int as target, k.conname as name, t.relname as target_name,
            (select a.attname::text from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]) as from,
            (select a.attname::text from pg_attribute a where a.attrelid = k.confrelid and a.attnum = k.confkey[1]) as to
       from pg_constraint k join pg_class t on t.oid = k.confrelid where k.contype = 'f'`,
  );
  for (const key of foreign) {
    const from = tenants.get(key.oid);
    const to = tenants.get(key.target);
    if (from && to && (key.from !== from.tenantColumn || key.to !== to.tenantColumn))
      say(`${from.name}: the foreign key ${key.name} does not begin with the workspace`);
    if (from && !to && !installationTables.has(key.target_name))
      say(`${from.name}: ${key.name} points nowhere we know`);
  }
}

async function privileges(
  client: ClientBase,
  roles: Roles,
  tables: readonly Table[],
  version: number,
  say: Say,
): Promise<void> {
  const byOid = new Map(tables.map((t) => [t.oid, t]));
  const { rows } = await client.query<{
    oid: number;
    grantee: string;
    privilege: string;
    grantable: boolean;
  }>(
    `select c.oid::int as oid, coalesce(r.rolname, 'public') as grantee, a.privilege_type as privilege, a.is_grantable as grantable
       from pg_class c, aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
     union all
     select t.attrelid::int, coalesce(r.rolname, 'public'), a.privilege_type || ' of a column', a.is_grantable
       from pg_attribute t, aclexplode(t.attacl) a left join pg_roles r on r.oid = a.grantee`,
  );
  for (const { oid, grantee, privilege, grantable } of rows) {
    const table = byOid.get(oid);
    if (!table || grantee === table.owner) continue;
    const what = `${grantee} has ${privilege} on ${table.schema}.${table.name}`;
    const allowed =
      table.kind === 'S'
        ? ['USAGE']
        : table.kind === 'v'
          ? ['SELECT']
          : ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
    if (grantable) say(`${what} and may pass it on`);
    if (grantee !== roles.app && grantee !== roles.system) say(what);
    else if (!allowed.includes(privilege)) say(what);
    else if (table.isPartition) say(`${what}, a partition`);
    else if (grantee === roles.app && table.schema !== 'public') say(what);
    else if (
      grantee === roles.app &&
      installationTables.has(table.name) &&
      !(privilege === 'SELECT' && readableTables.has(table.name))
    )
      say(what);
  }
  // What they can do counts also over other ways: PUBLIC, memberships, predefined roles such as pg_read_all_data.
  const dangerous = ['truncate', 'references', 'trigger', ...(version >= 170000 ? ['maintain'] : [])];
  for (const role of [roles.app, roles.system, roles.login]) {
    const { rows: reach } = await client.query<{ name: string; privilege: string }>(
      `select c.oid::regclass::text as name, p as privilege from pg_class c, unnest($2::text[]) p
        where c.relkind in ('r', 'p', 'v') and c.relnamespace in ('public'::regnamespace, 'chaski_private'::regnamespace)
          and has_table_privilege($1, c.oid, p)`,
      [role, dangerous],
    );
    for (const { name, privilege } of reach) say(`${role} may ${privilege} ${name}`);
  }
  const { rows: schemas } = await client.query<{ name: string; who: string }>(
    `select n.nspname as name, w as who from pg_namespace n, unnest($1::text[]) w
      where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and has_schema_privilege(w, n.oid, 'create')`,
    [[roles.app, roles.system, roles.login]],
  );
  for (const { name, who } of schemas) say(`${who} may create objects in the schema ${name}`);
  const { rows: inside } = await client.query<{ name: string; who: string }>(
    `select n.nspname as name, w as who from pg_namespace n, unnest($1::text[]) w
      where n.nspname in ('chaski_private', 'graphile_worker') and has_schema_privilege(w, n.oid, 'usage')`,
    [[roles.app, roles.login]],
  );
  for (const { name, who } of inside) say(`${who} may use the schema ${name}`);
  const { rows: defaults } = await client.query<{ acl: string }>(
    `select a.privilege_type || ' to ' || coalesce(r.rolname, 'public') as acl
       from pg_default_acl d, aclexplode(d.defaclacl) a left join pg_roles r on r.oid = a.grantee
      where d.defaclobjtype = 'r' and a.grantee <> d.defaclrole`,
  );
  for (const { acl } of defaults) say(`new tables are granted by default: ${acl}`);
}

async function functions(client: ClientBase, roles: Roles, say: Say): Promise<void> {
  const { rows } = await client.query<{
    name: string;
    schema: string;
    definer: boolean;
    owner: string;
    config: string[];
    everybody: boolean;
  }>(
    `select p.oid::regprocedure::text as name, n.nspname as schema, p.prosecdef as definer, pg_get_userbyid(p.proowner) as owner,
            coalesce(p.proconfig, '{}') as config,
            exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0) as everybody
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('public', 'chaski_private', 'graphile_worker')`,
  );
  for (const f of rows) {
    if (f.owner !== roles.owner) say(`${f.name} belongs to ${f.owner}`);
    if (f.everybody) say(`everybody may execute ${f.name}`);
    if (f.schema === 'graphile_worker' && !f.definer) continue;
    const path = f.config.find((setting) => setting.startsWith('search_path='));
    if (path === undefined) say(`${f.name} does not pin its search_path`);
    // Without pg_temp at the end it is searched first, and everybody may create tables there.
    else if (f.definer && path !== 'search_path=pg_catalog, pg_temp')
      say(`${f.name} is a definer with ${path}`);
  }
}

async function secrets(client: ClientBase, say: Say): Promise<void> {
  const known = new Set(sealedColumns.map((c) => `${c.table}.${c.column}`));
  const { rows } = await client.query<{ name: string }>(
    `select c.relname || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
      where a.attname like 'sealed%' and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  for (const { name } of rows)
    if (!known.has(name)) say(`${name} is not listed in sealedColumns: rotation would miss it`);
  for (const name of known)
    if (!rows.some((row) => row.name === name)) say(`sealedColumns lists ${name}, which does not exist`);
}
