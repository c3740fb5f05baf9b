import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { catalogueProblems } from '../../../test/catalogue.ts';
import { urlWith } from '../../../test/harness.ts';
import { startPostgres, type TestServer } from '../../../test/postgres.ts';
import { installQueue } from '../queue/install.ts';
import {
  checkMigrations,
  type MigrateOptions,
  migrate,
  migrationsDirectory,
  printRoles,
  readMigrations,
  render,
  rolesOf,
  urlAs,
} from './migrate.ts';

const now = new Date('2026-11-20T00:00:00Z');
const unique = () => `m${randomBytes(5).toString('hex')}`;

describe.each([15, 18] as const)('PostgreSQL %i', (major) => {
  let server: TestServer | undefined;
  let adminUrl: string;
  let admin: pg.Client;

  beforeAll(async () => {
    if (major === 15) server = await startPostgres(15);
    adminUrl = server?.urlFor('postgres', 'postgres') ?? inject('cluster').adminUrl;
    admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
  });
  afterAll(async () => {
    for (const name of made) await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
    await server?.stop();
  });

  const made: string[] = [];
  /** A database of its own with roles of its own. */
  async function fresh(
    owner?: string,
  ): Promise<{ name: string; url: string; prefix: string; options: MigrateOptions }> {
    const name = unique();
    await admin.query(`create database ${name} ${owner === undefined ? '' : `owner ${owner}`}`);
    made.push(name);
    const url = urlWith(adminUrl, owner ?? 'postgres', name);
    const prefix = unique();
    return { name, url, prefix, options: { ownerUrl: url, rolePrefix: prefix, now } };
  }
  let template: { name: string; prefix: string } | undefined;
  /** A copy of one that was migrated, for what comes after: the roles are the cluster's, so all copies share theirs. */
  async function migrated(): ReturnType<typeof fresh> {
    if (template === undefined) {
      const { name, prefix, options } = await fresh();
      await migrate(options);
      template = { name, prefix };
    }
    const name = unique();
    await admin.query(`create database ${name} template ${template.name}`);
    made.push(name);
    const url = urlWith(adminUrl, 'postgres', name);
    const { prefix } = template;
    return { name, url, prefix, options: { ownerUrl: url, rolePrefix: prefix, now } };
  }
  async function inside<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await fn(client);
    } finally {
      await client.end();
    }
  }
  const superuser = (name: string) => urlWith(adminUrl, 'postgres', name);
  const folder = mkdtempSync(join(tmpdir(), 'chaski-migrations-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let number = 0;
  /** A folder of migrations of one's own; `first` alone where it is not about the others, which take a second. */
  const copy = (which: 'all' | 'first' = 'all'): string => {
    const directory = join(folder, String(number++));
    const [first] = readMigrations();
    cpSync(migrationsDirectory, directory, {
      recursive: true,
      filter: (path) =>
        which === 'all' || path === migrationsDirectory || path.endsWith(`${first!.name}.sql`),
    });
    return directory;
  };
  const withQueue = (prefix: string): Pick<MigrateOptions, 'afterMigrate'> => ({
    afterMigrate: (_client, _roles, url) => installQueue(url, prefix),
  });

  test('an empty database, then nothing more to do', async () => {
    const { options, url, prefix } = await fresh();
    const names = readMigrations().map((m) => m.name);
    expect((await checkMigrations({ url, rolePrefix: prefix })).pending).toEqual(names);
    expect(await migrate(options)).toEqual({ applied: names });
    expect(await migrate(options)).toEqual({ applied: [] });
    expect(await checkMigrations({ url, rolePrefix: prefix })).toEqual({
      applied: names,
      pending: [],
      edited: [],
      unknown: [],
    });
    const days = await inside(url, (c) =>
      c.query(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'raw_events'::regclass order by 1",
      ),
    );
    expect(days.rows.map((row) => row.name)).toEqual(
      [20, 21, 22, 23, 24, 25, 26, 27].map((day) => `raw_events_202611${day}`),
    );
  });

  test('the program’s own login sees the state too, and nothing else', async () => {
    const { options, name, prefix } = await migrated();
    await migrate({ ...options, loginPassword: "it's a \\ pass" });
    const state = await checkMigrations({
      url: urlWith(adminUrl, rolesOf(prefix).login, name),
      rolePrefix: prefix,
    });
    expect(state.pending).toEqual([]);
    expect(state.applied).not.toEqual([]);
  });

  test('20 migrators at once: one applies, nobody fails', async () => {
    const { options, prefix } = await fresh();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => migrate({ ...options, ...withQueue(prefix) })),
    );
    expect(results.filter((r) => r.applied.length > 0)).toHaveLength(1);
  });

  test('migrators of several databases race for the same roles', async () => {
    const bases = [await fresh(), await fresh(), await fresh(), await fresh(), await fresh(), await fresh()];
    const shared = { rolePrefix: unique(), loginPassword: 'x', directory: copy('first') };
    const results = await Promise.all(bases.map((base) => migrate({ ...base.options, ...shared })));
    expect(results.every((r) => r.applied.length > 0)).toBe(true);
  });

  test('an owner who is no superuser but may create roles', async () => {
    const owner = unique();
    await admin.query(`create role ${owner} login createrole createdb`);
    const { options, name, prefix } = await fresh(owner);
    await migrate({ ...options, ...withQueue(prefix), loginPassword: 'x' });
    expect(await migrate({ ...options, ...withQueue(prefix) })).toEqual({ applied: [] });
    const problems = await inside(superuser(name), (c) => catalogueProblems(c, rolesOf(prefix)));
    expect(problems).toEqual([]);
    expect((await checkMigrations({ url: options.ownerUrl, rolePrefix: prefix })).pending).toEqual([]);
  });

  test('an owner who may create nothing is told the SQL, and works once a DBA ran it', async () => {
    const owner = unique();
    await admin.query(`create role ${owner} login`);
    const { options, name, prefix } = await fresh(owner);
    const refusal = await migrate(options).catch((error: Error) => error);
    expect(refusal).toBeInstanceOf(Error);
    expect((refusal as Error).message).toContain(printRoles(prefix, owner));
    await inside(superuser(name), async (c) => {
      const tables = await c.query("select 1 from pg_tables where schemaname = 'public'");
      expect(tables.rowCount).toBe(0);
      const sql = printRoles(prefix, owner);
      await c.query(major >= 16 ? sql : sql.replace(' with inherit false, set true', ''));
    });
    await migrate({ ...options, ...withQueue(prefix) });
    const problems = await inside(superuser(name), (c) => catalogueProblems(c, rolesOf(prefix)));
    expect(problems).toEqual([]);
  });

  test('roles that are not safe are refused', async () => {
    const { options: all, prefix } = await fresh();
    const options = { ...all, directory: copy('first') };
    await admin.query(`create role ${prefix}_app nologin bypassrls`);
    await expect(migrate(options)).rejects.toThrow(/_app bypasses row security/);
    await admin.query(`alter role ${prefix}_app nobypassrls`);
    await admin.query(`grant ${prefix}_system to ${prefix}_app`);
    await expect(migrate(options)).rejects.toThrow(/_app is a member of .*_system/);
    await admin.query(`revoke ${prefix}_system from ${prefix}_app`);
    await migrate(options);
  });

  describe('history', () => {
    const next = () => String(Number(readMigrations().at(-1)!.name.slice(0, 4)) + 1).padStart(4, '0');
    const add = (directory: string, sql: string) => writeFileSync(join(directory, `${next()}_more.sql`), sql);

    test('edited history is refused, CRLF is no edit', async () => {
      const { options } = await migrated();
      const directory = copy();
      const file = join(directory, `${readMigrations()[0]!.name}.sql`);
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replaceAll('\n', '\r\n'));
      expect(await migrate({ ...options, directory })).toEqual({ applied: [] });
      writeFileSync(file, `${text}-- one more word\n`);
      add(directory, 'create table never (id int)');
      await expect(migrate({ ...options, directory })).rejects.toThrow(/was applied with another text/);
      await inside(options.ownerUrl, async (c) => {
        expect((await c.query("select to_regclass('public.never') as t")).rows[0].t).toBeNull();
      });
    });

    test('a schema from a newer program is refused', async () => {
      const { options, prefix } = await migrated();
      const directory = copy();
      add(directory, 'select 1;');
      await migrate({ ...options, directory });
      await expect(migrate(options)).rejects.toThrow(/newer version/);
      expect((await checkMigrations({ url: options.ownerUrl, rolePrefix: prefix })).unknown).toEqual([
        `${next()}_more`,
      ]);
    });

    test('a failing migration leaves nothing, says where, and can be tried again', async () => {
      const { options } = await fresh();
      const directory = copy('first');
      add(directory, 'create table half (id int);\n\nselect nonsense();\n');
      await expect(migrate({ ...options, directory })).rejects.toThrow(
        /_more\.sql failed in line 3: .*nonsense/,
      );
      await inside(options.ownerUrl, async (c) => {
        expect((await c.query("select to_regclass('public.half') as t")).rows[0].t).toBeNull();
      });
      add(directory, 'create table half (id int);');
      expect((await migrate({ ...options, directory })).applied).toEqual([`${next()}_more`]);
    });

    test('a data step runs as system over seeded rows; as the owner it would change none', async () => {
      const { options, prefix } = await migrated();
      const directory = copy();
      await inside(options.ownerUrl, (c) =>
        c.query(
          "insert into workspaces (id, name, created_at) select gen_random_uuid(), 'w' || n, now() from generate_series(1, 5) n",
        ),
      );
      add(
        directory,
        `alter table workspaces add column slug text;
update workspaces set slug = 'by the owner';
--! as system
update workspaces set slug = lower(name) where slug is null;
--! as owner
create index workspaces_slug on workspaces (slug);
comment on table workspaces is 'seen by {{app}}';
`,
      );
      await migrate({ ...options, directory });
      const { rows } = await inside(options.ownerUrl, (c) =>
        c.query('select slug from workspaces order by slug'),
      );
      expect(rows.map((row) => row.slug)).toEqual(['w1', 'w2', 'w3', 'w4', 'w5']);
      expect(rolesOf(prefix).app).toContain(prefix);
    });

    test('two of one number and a name without one are refused, a number left out is not', () => {
      const directory = copy();
      writeFileSync(join(directory, '9000_later.sql'), 'select 1;');
      expect(readMigrations(directory).at(-1)!.name).toBe('9000_later');
      writeFileSync(join(directory, '9000_same.sql'), 'select 1;');
      expect(() => readMigrations(directory)).toThrow('9000_same.sql must be named NNNN_name.sql');
      rmSync(join(directory, '9000_same.sql'));
      writeFileSync(join(directory, 'later.sql'), 'select 1;');
      expect(() => readMigrations(directory)).toThrow('later.sql must be named NNNN_name.sql');
    });

    test('a number that comes too late is refused', async () => {
      const { options } = await migrated();
      const directory = copy();
      add(directory, 'select 1;');
      await migrate({ ...options, directory });
      await inside(options.ownerUrl, (c) =>
        c.query("delete from chaski_migrations where name = '0001_spine'"),
      );
      await expect(migrate({ ...options, directory })).rejects.toThrow(/Give it the next number/);
    });
  });

  test('days: made in a race, dropped only when nothing waits in them', async () => {
    const { prefix, url } = await migrated();
    const roles = rolesOf(prefix);
    const system = <T extends pg.QueryResultRow>(sql: string) =>
      inside(urlAs(url, roles.system), async (c) => (await c.query<T>(sql)).rows);
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        system(`select make_day_partition('${i % 2 ? 'events' : 'raw_events'}', '2026-12-24')`),
      ),
    );
    await expect(system("select make_day_partition('users', '2026-12-24')")).rejects.toThrow(
      /no such partitioned/,
    );
    const drop = async (parent: string) =>
      (await system<{ gone: boolean }>(`select drop_day_partition('${parent}', '2026-12-24') as gone`))[0]!
        .gone;

    await system(
      `insert into raw_events (day, hash, source, app_id, body, received_at) values ('2026-12-24', 'a', 'cloud', gen_random_uuid(), '{}', now())`,
    );
    expect(await drop('raw_events')).toBe(false);
    await system("update raw_events set processed_at = now() where day = '2026-12-24'");
    expect(await drop('raw_events')).toBe(true);
    expect(await drop('raw_events')).toBe(false);

    await system(
      `with e as (insert into events (day, workspace_id, id, name, at, data)
         values ('2026-12-24', gen_random_uuid(), gen_random_uuid(), 'x', now(), '{}') returning *)
       insert into event_queue (workspace_id, n, day, name) select workspace_id, n, day, name from e`,
    );
    expect(await drop('events')).toBe(false);
    // Still protected after the look inside.
    const { rows } = await inside(url, (c) =>
      c.query("select relforcerowsecurity as forced from pg_class where relname = 'events_20261224'"),
    );
    expect(rows).toEqual([{ forced: true }]);
    await system('delete from event_queue');
    expect(await drop('events')).toBe(true);
    // A tenant may make a day, which a write may need, and never drop one.
    await inside(urlAs(url, roles.app), async (c) => {
      await c.query("select make_day_partition('events', '2026-12-26')");
      await expect(c.query("select drop_day_partition('events', '2026-12-26')")).rejects.toThrow(
        /permission denied/,
      );
    });
  });
});

describe('without a database', () => {
  test('prefixes that need quoting are refused', () => {
    for (const bad of ['', 'Chaski', '1a', 'a-b', 'a b', 'pg_x', 'x'.repeat(41), 'a;drop'])
      expect(() => rolesOf(bad), bad).toThrow(/not usable/);
    expect(rolesOf('chaski').login).toBe('chaski_login');
  });

  test('an unknown placeholder names its line', () => {
    const migration = { name: '0009_x', text: 'select 1;\ngrant {{nobody}} to x;', checksum: '' };
    expect(() => render(migration, rolesOf('c'))).toThrow('0009_x.sql line 2: {{nobody}}');
  });

  test('a connection string for another role keeps what it has', () => {
    expect(urlAs('postgres://u@h/d', 'r')).toBe('postgres://u@h/d?options=-c%20role%3Dr');
    expect(urlAs('postgres://u@h/d?sslmode=require&options=-c%20x%3D1', 'r')).toBe(
      'postgres://u@h/d?sslmode=require&options=-c%20x%3D1%20-c%20role%3Dr',
    );
  });
});
