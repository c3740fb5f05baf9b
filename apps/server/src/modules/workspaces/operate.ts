import type { Actor, SystemTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import type { WorkspaceId } from '../../platform/ids.ts';
import {
  lockWorkspace,
  operateWorkspace,
  planExists,
  workspaceForOperator,
  workspacesPage,
} from './queries-operate.ts';
import { monthOf } from './usage.ts';

/** A workspace as whoever runs the installation sees it: no content, no settings, only how it stands. */
export interface OperatedWorkspace {
  id: WorkspaceId;
  name: string;
  plan: string;
  status: 'active' | 'suspended';
  suspendedReason: string | null;
  suspendedAt: Date | null;
  members: number;
  sentThisMonth: number;
  createdAt: Date;
}

interface OperatedRecord {
  id: string;
  name: string;
  plan: string;
  status: 'active' | 'suspended';
  suspended_reason: string | null;
  suspended_at: Date | null;
  members: number;
  sent_this_month: number;
  created_at: Date;
  [column: string]: unknown;
}

const toOperated = (row: OperatedRecord): OperatedWorkspace => ({
  id: row.id as WorkspaceId,
  name: row.name,
  plan: row.plan,
  status: row.status,
  suspendedReason: row.suspended_reason,
  suspendedAt: row.suspended_at,
  members: row.members,
  sentThisMonth: Number(row.sent_this_month),
  createdAt: row.created_at,
});

/** Oldest first. `q` is a part of the name or the id. */
export async function listWorkspaces(
  tx: SystemTx,
  filter: { status: 'active' | 'suspended' | null; plan: string | null; q: string | null },
  page: Slice,
): Promise<OperatedWorkspace[]> {
  const rows = await tx.query<OperatedRecord>(workspacesPage, [
    monthOf(tx.now()),
    filter.status,
    filter.plan,
    filter.q,
    page.after?.at ?? null,
    page.after?.id ?? null,
    page.limit,
    page.offset ?? 0,
  ]);
  return rows.map(toOperated);
}

export async function getOperatedWorkspace(tx: SystemTx, id: string): Promise<OperatedWorkspace> {
  const [row] = await tx.query<OperatedRecord>(workspaceForOperator, [monthOf(tx.now()), id]);
  if (!row) throw errors.notFound('workspace', { id });
  return toOperated(row);
}

/**
 * Another plan, or suspended and back. A suspended workspace keeps receiving, so that nothing is lost; its people and
 * keys are refused, open sockets are cut (`workspace.suspended`), nothing is sent.
 */
export async function changeOperated(
  tx: SystemTx,
  id: string,
  change: {
    plan?: string | undefined;
    status?: 'active' | 'suspended' | undefined;
    reason?: string | null | undefined;
  },
  actor: Actor,
): Promise<OperatedWorkspace> {
  await tx.execute(lockWorkspace, [id]);
  const before = await getOperatedWorkspace(tx, id);
  if (change.plan !== undefined && (await tx.query(planExists, [change.plan])).length === 0) {
    throw errors.invalidRequest([{ path: 'plan', message: `There is no plan ${change.plan}.` }]);
  }
  await tx.execute(operateWorkspace, [
    id,
    change.plan ?? null,
    change.status ?? null,
    change.reason ?? null,
    tx.now().toISOString(),
  ]);
  const after = await getOperatedWorkspace(tx, id);
  const said = ({ plan, status, suspendedReason }: OperatedWorkspace) => ({ plan, status, suspendedReason });
  const suspended = before.status !== 'suspended' && after.status === 'suspended';
  await emit(tx, [
    {
      workspaceId: id,
      name: suspended ? 'workspace.suspended' : 'workspace.updated',
      actor,
      data: { plan: after.plan, status: after.status },
      audit: { target: { kind: 'workspace', id }, before: said(before), after: said(after) },
    },
  ]);
  return after;
}
