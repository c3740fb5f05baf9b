import type { ClientBase } from 'pg';

/**
 * The schema as SQL-like text for people: what a migration does shows in the diff of `schema.sql`. Our PostgreSQL comes
 * without pg_dump; this reads the catalogue and leaves out days (partitions come and go) and the job queue's schema.
 */
export async function dumpSchema(client: ClientBase): Promise<string> {
  // With an empty path every name but pg_catalog's is written with its schema, whoever runs this.
  await client.query("set search_path = ''");
  const list = async (sql: string): Promise<string[]> =>
    (await client.query<{ line: string }>(sql)).rows.map((row) => row.line);
  const ours = "n.nspname in ('public', 'chaski_private')";
  const sections: [string, string[]][] = [
    [
      'schemas',
      await list(
        `select 'create schema ' || n.nspname || ';' as line from pg_namespace n where ${ours} and n.nspname <> 'public' order by 1`,
      ),
    ],
    [
      'sequences',
      await list(`select 'create sequence ' || c.relname || ';' as line from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where ${ours} and c.relkind = 'S' order by 1`),
    ],
  ];
  const { rows: tables } = await client.query<{ oid: number; name: string; tail: string; rls: string }>(
    `select c.oid::int as oid, c.relname as name,
            coalesce(' partition by ' || pg_get_partkeydef(c.oid), '') ||
              coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') as tail,
            case when c.relrowsecurity then 'row security' || case when c.relforcerowsecurity then ', forced' else ', NOT FORCED' end
                 else 'NO ROW SECURITY' end as rls
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${ours} and c.relkind in ('r', 'p') and not c.relispartition order by c.relname collate "C"`,
  );
  for (const table of tables) {
    const of = async (sql: string): Promise<string[]> =>
      (await client.query<{ line: string }>(sql, [table.oid])).rows.map((row) => row.line);
    const inside = [
      ...(await of(`select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ||
          case when a.attnotnull then ' not null' else '' end || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`)),
      ...(await of(`select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line from pg_constraint
         where conrelid = $1 and contype in ('p', 'u', 'f', 'c', 'x') order by contype desc, conname collate "C"`)),
    ];
    const after = [
      ...(await of(`select pg_get_indexdef(i.indexrelid) || ';' as line from pg_index i join pg_class c on c.oid = i.indexrelid
         where i.indrelid = $1 and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
         order by c.relname collate "C"`)),
      ...(await of(
        `select 'trigger: ' || pg_get_triggerdef(oid) as line from pg_trigger where tgrelid = $1 and not tgisinternal order by tgname collate "C"`,
      )),
      ...(await of(`select 'policy ' || polname || ' for ' || case polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end ||
          ' to ' || (select string_agg(r::regrole::text, ', ' order by r::regrole::text) from unnest(polroles) r) ||
          coalesce(' using ' || pg_get_expr(polqual, polrelid), '') || coalesce(' with check ' || pg_get_expr(polwithcheck, polrelid), '') || ';' as line
          from pg_policy where polrelid = $1 order by polname collate "C"`)),
      ...(await of(grantsOf('relacl', 'pg_class', 'c.oid = $1', 'c.relowner'))),
    ];
    sections.push([
      `table ${table.name} (${table.rls})`,
      [`create table ${table.name} (\n  ${inside.join(',\n  ')}\n)${table.tail};`, ...after],
    ]);
  }
  const { rows: views } = await client.query<{ oid: number; line: string }>(
    `select c.oid::int as oid, 'create view ' || c.relname || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') ||
            ' as' || chr(10) || pg_get_viewdef(c.oid) as line
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${ours} and c.relkind = 'v' order by c.relname collate "C"`,
  );
  for (const view of views) {
    const grants = await client.query<{ line: string }>(
      grantsOf('relacl', 'pg_class', 'c.oid = $1', 'c.relowner'),
      [view.oid],
    );
    sections.push(['view', [view.line, ...grants.rows.map((row) => row.line)]]);
  }
  const { rows: functions } = await client.query<{ oid: number; line: string }>(
    `select p.oid::int as oid, rtrim(pg_get_functiondef(p.oid), chr(10)) || ';' as line from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where ${ours} order by n.nspname collate "C", p.proname collate "C"`,
  );
  for (const fn of functions) {
    const grants = await client.query<{ line: string }>(
      grantsOf('proacl', 'pg_proc', 'c.oid = $1', 'c.proowner'),
      [fn.oid],
    );
    sections.push(['function', [fn.line, ...grants.rows.map((row) => row.line)]]);
  }
  await client.query('reset search_path');
  const text = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `-- ${title}\n${lines.join('\n')}\n`)
    .join('\n');
  return `-- Generated by \`npm run schema\`. For reading and for the diff; the migrations are what is run.\n\n${text}`;
}

function grantsOf(column: string, catalogue: string, where: string, owner: string): string {
  return `select 'grant ' || string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) || ' to ' ||
      case when a.grantee = 0 then 'public' else a.grantee::regrole::text end || ';' as line
    from ${catalogue} c, aclexplode(c.${column}) a where ${where} and a.grantee <> ${owner} group by a.grantee order by 1`;
}
