import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { clearDefault, lockNumbers, makeDefault, updateNumber } from './queries.ts';
import { getNumber, type NumberRow } from './read.ts';

export interface NumberChange {
  status?: NumberRow['status'] | undefined;
  mps?: number | undefined;
  displayPhoneNumber?: string | undefined;
  defaultWorkflowId?: string | undefined;
  isDefault?: true | undefined;
}

/** Changes what is given, tells `number.updated`, answers the number as it is now. */
export async function changeNumber(tx: TenantTx, id: string, change: NumberChange): Promise<NumberRow> {
  if (change.isDefault) {
    // Two numbers may not become the default at once, and the unique index allows no moment with two.
    await tx.execute(lockNumbers, [tx.workspaceId]);
    const before = await getNumber(tx, id);
    await tx.execute(clearDefault, [tx.workspaceId, before.id]);
    await tx.execute(makeDefault, [tx.workspaceId, before.id]);
  }
  const touched = await tx.execute(updateNumber, [
    tx.workspaceId,
    id,
    change.status ?? null,
    change.mps ?? null,
    change.displayPhoneNumber ?? null,
    change.defaultWorkflowId ?? null,
  ]);
  if (touched === 0) throw errors.notFound('number', { id });
  const number = await getNumber(tx, id);
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'number.updated',
      data: { numberId: number.id, status: number.status, isDefault: number.isDefault },
    },
  ]);
  return number;
}

/** Makes a number the one that sends use when they name none. */
export function setDefault(tx: TenantTx, id: string): Promise<NumberRow> {
  return changeNumber(tx, id, { isDefault: true });
}

/** pending or suspended → active */
export function activateNumber(tx: TenantTx, id: string): Promise<NumberRow> {
  return changeNumber(tx, id, { status: 'active' });
}

/** It keeps receiving; nothing is sent. */
export function suspendNumber(tx: TenantTx, id: string): Promise<NumberRow> {
  return changeNumber(tx, id, { status: 'suspended' });
}
