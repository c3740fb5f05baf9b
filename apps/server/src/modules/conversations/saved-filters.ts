import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { personIn } from './participants.ts';
import {
  deleteSavedFilterRow,
  type SavedFilterRow,
  selectSavedFilters,
  upsertSavedFilter,
} from './queries-saved-filters.ts';

/** More than anybody finds again beside a list. */
const most = 50;

/** A list that a member made for themselves; one of the same name is replaced. */
export async function saveFilter(
  tx: TenantTx,
  filter: Pick<SavedFilterRow, 'name' | 'search'>,
): Promise<SavedFilterRow> {
  const userId = personIn(tx, 'save a filter');
  const known = await selectSavedFilters(tx, userId);
  if (known.length >= most) {
    throw errors.unprocessable('too_many_filters', `A member keeps ${most} saved filters; delete one first.`);
  }
  const row = await upsertSavedFilter(tx, userId, { id: newId(tx.now().getTime()), ...filter });
  await tellFilter(tx, 'saved-filter.saved', row.id);
  return row;
}

export async function deleteSavedFilter(tx: TenantTx, id: string): Promise<void> {
  if (!(await deleteSavedFilterRow(tx, personIn(tx, 'delete a saved filter'), id))) {
    throw errors.notFound('saved filter', { id });
  }
  await tellFilter(tx, 'saved-filter.deleted', id);
}

function tellFilter(tx: TenantTx, name: string, id: string): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { savedFilterId: id },
      audit: { target: { kind: 'saved-filter', id } },
    },
  ]);
}
