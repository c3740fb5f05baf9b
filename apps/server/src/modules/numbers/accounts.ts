import type { Tx } from '../../platform/db/index.ts';
import { accountsToAsk } from './queries.ts';

/** An account that WhatsApp can be asked about. */
export interface AskableAccount {
  workspaceId: string;
  accountId: string;
  /** WhatsApp's id of it. */
  accountRef: string;
}

/** Of one workspace, or (in a system transaction) of all. Accounts whose token died wait for a new one. */
export async function askableAccounts(tx: Tx, workspaceId: string | null): Promise<AskableAccount[]> {
  const rows = await tx.query<{ workspace_id: string; account_id: string; account_ref: string }>(
    accountsToAsk,
    [workspaceId],
  );
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    accountId: row.account_id,
    accountRef: row.account_ref,
  }));
}
