/**
 * migrate — brings the schema to what this program needs, forward only.
 *
 * Words: a *migration* is `migrations/NNNN_name.sql`; its *checksum* is SHA-256 of the text with LF line ends; the
 * *migrator* is the login of the owner's URL. Within a file `--! as system` and `--! as owner` on lines of their own
 * switch who works: a data step runs as system, since an owner's UPDATE on a table with forced row security changes
 * 0 rows, silently.
 *
 * Always true: one migrator at a time (session advisory lock); one transaction per migration, its row in
 * `chaski_migrations` included; history that was edited, or is newer than the program, is refused and nothing changes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg, { type ClientBase } from 'pg';
import { errors } from '../errors.ts';
import { ensureRoles, type Roles, rolesOf } from './roles.ts';

export { printRoles, rolesOf } from './roles.ts';

export interface Migration {
  /** File name without `.sql`; the four digits in front are the order. */
  name: string;
  text: string;
  checksum: string;
}

/** pino's Logger fits. */
export interface MigrateLog {
  info(details: object, message: string): void;
}

export interface MigrateOptions {
  /** Logs in as superuser, as a role that may create roles, or as the role that a DBA prepared. */
  ownerUrl: string;
  rolePrefix: string;
  /** Of `<prefix>_login`. Left out: the password stays as it is. */
  loginPassword?: string | undefined;
  log?: MigrateLog;
  /**
   * Other schemas that belong to us, e.g. the job queue's. Under the same lock, also if nothing was due. `client` works
   * as the owner and so does whoever connects to `ownerUrl`: what they make must not belong to the migrator.
   */
  afterMigrate?: (client: ClientBase, roles: Roles, ownerUrl: string) => Promise<void>;
  /** Partitions are made from this day on; the clock of the program. */
  now?: Date;
  directory?: string;
}

export interface MigrateResult {
  /** Names of the migrations that ran now. */
  applied: string[];
}

export interface MigrationState {
  applied: string[];
  pending: string[];
  /** Applied, but its file says something else now. */
  edited: string[];
  /** Applied by a newer program. */
  unknown: string[];
}

/** 'chaski' and 'migr' in ASCII. */
const LOCK = [0x63686173, 0x6d696772] as const;
const PARTITION_DAYS = 7;
const PARTITIONED = ['raw_events', 'events'] as const;
export const migrationsDirectory = join(import.meta.dirname, '../../../migrations');

/**
 * Reads the migrations of a folder in their order; refuses doubles and names it does not understand. A number may be left
 * out: who works beside others reserves one. What comes below the newest that was applied is refused all the same.
 */
export function readMigrations(directory: string = migrationsDirectory): Migration[] {
  const names = readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  let last = 0;
  return names.map((file) => {
    const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1] ?? 0);
    if (number <= last) {
      throw errors.configuration(
        `Migration ${file} must be named NNNN_name.sql, with a number of its own from ${String(last + 1).padStart(4, '0')} on.`,
      );
    }
    last = number;
    // A checkout on Windows may have CRLF; that is no edit.
    const text = readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n');
    return { name: file.slice(0, -4), text, checksum: createHash('sha256').update(text).digest('hex') };
  });
}

/** Applies what is missing. Safe to call from any number of processes at once: one works, the others find it done. */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const { rolePrefix, log } = options;
  rolesOf(rolePrefix);
  const migrations = readMigrations(options.directory);
  const client = new pg.Client({ connectionString: options.ownerUrl, application_name: 'chaski migrate' });
  // The failing query tells; an idle client's error must not end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    await takeLock(client, log);
    const before = await readState(client, migrations);
    refuseForeignHistory(before);
    const roles = await ensureRoles(client, rolePrefix, options.loginPassword);
    await client.query(`set role ${roles.owner}`);
    await createHistory(client, roles);
    const pending = migrations.filter((migration) => before.pending.includes(migration.name));
    // A new database gets all of them within seconds: one line. Later each may take its time, and is told.
    const isNew = before.applied.length === 0;
    for (const migration of pending) {
      await apply(client, migration, roles);
      if (!isNew) log?.info({ migration: migration.name }, 'migration applied');
    }
    if (isNew) log?.info({ migrations: pending.length }, 'the schema is made');
    await makePartitions(client, options.now ?? new Date());
    await options.afterMigrate?.(client, roles, urlAs(options.ownerUrl, roles.owner));
    return { applied: pending.map((migration) => migration.name) };
  } finally {
    // Ends the session and with it the lock.
    await client.end();
  }
}

/** The same connection string, but its sessions work as `role`. */
export function urlAs(url: string, role: string): string {
  const [before, query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('options', [parameters.get('options'), `-c role=${role}`].filter(Boolean).join(' '));
  // Not URLSearchParams' own text: it writes a blank as +, which libpq's rules do not know.
  return `${before}?${[...parameters].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`;
}

/** Compares program and database and changes nothing. Also works with the program's own login. */
export async function checkMigrations(options: {
  url: string;
  rolePrefix: string;
  directory?: string;
}): Promise<MigrationState> {
  const roles = rolesOf(options.rolePrefix);
  const client = new pg.Client({ connectionString: options.url, application_name: 'chaski check' });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ login: boolean }>('select session_user = $1 as login', [
      roles.login,
    ]);
    if (rows[0]!.login) await client.query(`set role ${roles.system}`);
    return await readState(client, readMigrations(options.directory));
  } finally {
    await client.end();
  }
}

async function takeLock(client: ClientBase, log: MigrateLog | undefined): Promise<void> {
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [
    ...LOCK,
  ]);
  if (rows[0]!.held) return;
  log?.info({}, 'another process is migrating this database; waiting for it');
  await client.query('select pg_advisory_lock($1, $2)', [...LOCK]);
}

