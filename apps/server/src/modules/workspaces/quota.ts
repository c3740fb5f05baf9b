import type { Tx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { PlanLimits } from './plans.ts';
import { countMembers, lockQuota, planOfWorkspace } from './queries-plans.ts';

/** What a plan limits in all; messages per month are the send policy's to judge. */
export type Quota = 'numbers' | 'members' | 'contacts';

/**
 * Refuses with `quota_exceeded` what the workspace's plan has no room for. From here to the end of the transaction
 * nobody else adds to this quota of this workspace, so that `count` (asked under that lock) cannot be outrun; other
 * workspaces and other quotas do not wait. Without a limit it is one read.
 */
export async function requireRoom(
  tx: Tx,
  workspaceId: string,
  quota: Quota,
  count: () => Promise<number>,
  more = 1,
): Promise<void> {
  const [plan] = await tx.query<PlanLimits>(planOfWorkspace, [workspaceId]);
  const limit = plan?.[quota] ?? null;
  if (limit === null) return;
  await holdQuota(tx, workspaceId, quota);
  const used = await count();
  if (used + more > limit) throw errors.quotaExceeded(quota, limit, used, { plan: plan?.name });
}

/** Members of a workspace, disabled ones too: what the quota counts. */
export async function countMembersOf(tx: Tx, workspaceId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(countMembers, [workspaceId]);
  return row?.count ?? 0;
}

/** One at a time for this workspace and quota, until the transaction ends. */
export async function holdQuota(tx: Tx, workspaceId: string, quota: string): Promise<void> {
  await tx.execute(lockQuota, [workspaceId, quota]);
}
