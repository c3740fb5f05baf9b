import type { BusinessHours } from '@chaski/contracts';
import type { TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { clearDefault, lockNumbers, makeDefault, updateNumber } from './queries.ts';
import { getNumber, type NumberRow } from './read.ts';

export interface NumberChange {
  mps?: number | undefined;
  displayPhoneNumber?: string | undefined;
  defaultWorkflowId?: string | undefined;
  isDefault?: true | undefined;
  marketingRoute?: NumberRow['marketingRoute'] | undefined;
  /** Whether the 24-hour window holds: for the simulator's numbers alone this is ours to say. */
  hasWindow?: boolean | undefined;
  /** null: the workspace's hold again. */
  businessHours?: BusinessHours | null | undefined;
}

/** Changes what is given, tells `number.updated`, answers the number as it is now. */
export async function changeNumber(tx: TenantTx, id: string, change: NumberChange): Promise<NumberRow> {
  const before = await getNumber(tx, id);
  if (change.marketingRoute === 'marketing_messages' && before.provider !== 'cloud')
    throw errors.unprocessable(
      'route_unknown',
      `Numbers of ${before.provider} have one way to WhatsApp, which ${before.provider} chooses.`,
    );
  if (change.hasWindow !== undefined) requireChoice(before);
  if (change.isDefault) {
    // Two numbers may not become the default at once, and the unique index allows no moment with two.
    await tx.execute(lockNumbers, [tx.workspaceId]);
    await tx.execute(clearDefault, [tx.workspaceId, before.id]);
    await tx.execute(makeDefault, [tx.workspaceId, before.id]);
  }
  const touched = await tx.execute(updateNumber, [
    tx.workspaceId,
    id,
    change.mps ?? null,
    change.displayPhoneNumber ?? null,
    change.defaultWorkflowId ?? null,
    change.businessHours !== undefined,
    change.businessHours ? JSON.stringify(change.businessHours) : null,
    change.marketingRoute ?? null,
    change.hasWindow ?? null,
  ]);
  if (touched === 0) throw errors.notFound('number', { id });
  const number = await getNumber(tx, id);
  await tellNumber(tx, number, { before });
  return number;
}

/** Throws unless the 24-hour window of the number may be switched. */
export function requireChoice(number: NumberRow): void {
  if (number.account.isSimulated && number.provider === 'cloud') return;
  throw errors.unprocessable(
    'window_fixed',
    'WhatsApp holds the 24-hour window for this number. Only numbers of the simulator can do without.',
  );
}

/** `number.updated`, with its line of the audit. `activated`: it may send and receive from now on. */
export async function tellNumber(
  tx: Tx,
  number: NumberRow,
  more: { before?: NumberRow; activated?: boolean; actor?: TenantTx['actor'] } = {},
): Promise<void> {
  await emit(tx, [
    {
      workspaceId: number.workspaceId,
      name: 'number.updated',
      ...(more.actor ? { actor: more.actor } : {}),
      data: {
        numberId: number.id,
        status: number.status,
        isDefault: number.isDefault,
        ...(more.activated ? { activated: true } : {}),
      },
      audit: {
        target: { kind: 'number', id: number.id },
        before: more.before ? audited(more.before) : null,
        after: audited(number),
      },
    },
  ]);
}

function audited(number: NumberRow): Record<string, unknown> {
  const { phoneNumberId, displayPhoneNumber, status, statusReason, isDefault, mps } = number;
  const { defaultWorkflowId, businessHours, marketingRoute, hasWindow } = number;
  return {
    phoneNumberId,
    displayPhoneNumber,
    status,
    statusReason,
    isDefault,
    mps,
    defaultWorkflowId,
    businessHours,
    marketingRoute,
    hasWindow,
  };
}

/** Makes a number the one that sends use when they name none. */
export function setDefault(tx: TenantTx, id: string): Promise<NumberRow> {
  return changeNumber(tx, id, { isDefault: true });
}
