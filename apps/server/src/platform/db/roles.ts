/**
 * roles — who may do what in the database.
 *
 * Words: *owner* (`<prefix>_owner`) owns every object and works in migrations only; *app* acts for one workspace;
 * *system* works across workspaces; *login* is what the program connects as. All but login cannot log in. Login is a
 * member of app and system without inheriting either, so a statement outside of a transaction door reads nothing.
 * The *migrator* is whoever the owner's URL logs in as: a superuser, a role that may create roles, or a plain role
 * for which a DBA ran the SQL of `printRoles` once.
 *
 * Always true: nobody at run time is owner, superuser or bypasses row security; app is no member of system.
 */
import type { ClientBase } from 'pg';
import { errors } from '../errors.ts';

export interface Roles {
  owner: string;
  app: string;
  system: string;
  login: string;
}

/** Names go into SQL as they are: only what needs no quoting is a prefix. 40 leaves room for `_system` in 63 bytes. */
export function rolesOf(prefix: string): Roles {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(prefix) || prefix.startsWith('pg_')) {
    throw errors.configuration(
      `The role prefix "${prefix}" is not usable: a lower-case letter, then up to 39 lower-case letters, digits or _.`,
      { prefix },
    );
  }
  return {
    owner: `${prefix}_owner`,
    app: `${prefix}_app`,
    system: `${prefix}_system`,
    login: `${prefix}_login`,
  };
}

/**
 * The SQL that a DBA runs once, as somebody who may create roles, in our database, when the migrator may not.
 * `migrator` then migrates; it needs nothing else.
 */
export function printRoles(prefix: string, migrator?: string): string {
  const r = rolesOf(prefix);
  const who = migrator === undefined ? '<role of the migrating login>' : quote(migrator);
  return `-- Run once in chaski's database, as a role that may create roles and owns the database (or is superuser).
create role ${r.owner} nologin;
create role ${r.app} nologin;
create role ${r.system} nologin;
create role ${r.login} login noinherit password '<choose one>';
-- PostgreSQL 16 and newer:
grant ${r.app}, ${r.system} to ${r.login} with inherit false, set true;
-- PostgreSQL 15 instead (the login inherits nothing anyway, it is noinherit):
--   grant ${r.app}, ${r.system} to ${r.login};
-- The migrating login works as the owner, and as system where a migration changes data.
grant ${r.owner}, ${r.system} to ${who};
do $$ begin
  execute format('grant create, connect on database %I to ${r.owner}', current_database());
  execute format('grant connect on database %I to ${r.login}', current_database());
end $$;
grant usage, create on schema public to ${r.owner};
grant usage on schema public to ${r.app}, ${r.system}, ${r.login};
revoke create on schema public from public;
`;
}

interface RoleRow {
  name: string;
  superuser: boolean;
  bypass: boolean;
  create_role: boolean;
  create_db: boolean;
  replication: boolean;
  can_login: boolean;
  inherits: boolean;
}

/**
 * Makes the roles where we may, and refuses with the SQL for a DBA where we may not. Roles belong to the whole
 * cluster: two migrations in two databases may meet here, so a lost race is tried again.
 */
export async function ensureRoles(
  client: ClientBase,
  prefix: string,
  loginPassword: string | undefined,
): Promise<Roles> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ensureOnce(client, prefix, loginPassword);
    } catch (error) {
      if (attempt >= 20 || !isLostRace(error)) throw error;
    }
  }
}

