import { type Database, statement } from '../../platform/db/index.ts';

const size = statement('operator.size', 'select pg_database_size(current_database())::bigint as bytes');

// Partitions count for their parent: who looks for what grows wants `events`, not 30 days of it.
const largest = statement(
  'operator.largest',
  `select coalesce(p.inhparent, c.oid)::regclass::text as table, sum(pg_total_relation_size(c.oid))::bigint as bytes
     from pg_class c left join pg_inherits p on p.inhrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
    group by 1 order by 2 desc limit 12`,
);

/** How large the database is, and its largest tables with their indexes. */
export async function databaseSize(
  db: Database,
): Promise<{ bytes: number; largest: { table: string; bytes: number }[] }> {
  const [whole, tables] = await db.runSystem('how large the database is', [
    { statement: size },
    { statement: largest },
  ]);
  return {
    bytes: Number(whole?.rows[0]?.bytes ?? 0),
    largest: (tables?.rows ?? []).map((row) => ({ table: String(row.table), bytes: Number(row.bytes) })),
  };
}
