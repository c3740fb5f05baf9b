import type { TenantTx, Tx } from '../../platform/db/index.ts';
import type { CompatQuery } from './supabase-query.ts';
import type { ColumnType, CompatTable } from './supabase-tables.ts';

export type CompatRow = Record<string, unknown>;

/**
 * Rows of one of S0's tables. The text is put together from names of the allow-lists alone; whatever a client wrote is
 * a parameter. The policies of the tables below the view decide what is shown; the tenant is named all the same.
 */
export function readRows(
  tx: Tx,
  table: CompatTable,
  query: CompatQuery,
  numberIds: readonly string[] | null,
): Promise<CompatRow[]> {
  const values: unknown[] = [];
  const put = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const where: string[] = [];
  if (tx.scope === 'tenant') where.push(`${table.tenant} = ${put(tx.workspaceId, 'uuid')}`);
  if (numberIds !== null && table.number !== undefined) {
    where.push(`${table.number} = any (${put(numberIds, 'uuid[]')})`);
  }
  for (const { column, is, values: wanted } of query.filters) {
    const type: ColumnType = table.columns[column]!;
    if (is === 'null') where.push(`${column} is null`);
    else if (is === 'eq') where.push(`${column} = ${put(wanted[0], type)}`);
    else where.push(`${column} = any (${put(wanted, `${type}[]`)})`);
  }
  const order = query.order.map(
    ({ column, descending, nulls }) =>
      `${column} ${descending ? 'desc' : 'asc'}${nulls === null ? '' : ` nulls ${nulls}`}`,
  );
  // In the direction of the last one: an index then serves both. Pages without an order of their own stay apart, too.
  if (!query.order.some(({ column }) => column === 'id')) {
    order.push(`id ${query.order.at(-1)?.descending ? 'desc' : 'asc'}`);
  }
  return tx.query<CompatRow>(
    `select ${query.columns.join(', ')} from ${table.view}${where.length === 0 ? '' : ` where ${where.join(' and ')}`}
      order by ${order.join(', ')} limit ${put(query.limit, 'int')} offset ${put(query.offset, 'int')}`,
    values,
  );
}

/** S0's two functions, in the words of its policies. */
export async function myself(
  tx: TenantTx,
): Promise<{ get_my_company_id: string | null; get_my_role: string | null }> {
  const [row] = await tx.query<{ get_my_company_id: string | null; get_my_role: string | null }>(
    'select get_my_company_id(), get_my_role()',
  );
  return row!;
}
