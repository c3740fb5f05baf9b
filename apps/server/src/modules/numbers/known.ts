import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { numbersPage } from './queries.ts';

/** Refuses ids that are no numbers of this workspace, each by its place in the field. */
export async function refuseUnknownNumbers(
  tx: TenantTx,
  field: string,
  ids: readonly string[] | null | undefined,
): Promise<void> {
  if (!ids || ids.length === 0) return;
  const rows = await tx.query<{ id: string }>(numbersPage, [tx.workspaceId, ids, null, null, ids.length, 0]);
  const known = new Set(rows.map((row) => row.id));
  const problems = ids.flatMap((id, i) =>
    known.has(id) ? [] : [{ path: `${field}.${i}`, message: 'This is no number of the workspace.' }],
  );
  if (problems.length > 0) throw errors.invalidRequest(problems);
}
