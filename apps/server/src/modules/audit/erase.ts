import type { SystemTx } from '../../platform/db/index.ts';
import { eraseContent } from './queries.ts';

/**
 * Takes before and after out of every line about a target; who did what when stays, and the chain still verifies. For
 * the system alone: a tenant's transaction may not change a line.
 */
export async function eraseAudit(
  tx: SystemTx,
  workspaceId: string,
  target: { kind: string; id: string },
): Promise<number> {
  return tx.execute(eraseContent, [workspaceId, target.kind, target.id, tx.now()]);
}
