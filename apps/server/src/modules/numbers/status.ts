import type { Actor, SystemTx, TenantTx, Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { Slice } from '../../platform/http/index.ts';
import { tellNumber } from './change.ts';
import { countByWorkspace, lockNumber, numbersEverywhere, updateStatus, workspaceOf } from './queries.ts';
import { findNumber, type NumberRecord, type NumberRow, toNumber } from './read.ts';

type Status = NumberRow['status'];

interface Decision {
  status: Status;
  by: 'operator' | 'workspace';
  reason: string | null;
  actor: Actor;
}

/**
 * Decides about a number whose row is locked: pending → active | refused, active ⇄ suspended, refused → active. A
 * number keeps receiving whatever it is: what came for one that is not active is parked, and applied when it is.
 */
async function decide(tx: Tx, before: NumberRow, decision: Decision): Promise<NumberRow> {
  if (before.status === decision.status && before.statusReason === decision.reason) return before;
  await tx.execute(updateStatus, [
    before.workspaceId,
    before.id,
    decision.status,
    decision.by,
    decision.reason,
    tx.now().toISOString(),
  ]);
  const after = (await findNumber(tx, before.workspaceId, before.id))!;
  await tellNumber(tx, after, {
    before,
    actor: decision.actor,
    activated: decision.status === 'active' && before.status !== 'active',
  });
  return after;
}

async function locked(tx: Tx, workspaceId: string, id: string): Promise<NumberRow> {
  await tx.execute(lockNumber, [workspaceId, id]);
  const number = await findNumber(tx, workspaceId, id);
  if (!number) throw errors.notFound('number', { id });
  return number;
}

/** What its workspace may decide: rest, and end a rest of its own. */
export async function setStatus(
  tx: TenantTx,
  id: string,
  status: 'active' | 'suspended',
): Promise<NumberRow> {
  const before = await locked(tx, tx.workspaceId, id);
  if (before.status === 'pending' || before.status === 'refused') {
    throw errors.forbidden(
      before.status === 'pending'
        ? 'A pending number is approved by whoever runs this installation.'
        : 'This number was refused by whoever runs this installation.',
      { reason: 'approval_needed' },
    );
  }
  if (before.status === 'suspended' && before.statusBy === 'operator' && status === 'active') {
    throw errors.forbidden('Whoever runs this installation suspended this number; only they can wake it.', {
      reason: 'suspended_by_operator',
      statusReason: before.statusReason,
    });
  }
  // The operator's own reason stays: suspending again must not turn it into a rest.
  if (before.status === status) return before;
  return decide(tx, before, { status, by: 'workspace', reason: null, actor: tx.actor });
}

/** What the operator decides. Refusing is for numbers that never were active. */
export async function decideNumber(
  tx: Tx,
  number: { workspaceId: string; id: string },
  decision: { status: 'active' | 'refused' | 'suspended'; reason: string | null; actor: Actor },
): Promise<NumberRow> {
  const before = await locked(tx, number.workspaceId, number.id);
  if (decision.status === 'refused' && before.status !== 'pending' && before.status !== 'refused') {
    throw errors.conflict('not_pending', 'Only a pending number can be refused; suspend this one.', {
      status: before.status,
    });
  }
  return decide(tx, before, { ...decision, by: 'operator' });
}

/** Numbers of all workspaces, oldest first. */
export async function listNumbersEverywhere(
  tx: SystemTx,
  filter: { status: Status | null; workspaceId: string | null },
  page: Slice,
): Promise<NumberRow[]> {
  const rows = await tx.query<NumberRecord>(numbersEverywhere, [
    filter.status,
    filter.workspaceId,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
  return rows.map(toNumber);
}

/** Whose a number is; null for no number. */
export async function workspaceOfNumber(tx: SystemTx, id: string): Promise<string | null> {
  const [row] = await tx.query<{ workspace_id: string }>(workspaceOf, [id]);
  return row?.workspace_id ?? null;
}

/** How many numbers workspaces have, and how many of them are active; a workspace without any is missing. */
export async function countNumbersOf(
  tx: Tx,
  workspaceIds: readonly string[],
): Promise<Map<string, { count: number; active: number }>> {
  const rows = await tx.query<{ workspace_id: string; count: number; active: number }>(countByWorkspace, [
    workspaceIds,
  ]);
  return new Map(rows.map(({ workspace_id, count, active }) => [workspace_id, { count, active }]));
}
