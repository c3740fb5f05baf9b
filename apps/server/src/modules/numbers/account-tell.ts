import type { TenantTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import type { AccountRow } from './account.ts';

/** `account.updated`, with its line of the audit. */
export async function tellAccount(
  tx: TenantTx,
  account: AccountRow,
  what: {
    before?: AccountRow;
    after?: AccountRow;
    credentials?: 'changed' | 'moved' | undefined;
    subscribing?: boolean;
  },
): Promise<void> {
  await emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name: 'account.updated',
      data: { accountId: account.id },
      audit: {
        target: { kind: 'account', id: account.id },
        before: what.before ? audited(what.before) : null,
        after: {
          ...(what.after ? audited(what.after) : {}),
          ...(what.credentials ? { credentials: what.credentials } : {}),
          ...(what.subscribing ? { webhooks: 'subscribing' } : {}),
        },
      },
    },
  ]);
}

/** What the audit keeps of an account: nothing that opens anything. */
export function audited(account: AccountRow): Record<string, unknown> {
  const { provider, name, ref, portfolioRef, graphVersion } = account;
  return { provider, name, ref, portfolioRef, graphVersion };
}
