/** The tenancy proof for one server; run on the oldest and the newest PostgreSQL that we support. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rolesOf } from '../src/platform/db/roles.ts';
import { catalogueProblems, tenantTables } from './catalogue.ts';
import { type MatrixTable, matrixProblems, readMatrix } from './matrix.ts';
import { reachProblems } from './reach.ts';

export function tenancySuite(major: number, ownerUrl: () => Promise<string>, prefix = 'chaski'): void {
  describe(`tenancy on PostgreSQL ${major}`, () => {
    const roles = rolesOf(prefix);
    let client: pg.Client;
    let tables: MatrixTable[];

    beforeAll(async () => {
      client = new pg.Client({ connectionString: await ownerUrl() });
      await client.connect();
      tables = await readMatrix(client);
    });
    afterAll(() => client.end());

    const undone = async <T>(fn: () => Promise<T>): Promise<T> => {
      await client.query('begin');
      try {
        return await fn();
      } finally {
        await client.query('rollback');
      }
    };

    test('this server is what it says', async () => {
      const { rows } = await client.query(
        "select current_setting('server_version_num')::int / 10000 as major",
      );
      expect(rows).toEqual([{ major }]);
    });

    test('the catalogue has no problem', async () => {
      expect(await catalogueProblems(client, roles)).toEqual([]);
      // Enough to know that the walk walked.
      expect(tenantTables(tables).length).toBeGreaterThan(20);
      expect(tables.filter((t) => t.isPartition).length).toBeGreaterThanOrEqual(16);
    });

    test('own, other and no tenant on every table', async () => {
      const { problems, tries } = await undone(() => matrixProblems(client, roles, tables));
      expect(problems).toEqual([]);
      expect(tries).toBeGreaterThan(tenantTables(tables).length * 15);
    });

    test('limited members and keys reach what is theirs, nobody a number that is not active', async () => {
      expect(await undone(() => reachProblems(client, roles))).toEqual([]);
    });

    test('a policy of reach widened, a single arm of it, or dropped: red for each', async () => {
      const { rows } = await client.query<{ table: string; rule: string; command: string }>(
        "select tablename as table, qual as rule, cmd as command from pg_policies where policyname = 'reach'",
      );
      expect(rows.length).toBeGreaterThan(3);
      const setting = (name: string) => `current_setting('app.${name}'::text, true)`;
      const unseen: string[] = [];
      let tried = 0;
      for (const { table, rule, command } of rows) {
        const rules: Record<string, string> = {
          'widened to true': 'true',
          'numbers that are not active': rule.replaceAll("<> 'active'::text", "= 'nothing'::text"),
          'certain numbers': rule.replaceAll(setting('number_ids'), "''::text"),
          'own only': rule.replaceAll(setting('own_only'), "''::text"),
        };
        for (const [what, widened] of Object.entries(rules)) {
          expect(widened, `${table}: ${what}`).not.toBe(rule);
          const policy = `create policy reach on public.${table} as restrictive for ${command} to ${roles.app} using (${widened})`;
          const problems = await undone(async () => {
            await client.query(`drop policy reach on public.${table}; ${policy}`);
            return reachProblems(client, roles);
          });
          tried++;
          if (problems.length === 0) unseen.push(`${table}: ${what}`);
        }
        const dropped = await undone(async () => {
          await client.query(`drop policy reach on public.${table}`);
          return catalogueProblems(client, roles);
        });
        if (dropped.length === 0) unseen.push(`${table}: dropped`);
        // The control: the rule as it is, written again.
        const same = await undone(async () => {
          await client.query(
            `drop policy reach on public.${table};
             create policy reach on public.${table} as restrictive for ${command} to ${roles.app} using (${rule})`,
          );
          return [...(await catalogueProblems(client, roles)), ...(await reachProblems(client, roles))];
        });
        expect(same).toEqual([]);
      }
      expect(unseen).toEqual([]);
      expect(tried).toBe(rows.length * 4);
    });

    /** What the matrix says of one table after a change of the schema that is rolled back. */
    const matrixAfter = (sql: string, table: string, enough = Number.POSITIVE_INFINITY) =>
      undone(async () => {
        await client.query(sql);
        return (await matrixProblems(client, roles, tables, { only: new Set([table]), enough })).problems;
      });
    const catalogueAfter = (sql: string) =>
      undone(async () => {
        await client.query(sql);
        return catalogueProblems(client, roles);
      });

    const policyOf = (t: MatrixTable, using: string | null, check: string | null) =>
      `drop policy tenant on public.${t.name};
       create policy tenant on public.${t.name} to ${roles.app}
         ${using === null ? '' : `using (${using})`} ${check === null ? '' : `with check (${check})`}`;
    const rule = (t: MatrixTable) =>
      `${t.tenantColumn} = (select nullif(current_setting('app.workspace_id', true), '')::uuid)`;

    test('the control mutation, a policy replaced by itself, stays green', async () => {
      const t = tables.find((table) => table.name === 'messages')!;
      const sql = policyOf(t, rule(t), rule(t));
      expect(await catalogueAfter(sql)).toEqual([]);
      expect(await matrixAfter(sql, t.name)).toEqual([]);
    });

    const mutations: [string, (t: MatrixTable) => string, 'both' | 'catalogue'][] = [
      ['the policy widened to true', (t) => policyOf(t, 'true', 'true'), 'both'],
      ['using widened to true', (t) => policyOf(t, 'true', rule(t)), 'both'],
      ['with check widened to true', (t) => policyOf(t, rule(t), 'true'), 'both'],
      // PostgreSQL then checks with `using`: the same behaviour today, and a trap for whoever widens `using` later.
      ['with check dropped', (t) => policyOf(t, rule(t), null), 'catalogue'],
      ['row security off', (t) => `alter table public.${t.name} disable row level security`, 'both'],
      [
        'row security not forced',
        (t) => `alter table public.${t.name} no force row level security`,
        'catalogue',
      ],
      ['a second, wide policy', (t) => `create policy extra on public.${t.name} using (true)`, 'both'],
      [
        // Fails open when nobody set a tenant.
        'no tenant sees all',
        (t) =>
          policyOf(t, `${rule(t)} or nullif(current_setting('app.workspace_id', true), '') is null`, rule(t)),
        'both',
      ],
      [
        'granted to the login',
        (t) => `grant truncate, references on public.${t.name} to ${roles.login}`,
        'catalogue',
      ],
    ];
    const mayWrite = async (table: string): Promise<boolean> => {
      const { rows } = await client.query<{ may: boolean }>(
        "select has_table_privilege($1, 'public.' || $2, 'insert') or has_table_privilege($1, 'public.' || $2, 'update') as may",
        [roles.app, table],
      );
      return rows[0]?.may ?? false;
    };
    for (const [what, sql, seenBy] of mutations) {
      test(`${what}: red for each table alone`, async () => {
        const unseen: string[] = [];
        const all = tenantTables(tables) as MatrixTable[];
        // The catalogue is read once with all of them changed: it judges each table by its own rows and names it.
        const named = (await catalogueAfter(all.map(sql).join(';'))).join('\n');
        for (const table of all) {
          if (!new RegExp(`\\b${table.name}\\b`).test(named))
            unseen.push(`${table.name}: the catalogue check is green`);
          // What no tenant may write at all shows no difference in what may be written.
          const shows = !what.startsWith('with check') || (await mayWrite(table.name));
          // Tried alone: a policy that asks another table would show that one's hole.
          if (seenBy === 'both' && shows && (await matrixAfter(sql(table), table.name, 1)).length === 0) {
            unseen.push(`${table.name}: the matrix is green`);
          }
        }
        expect(unseen).toEqual([]);
      }, 120_000);
    }

    test('other holes turn the catalogue check red', async () => {
      const partition = tables.find((t) => t.isPartition)!.name;
      const holes: Record<string, string> = {
        'a table without a tenant': 'create table public.loose (id uuid primary key)',
        'a tenant table without row security':
          'create table public.loose (workspace_id uuid, id uuid, primary key (workspace_id, id))',
        'a view of its owner': 'create view public.peek as select * from messages',
        'a materialised view': 'create materialized view public.peek as select 1 as one',
        'a definer without search_path':
          "create function public.peek() returns text language sql security definer as $$ select 'x' $$",
        'a definer for everybody':
          "create function public.peek() returns text language sql security definer set search_path = pg_catalog, pg_temp as $$ select 'x' $$",
        'app becomes a member of system': `grant ${roles.system} to ${roles.app}`,
        'app owns a table': `grant create on schema public to ${roles.app}; alter table messages owner to ${roles.app}`,
        'app bypasses': `alter role ${roles.app} bypassrls`,
        'system is superuser': `alter role ${roles.system} superuser`,
        'the login is superuser': `alter role ${roles.login} superuser`,
        'app reads everything': `grant pg_read_all_data to ${roles.app}`,
        'a grant on a partition': `grant select on public.${partition} to ${roles.app}`,
        'a partition without row security': `alter table public.${partition} disable row level security`,
        'a grant to everybody': 'grant select on public.messages to public',
        'a column granted to everybody': 'grant select (id) on public.messages to public',
        'an installation table for tenants': `grant select on public.users to ${roles.app}`,
        'a foreign key without the workspace':
          'create table public.loose2 (workspace_id uuid, id uuid unique, primary key (workspace_id, id)); alter table public.media add foreign key (id) references public.loose2 (id)',
        'a unique index over workspaces': 'create unique index loose on public.media (blob_key)',
        'a sealed column that rotation misses': 'alter table public.numbers add column sealed_pin text',
        'setval for tenants': `grant update on sequence events_n to ${roles.app}`,
        'default privileges': `alter default privileges for role ${roles.owner} grant select on tables to public`,
        'the policy for another role': `alter policy tenant on public.messages to ${roles.app}, ${roles.login}`,
        'the system policy for tenants': `alter policy system on public.messages to ${roles.system}, ${roles.app}`,
      };
      if (major >= 16) holes['the login inherits'] = `grant ${roles.app} to ${roles.login} with inherit true`;
      else holes['the login inherits'] = `alter role ${roles.login} inherit`;
      const unseen: string[] = [];
      for (const [what, sql] of Object.entries(holes)) {
        const problems = await undone(async () => {
          await client.query(sql);
          return catalogueProblems(client, roles);
        });
        if (problems.length === 0) unseen.push(what);
      }
      expect(unseen).toEqual([]);
    });

    test('the login alone reads nothing, wherever it looks', async () => {
      const seen: string[] = [];
      await undone(async () => {
        await client.query(`set local role ${roles.login}`);
        const { rows } = await client.query<{ name: string }>(
          `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('public', 'graphile_worker') and c.relkind in ('r', 'p', 'v')`,
        );
        expect(rows.length).toBeGreaterThan(50);
        for (const { name } of rows) {
          await client.query('savepoint one');
          const found = await client.query(`select * from ${name} limit 1`).then(
            (result) => result.rowCount,
            (error: { code: string }) => (error.code === '42501' ? 0 : error.code),
          );
          if (found !== 0) seen.push(`${name}: ${found}`);
          await client.query('rollback to savepoint one');
        }
      });
      expect(seen).toEqual([]);
    });
  });
}
