/**
 * matrix — tries, for every table, to read, insert, change and delete as own, other and no tenant; gives back what was
 * possible and should not be, and what should be and was not (a check that refuses everything proves nothing).
 *
 * Rows are made from the catalogue, so a new table is attacked without anybody writing a line. All of it runs in one
 * transaction of a superuser that becomes the other roles with `set local role`, and is rolled back: so a mutation of
 * the schema can be tried in the same transaction. Foreign keys are asleep (session_replication_role): the catalogue
 * proves those, and row security must hold without them.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Roles } from '../src/platform/db/roles.ts';
import { installationTables, readableTables, readTables, type Table, tenantTables } from './catalogue.ts';

interface Column {
  name: string;
  type: string;
  required: boolean;
  inKey: boolean;
  /** The words that a check constraint allows. */
  words: string[] | null;
  generated: boolean;
}

/** Where the catalogue does not tell enough: a check over several columns. */
const hints: Record<string, Record<string, unknown>> = {
  conversations: { group_ref: 'group' },
};

export interface MatrixTable extends Table {
  columns: Column[];
}

export async function readMatrix(client: ClientBase): Promise<MatrixTable[]> {
  const tables = (await readTables(client)).filter(
    (t) => t.schema === 'public' && (t.kind === 'r' || t.kind === 'p'),
  );
  const { rows } = await client.query<Omit<Column, 'words'> & { oid: number; checks: string[] }>(
    `select a.attrelid::int as oid, a.attname as name, format_type(a.atttypid, null) as type,
            a.attnotnull and not a.atthasdef as required, a.attgenerated <> '' or a.attidentity = 'a' as generated,
            coalesce(a.attnum = any(k.indkey::int2[]), false) as "inKey",
            array(select pg_get_constraintdef(c.oid) from pg_constraint c
                   where c.conrelid = a.attrelid and c.contype = 'c' and c.conkey = array[a.attnum]) as checks
       from pg_attribute a left join pg_index k on k.indrelid = a.attrelid and k.indisprimary
      where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [tables.map((t) => t.oid)],
  );
  return tables.map((table) => ({
    ...table,
    columns: rows
      .filter((row) => row.oid === table.oid)
      .map(({ checks, ...column }) => ({ ...column, words: wordsOf(checks) })),
  }));
}

function wordsOf(checks: readonly string[]): string[] | null {
  for (const check of checks) {
    if (!/ = ANY \(| = '/.test(check)) continue;
    const words = [...check.matchAll(/'([^']*)'::text/g)].map((match) => match[1]!);
    if (words.length > 0) return words;
  }
  return null;
}

function valueFor(column: Column): unknown {
  if (column.words) return column.words[0];
  switch (column.type) {
    case 'uuid':
      return randomUUID();
    case 'text':
      return randomBytes(9).toString('hex');
    case 'bytea':
      return randomBytes(16);
    case 'jsonb':
    case 'json':
      return '{}';
    case 'boolean':
      return false;
    case 'date':
      return '2026-11-20';
    case 'timestamp with time zone':
      return '2026-11-20T12:00:00Z';
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'numeric':
    case 'double precision':
      return column.inKey ? randomBytes(2).readUInt16BE() % 30_000 : 1;
    case 'tsvector':
      return 'word';
    case 'inet':
      return '127.0.0.1';
    default:
      if (column.type.endsWith('[]')) return '{}';
      throw new Error(`matrix.ts does not know how to make a ${column.type}; add it to valueFor.`);
  }
}

function insertOf(table: MatrixTable, tenant: string | null): { text: string; values: unknown[] } {
  const fixed: Record<string, unknown> = { ...hints[table.name] };
  if (tenant !== null && table.tenantColumn !== null) fixed[table.tenantColumn] = tenant;
  const used = table.columns.filter(
    (c) => !c.generated && (c.name in fixed || c.required || (c.inKey && c.type !== 'bigint')),
  );
  return {
    text: `insert into public.${table.name} (${used.map((c) => c.name).join(', ')}) values (${used.map((_, i) => `$${i + 1}`).join(', ')})`,
    values: used.map((c) => (c.name in fixed ? fixed[c.name] : valueFor(c))),
  };
}

/** Ends the tries of a table. */
const enoughKnown = Symbol('enough known');

type Outcome = { count: number } | { refused: string };

/**
 * Runs the whole matrix in the caller's transaction; a savepoint around each try. `only`: these tables; `enough`: no
 * further try of a table once so many problems are known.
 */
export async function matrixProblems(
  client: ClientBase,
  roles: Roles,
  all: readonly MatrixTable[],
  { only, enough = Number.POSITIVE_INFINITY }: { only?: ReadonlySet<string>; enough?: number } = {},
): Promise<{ problems: string[]; tries: number }> {
  const problems: string[] = [];
  let tries = 0;
  const own = randomUUID();
  const other = randomUUID();
  const tenants = tenantTables(all).map((t) => t.name);

  await client.query("select set_config('session_replication_role', 'replica', true)");

  const attempt = async (
    role: string,
    tenant: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Outcome> => {
    tries++;
    // One trip for the three: there are thousands of these.
    await client.query(
      `savepoint try; set local role ${role}; select set_config('app.workspace_id', '${tenant}', true)`,
    );
    try {
      const result = await client.query(text, values as unknown[]);
      // count(*) answers one row with the number in it.
      const first = result.rows[0] as { count?: string } | undefined;
      return { count: first?.count === undefined ? (result.rowCount ?? 0) : Number(first.count) };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code !== '42501') problems.push(`unexpected ${code}: ${message} in ${text}`);
      return { refused: message };
    } finally {
      await client.query('rollback to savepoint try');
    }
  };
  const expect = (what: string, outcome: Outcome, wanted: number | 'refused' | 'nothing') => {
    const got = 'refused' in outcome ? 'refused' : outcome.count;
    const good = wanted === 'nothing' ? got === 'refused' || got === 0 : got === wanted;
    if (good) return;
    problems.push(`${what}: expected ${wanted}, got ${got}`);
    if (problems.length >= enough) throw enoughKnown;
  };
  const count = (table: MatrixTable, where = 'true') =>
    `select count(*)::text as count from public.${table.name} where ${where}`;

  const tryTable = async (table: MatrixTable): Promise<void> => {
    const name = table.name;
    const any = table.columns[0]!.name;
    if (table.isPartition) {
      for (const role of [roles.app, roles.system, roles.login]) {
        expect(`${role} selects the partition ${name}`, await attempt(role, own, count(table)), 'refused');
        expect(
          `${role} inserts into the partition ${name}`,
          await attempt(role, own, `insert into public.${name} default values`),
          'refused',
        );
        expect(
          `${role} updates the partition ${name}`,
          await attempt(role, own, `update public.${name} set ${any} = ${any}`),
          'refused',
        );
        expect(
          `${role} deletes from ${name}`,
          await attempt(role, own, `delete from public.${name}`),
          'refused',
        );
      }
      return;
    }
    const tenant = tenants.includes(name);
    for (const owner of tenant ? [own, own, other] : [null]) {
      const row = insertOf(table, owner);
      // One workspace row per workspace: its id is its key.
      if (
        table.tenantColumn === 'id' &&
        owner === own &&
        (await client.query(count(table, `id = '${own}'`))).rows[0].count !== '0'
      )
        continue;
      await client.query(row.text, row.values);
    }
    const mine = table.tenantColumn === 'id' ? 1 : 2;

    expect(`login selects ${name}`, await attempt(roles.login, own, count(table)), 'nothing');
    expect(
      `login updates ${name}`,
      await attempt(roles.login, own, `update public.${name} set ${any} = ${any}`),
      'nothing',
    );
    expect(
      `login deletes from ${name}`,
      await attempt(roles.login, own, `delete from public.${name}`),
      'nothing',
    );
    const asLogin = insertOf(table, own);
    expect(
      `login inserts into ${name}`,
      await attempt(roles.login, own, asLogin.text, asLogin.values),
      'refused',
    );

    if (!tenant) {
      const readable = readableTables.has(name);
      const seen = await attempt(roles.app, own, count(table));
      if (readable) {
        if ('refused' in seen || seen.count < 1) problems.push(`a tenant cannot read ${name}`);
      } else expect(`a tenant selects ${name}`, seen, 'refused');
      const row = insertOf(table, null);
      expect(`a tenant inserts into ${name}`, await attempt(roles.app, own, row.text, row.values), 'refused');
      expect(
        `a tenant updates ${name}`,
        await attempt(roles.app, own, `update public.${name} set ${any} = ${any}`),
        'refused',
      );
      expect(
        `a tenant deletes from ${name}`,
        await attempt(roles.app, own, `delete from public.${name}`),
        'refused',
      );
      const system = await attempt(roles.system, '', count(table));
      if (!installationTables.has(name))
        problems.push(`${name} is neither a tenant's nor the installation's`);
      if ('refused' in system || system.count < 1) problems.push(`system cannot read ${name}`);
      return;
    }

    const column = table.tenantColumn!;
    const may = (
      await client.query<{ insert: boolean; update: boolean; delete: boolean }>(
        `select has_table_privilege($1, $2::regclass, 'insert') as insert, has_table_privilege($1, $2::regclass, 'update') as update,
                  has_table_privilege($1, $2::regclass, 'delete') as delete`,
        [roles.app, `public.${name}`],
      )
    ).rows[0]!;
    const set = `update public.${name} set ${column} = ${column}`;

    // Controls: the tenant works with its own, the system with all.
    expect(`own selects ${name}`, await attempt(roles.app, own, count(table)), mine);
    expect(`own updates ${name}`, await attempt(roles.app, own, set), may.update ? mine : 'refused');
    expect(
      `own deletes from ${name}`,
      await attempt(roles.app, own, `delete from public.${name}`),
      may.delete ? mine : 'refused',
    );
    const fresh = randomUUID();
    const good = insertOf(table, fresh);
    expect(
      `own inserts into ${name}`,
      await attempt(roles.app, fresh, good.text, good.values),
      may.insert ? 1 : 'refused',
    );
    expect(
      `system selects ${name}`,
      await attempt(roles.system, '', count(table, `${column} in ('${own}', '${other}')`)),
      mine + 1,
    );

    // The other's rows: named outright, and moved.
    expect(
      `own selects other's ${name}`,
      await attempt(roles.app, own, count(table, `${column} = '${other}'`)),
      0,
    );
    expect(
      `own updates other's ${name}`,
      await attempt(roles.app, own, `${set} where ${column} = '${other}'`),
      may.update ? 0 : 'refused',
    );
    expect(
      `own deletes other's ${name}`,
      await attempt(roles.app, own, `delete from public.${name} where ${column} = '${other}'`),
      may.delete ? 0 : 'refused',
    );
    const foreign = insertOf(table, other);
    expect(
      `own inserts other's ${name}`,
      await attempt(roles.app, own, foreign.text, foreign.values),
      'refused',
    );
    expect(
      `own gives its ${name} away`,
      await attempt(roles.app, own, `update public.${name} set ${column} = '${randomUUID()}'`),
      'refused',
    );

    // No tenant: the setting never made, and made empty by an earlier transaction.
    expect(`no tenant selects ${name}`, await attempt(roles.app, '', count(table)), 0);
    expect(`no tenant updates ${name}`, await attempt(roles.app, '', set), may.update ? 0 : 'refused');
    expect(
      `no tenant deletes from ${name}`,
      await attempt(roles.app, '', `delete from public.${name}`),
      may.delete ? 0 : 'refused',
    );
    const nobody = insertOf(table, own);
    expect(
      `no tenant inserts into ${name}`,
      await attempt(roles.app, '', nobody.text, nobody.values),
      'refused',
    );
  };

  for (const table of all) {
    if (only && !only.has(table.name)) continue;
    await client.query('savepoint row');
    try {
      await tryTable(table);
    } catch (error) {
      if (error !== enoughKnown) throw error;
    } finally {
      await client.query('rollback to savepoint row');
    }
  }
  return { problems, tries };
}