async function ensureOnce(
  client: ClientBase,
  prefix: string,
  loginPassword: string | undefined,
): Promise<Roles> {
  const roles = rolesOf(prefix);
  const facts = await client.query<{ me: string; may_create: boolean; version: number; database: string }>(
    `select session_user as me, r.rolsuper or r.rolcreaterole as may_create,
            current_setting('server_version_num')::int as version, current_database() as database
       from pg_roles r where r.rolname = session_user`,
  );
  const { me, may_create: mayCreate, version, database } = facts.rows[0]!;
  const refuse = (why: string) =>
    errors.configuration(
      `${why} A DBA can set the roles up once (chaski migrate --print-roles):\n\n${printRoles(prefix, me)}`,
      { migrator: me },
    );

  const found = await readRoles(client, roles);
  const missing = Object.values(roles).filter((name) => !found.has(name));
  if (missing.length > 0 && !mayCreate) {
    throw refuse(
      `The database role${missing.length > 1 ? 's' : ''} ${missing.join(', ')} do not exist and ${me} may not create roles.`,
    );
  }
  for (const name of missing) {
    const kind = name === roles.login ? 'login noinherit' : 'nologin';
    await client.query(`create role ${name} ${kind}`);
  }
  if (loginPassword !== undefined && mayCreate) {
    await client.query(`alter role ${roles.login} password ${literal(loginPassword)}`);
  }

  // Memberships. From 16 on a grant carries its own inherit and set; before, they are the member's attribute.
  for (const role of [roles.app, roles.system]) {
    if (await hasMembership(client, roles.login, role, version)) continue;
    await tryGrant(
      client,
      version >= 160000
        ? `grant ${role} to ${roles.login} with inherit false, set true`
        : `grant ${role} to ${roles.login}`,
      () =>
        refuse(
          `${roles.login} must be a member of ${role} without inheriting it, and ${me} may not grant that.`,
        ),
    );
  }
  for (const role of [roles.owner, roles.system]) {
    if (await maySet(client, role)) continue;
    await tryGrant(
      client,
      version >= 160000
        ? `grant ${role} to ${quote(me)} with inherit false, set true`
        : `grant ${role} to ${quote(me)}`,
      () => refuse(`${me} must be a member of ${role} to migrate, and may not grant that to itself.`),
    );
  }

  await grantPlace(client, roles, database, refuse);
  const problems = await checkRoles(client, roles, version);
  if (problems.length > 0) throw refuse(`The database roles are not safe: ${problems.join('; ')}.`);
  return roles;
}

/** Where objects may be made and who may enter. Done only where it is missing: a DBA's grants are left alone. */
async function grantPlace(
  client: ClientBase,
  roles: Roles,
  database: string,
  refuse: (why: string) => Error,
): Promise<void> {
  const { rows } = await client.query<{
    db: boolean;
    schema: boolean;
    enter: boolean;
    connect: boolean;
    open: boolean;
  }>(
    `select has_database_privilege($1, current_database(), 'create') as db,
            has_schema_privilege($1, 'public', 'create') as schema,
            has_schema_privilege($2, 'public', 'usage') and has_schema_privilege($3, 'public', 'usage') as enter,
            has_database_privilege($4, current_database(), 'connect') as connect,
            exists (select 1 from pg_namespace n, aclexplode(n.nspacl) a
                     where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE') as open`,
    [roles.owner, roles.app, roles.system, roles.login],
  );
  const has = rows[0]!;
  const wanted: [boolean, string][] = [
    [has.db, `grant create on database ${quote(database)} to ${roles.owner}`],
    [has.schema, `grant usage, create on schema public to ${roles.owner}`],
    [has.enter, `grant usage on schema public to ${roles.app}, ${roles.system}, ${roles.login}`],
    [has.connect, `grant connect on database ${quote(database)} to ${roles.login}`],
    // Open in databases that were upgraded from before 15: anybody could shadow our names there.
    [!has.open, 'revoke create on schema public from public'],
  ];
  for (const [done, sql] of wanted) {
    if (!done) await tryGrant(client, sql, () => refuse(`This is needed and we may not do it: ${sql}.`));
  }
  const after = await client.query<{ ok: boolean }>(
    `select has_database_privilege($1, current_database(), 'create') and has_schema_privilege($1, 'public', 'create')
            and has_schema_privilege($2, 'public', 'usage') and has_database_privilege($3, current_database(), 'connect') as ok`,
    [roles.owner, roles.app, roles.login],
  );
  // A grant without the right to grant is only a warning for PostgreSQL.
  if (!after.rows[0]!.ok) {
    throw refuse(
      `${roles.owner} may not create objects in the database ${database}, and we may not allow it.`,
    );
  }
}

