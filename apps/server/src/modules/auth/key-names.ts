import type { TenantTx } from '../../platform/db/index.ts';
import { namesOfKeys } from './queries.ts';

/** What the workspace's API keys are called, revoked ones too: what they did stays. */
export async function keyNames(tx: TenantTx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; name: string }>(namesOfKeys, [tx.workspaceId, ids]);
  return new Map(rows.map((row) => [row.id, row.name]));
}
