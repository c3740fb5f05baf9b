import { type SystemTx, statement } from '../../platform/db/index.ts';

const named = statement(
  'numbers.claims',
  `select 'number' as kind, phone_number_id as ref, workspace_id as "workspaceId", null::uuid as "appId" from numbers
   union all
   select 'account', account_ref, workspace_id, app_id from accounts where account_ref is not null
   union all
   select 'app', id::text, workspace_id, id from apps where workspace_id = $1`,
);

export interface Place {
  /** The app that verified the body. */
  appId: string;
  /** As WhatsApp names them; null where the body names none. */
  phoneNumberId: string | null;
  accountRef: string | null;
}

/**
 * Whether what a webhook says at a place is said to this workspace: to its number, or to one that nobody has here on its
 * own account or under its own app. Of what names neither number nor account, or an account that nobody has, the caller
 * alone can tell: 'unclaimed'.
 */
export async function claimsOf(
  tx: SystemTx,
  workspaceId: string,
): Promise<(place: Place) => 'ours' | 'theirs' | 'unclaimed'> {
  const rows = await tx.query<{ kind: string; ref: string; workspaceId: string; appId: string | null }>(
    named,
    [workspaceId],
  );
  const numbers = new Map<string, boolean>();
  const accounts = new Map<string, { isOurs: boolean; isShared: boolean; appIds: Set<string | null> }>();
  const apps = new Set<string>();
  for (const row of rows) {
    const isOurs = row.workspaceId === workspaceId;
    if (row.kind === 'number') numbers.set(row.ref, isOurs);
    else if (row.kind === 'app') apps.add(row.ref);
    else {
      const account = accounts.get(row.ref) ?? { isOurs: false, isShared: false, appIds: new Set() };
      account.isOurs ||= isOurs;
      account.isShared ||= !isOurs;
      if (isOurs) account.appIds.add(row.appId);
      accounts.set(row.ref, account);
    }
  }
  return ({ appId, phoneNumberId, accountRef }) => {
    const number = phoneNumberId === null ? undefined : numbers.get(phoneNumberId);
    if (number !== undefined) return number ? 'ours' : 'theirs';
    const account = accountRef === null ? undefined : accounts.get(accountRef);
    if (account !== undefined) {
      if (!account.isOurs) return 'theirs';
      // Several workspaces may stand on the simulator's account: whose a number is that none of them has, nobody knows.
      if (!account.isShared && account.appIds.has(appId)) return 'ours';
    }
    return apps.has(appId) ? 'ours' : 'unclaimed';
  };
}