/** What is wrong with the roles; empty = safe. */
export async function checkRoles(client: ClientBase, roles: Roles, version: number): Promise<string[]> {
  const problems: string[] = [];
  const found = await readRoles(client, roles);
  for (const name of Object.values(roles)) {
    const role = found.get(name);
    if (role === undefined) {
      problems.push(`${name} does not exist`);
      continue;
    }
    if (role.superuser) problems.push(`${name} is superuser`);
    if (role.bypass) problems.push(`${name} bypasses row security`);
    if (role.create_role || role.create_db || role.replication)
      problems.push(`${name} may create roles or databases, or replicate`);
    if (role.can_login !== (name === roles.login))
      problems.push(`${name} ${role.can_login ? 'can log in' : 'cannot log in'}`);
    if (name === roles.login && role.inherits && version < 160000) problems.push(`${name} inherits`);
  }
  // Directly or over others: what login, app and system reach.
  const { rows } = await client.query<{ member: string; role: string }>(
    `with recursive reach as (
       select m.rolname as member, m.oid as start, a.roleid from pg_auth_members a join pg_roles m on m.oid = a.member
        where m.rolname = any($1)
       union
       select reach.member, reach.start, a.roleid from reach join pg_auth_members a on a.member = reach.roleid)
     select distinct reach.member, r.rolname as role from reach join pg_roles r on r.oid = reach.roleid`,
    [[roles.app, roles.system, roles.login]],
  );
  for (const { member, role } of rows) {
    if (member !== roles.login || (role !== roles.app && role !== roles.system))
      problems.push(`${member} is a member of ${role}`);
  }
  for (const role of [roles.app, roles.system]) {
    if (!(await hasMembership(client, roles.login, role, version)))
      problems.push(`${roles.login} is not a member of ${role} without inheriting`);
  }
  return problems;
}

async function readRoles(client: ClientBase, roles: Roles): Promise<Map<string, RoleRow>> {
  const { rows } = await client.query<RoleRow>(
    `select rolname as name, rolsuper as superuser, rolbypassrls as bypass, rolcreaterole as create_role,
            rolcreatedb as create_db, rolreplication as replication, rolcanlogin as can_login, rolinherit as inherits
       from pg_roles where rolname = any($1)`,
    [Object.values(roles)],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

async function hasMembership(
  client: ClientBase,
  member: string,
  role: string,
  version: number,
): Promise<boolean> {
  // Every grant of the pair counts: a second one by another grantor may inherit.
  const { rows } = await client.query<{ ok: boolean | null }>(
    version >= 160000
      ? `select bool_or(set_option) and not bool_or(inherit_option) as ok from pg_auth_members
          where member = to_regrole($1) and roleid = to_regrole($2)`
      : 'select true as ok from pg_auth_members where member = to_regrole($1) and roleid = to_regrole($2)',
    [member, role],
  );
  return rows[0]?.ok === true;
}

/** May this session `set role` to it; asked of the server itself, whose rules changed in 16. */
async function maySet(client: ClientBase, role: string): Promise<boolean> {
  try {
    await client.query(`set role ${role}`);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return false;
    throw error;
  } finally {
    await client.query('reset role');
  }
}

async function tryGrant(client: ClientBase, sql: string, refusal: () => Error): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    if ((error as { code?: string }).code === '42501') throw refusal();
    throw error;
  }
}

function isLostRace(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    code === '42710' ||
    code === '23505' ||
    (code === 'XX000' && /tuple concurrently (updated|deleted)/.test(message ?? ''))
  );
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  // E'' so that a backslash means the same under every standard_conforming_strings.
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