async function readState(client: ClientBase, migrations: readonly Migration[]): Promise<MigrationState> {
  const { rows: table } = await client.query<{ owner: string | null; visible: boolean }>(
    `select pg_get_userbyid(c.relowner) as owner, has_table_privilege(c.oid, 'select') as visible
       from pg_class c where c.oid = to_regclass('public.chaski_migrations')`,
  );
  if (table.length === 0) {
    return { applied: [], pending: migrations.map((m) => m.name), edited: [], unknown: [] };
  }
  // The owner of the table reads it whoever the migrator is; the login of the program reads it as system.
  const asOwner = !table[0]!.visible || !(await readsAsItIs(client, table[0]!.owner!));
  if (asOwner) await client.query(`set role "${table[0]!.owner!.replaceAll('"', '""')}"`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from public.chaski_migrations order by name',
  );
  if (asOwner) await client.query('reset role');
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const done = new Set(rows.map((row) => row.name));
  return {
    applied: rows.map((row) => row.name),
    pending: migrations.filter((m) => !done.has(m.name)).map((m) => m.name),
    edited: rows
      .filter((row) => known.has(row.name) && known.get(row.name)!.checksum !== row.checksum)
      .map((row) => row.name),
    unknown: rows.filter((row) => !known.has(row.name)).map((row) => row.name),
  };
}

/** Row security hides rows from anybody without a policy: an empty answer must never be taken for an empty history. */
async function readsAsItIs(client: ClientBase, owner: string): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>(
    `select r.rolsuper or current_user = $1 or current_user = regexp_replace($1, '_owner$', '_system') as ok
       from pg_roles r where r.rolname = current_user`,
    [owner],
  );
  return rows[0]!.ok;
}

function refuseForeignHistory(state: MigrationState): void {
  if (state.unknown.length > 0) {
    throw errors.configuration(
      `The database has migrations that this version of chaski does not know (${state.unknown.join(', ')}): a newer ` +
        'version has used it. Start that version, or restore the backup from before the update. Nothing was changed.',
      { unknown: state.unknown },
    );
  }
  if (state.edited.length > 0) {
    throw errors.configuration(
      `The migration ${state.edited.join(', ')} was applied with another text than the file has now. Put the file back ` +
        'as it was and write a new migration for the change. Nothing was changed.',
      { edited: state.edited },
    );
  }
  const last = state.applied.at(-1);
  const skipped = last === undefined ? [] : state.pending.filter((name) => name < last);
  if (skipped.length > 0) {
    throw errors.configuration(
      `The migration ${skipped.join(', ')} comes before ${last}, which was applied already. Give it the next number.`,
      { skipped },
    );
  }
}

async function createHistory(client: ClientBase, roles: Roles): Promise<void> {
  const { rows } = await client.query<{ made: boolean }>(
    "select to_regclass('public.chaski_migrations') is not null as made",
  );
  if (rows[0]!.made) return;
  await client.query(`begin;
    create table public.chaski_migrations (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default clock_timestamp()
    );
    alter table public.chaski_migrations enable row level security;
    alter table public.chaski_migrations force row level security;
    create policy owner on public.chaski_migrations to ${roles.owner} using (true) with check (true);
    create policy system_reads on public.chaski_migrations for select to ${roles.system} using (true);
    grant select on public.chaski_migrations to ${roles.system};
    commit;`);
}

/** A migration's text with the names of the roles, split where another role works. */
export function render(migration: Migration, roles: Roles): { role: string; sql: string; line: number }[] {
  const sections: { role: string; sql: string; line: number }[] = [{ role: roles.owner, sql: '', line: 1 }];
  migration.text.split('\n').forEach((line, index) => {
    const turn = /^--! as (owner|system)\s*$/.exec(line)?.[1] as 'owner' | 'system' | undefined;
    if (turn !== undefined) {
      sections.push({ role: roles[turn], sql: '', line: index + 2 });
      return;
    }
    const filled = line.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
      const role = (roles as unknown as Record<string, string>)[key];
      if (role === undefined) {
        throw errors.configuration(`${migration.name}.sql line ${index + 1}: {{${key}}} is no role.`);
      }
      return role;
    });
    sections.at(-1)!.sql += `${filled}\n`;
  });
  return sections.filter((section) => section.sql.trim() !== '');
}

async function apply(client: ClientBase, migration: Migration, roles: Roles): Promise<void> {
  await client.query('begin');
  try {
    for (const section of render(migration, roles)) {
      await client.query(`set local role ${section.role}`);
      await client.query(section.sql).catch((error: { position?: string }) => {
        throw errors.configuration(
          `Migration ${migration.name}.sql failed${lineOf(section, error.position)}: ${String((error as Error).message)}. Nothing of it was kept.`,
          { migration: migration.name, cause: String(error) },
        );
      });
    }
    await client.query(`set local role ${roles.owner}`);
    await client.query('insert into public.chaski_migrations (name, checksum) values ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

function lineOf(section: { sql: string; line: number }, position: string | undefined): string {
  if (position === undefined) return '';
  return ` in line ${section.line + section.sql.slice(0, Number(position) - 1).split('\n').length - 1}`;
}

/** Today and the days after it: the job that makes tomorrow's may be late by a week before anybody waits for it. */
async function makePartitions(client: ClientBase, now: Date): Promise<void> {
  const { rows } = await client.query<{ made: boolean }>(
    "select to_regproc('public.make_day_partition') is not null as made",
  );
  if (!rows[0]!.made) return;
  const day = now.toISOString().slice(0, 10);
  for (const parent of PARTITIONED) {
    await client.query(
      'select public.make_day_partition($1, $2::date + ahead) from generate_series(0, $3) as ahead',
      [parent, day, PARTITION_DAYS],
    );
  }
}
