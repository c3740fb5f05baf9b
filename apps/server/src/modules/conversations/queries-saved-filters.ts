import { statement, type TenantTx } from '../../platform/db/index.ts';

export interface SavedFilterRow {
  id: string;
  name: string;
  search: Record<string, unknown>;
  createdAt: Date;
}
type Row = SavedFilterRow & Record<string, unknown>;

const columns = 'id, name, search, created_at as "createdAt"';

const list = statement(
  'conversations.saved_filters',
  `select ${columns} from saved_filters where workspace_id = $1 and user_id = $2 order by lower(name), id`,
);

export function selectSavedFilters(tx: TenantTx, userId: string): Promise<SavedFilterRow[]> {
  return tx.query<Row>(list, [tx.workspaceId, userId]);
}

const save = statement(
  'conversations.save_filter',
  `insert into saved_filters (workspace_id, user_id, id, name, search, created_at) values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace_id, user_id, lower(name)) do update set name = excluded.name, search = excluded.search
   returning ${columns}`,
);

/** One of the same name is replaced. */
export async function upsertSavedFilter(
  tx: TenantTx,
  userId: string,
  filter: Pick<SavedFilterRow, 'id' | 'name' | 'search'>,
): Promise<SavedFilterRow> {
  const [row] = await tx.query<Row>(save, [
    tx.workspaceId,
    userId,
    filter.id,
    filter.name,
    JSON.stringify(filter.search),
    tx.now().toISOString(),
  ]);
  return row!;
}

const remove = statement(
  'conversations.delete_filter',
  'delete from saved_filters where workspace_id = $1 and user_id = $2 and id = $3',
);

export async function deleteSavedFilterRow(tx: TenantTx, userId: string, id: string): Promise<boolean> {
  return (await tx.execute(remove, [tx.workspaceId, userId, id])) > 0;
}
