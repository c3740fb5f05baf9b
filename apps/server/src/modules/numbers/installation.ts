import type { ProviderName } from '@chaski/providers';
import type { SystemTx, TenantTx } from '../../platform/db/index.ts';
import type { AppId } from '../../platform/ids.ts';
import { type KeyRing, unseal } from '../../platform/seal.ts';
import { addApp, retireSecret, rotateSecret, secretPlace } from './apps.ts';
import {
  appByKey,
  mockNumbers,
  pointAccounts,
  setVerifyToken,
  setWorkflow,
  simulatedDefault,
} from './queries-installation.ts';
import { tokenPlace } from './token.ts';

/**
 * Makes the installation's app of that key say what the configuration says: its live secrets are exactly these, new
 * ones added before old ones are retired, so that no webhook in between is refused.
 */
export async function ensureApp(
  tx: SystemTx,
  deps: { ring: KeyRing },
  wanted: {
    key: string;
    name: string;
    secrets: readonly [string, ...string[]];
    verifyToken: string;
    isDefault: boolean;
    isSimulator?: boolean;
  },
): Promise<AppId> {
  const find = () =>
    tx.query<{ id: string; verify_token: string; secrets: { id: string; sealed: string }[] }>(appByKey, [
      wanted.key,
    ]);
  let [row] = await find();
  if (!row) {
    await addApp(tx, deps, {
      key: wanted.key,
      name: wanted.name,
      secret: wanted.secrets[0],
      verifyToken: wanted.verifyToken,
      isDefault: wanted.isDefault,
      isSimulator: wanted.isSimulator ?? false,
    });
    [row] = await find();
  }
  const app = row!;
  if (app.verify_token !== wanted.verifyToken) await tx.execute(setVerifyToken, [app.id, wanted.verifyToken]);
  const live = app.secrets.map(({ id, sealed }) => ({
    id,
    secret: unseal(deps.ring, secretPlace(null, id), sealed),
  }));
  for (const secret of wanted.secrets) {
    if (!live.some((known) => known.secret === secret))
      await rotateSecret(tx, deps, { appId: app.id, secret });
  }
  for (const known of live) {
    if (!wanted.secrets.includes(known.secret)) await retireSecret(tx, { appId: app.id, secretId: known.id });
  }
  return app.id as AppId;
}

export interface MockNumber {
  phoneNumberId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  token: string;
  provider: ProviderName;
  accountId?: string;
}

/** Numbers that live in the simulator, which forgets: they are made known to it at every start. */
export async function listMockNumbers(tx: SystemTx, deps: { ring: KeyRing }): Promise<MockNumber[]> {
  const rows = await tx.query<{
    workspace_id: string;
    account_id: string;
    phone_number_id: string;
    display_phone_number: string;
    verified_name: string;
    sealed_token: string;
    account_ref: string | null;
    provider: ProviderName;
  }>(mockNumbers);
  return rows.map((row) => ({
    phoneNumberId: row.phone_number_id,
    displayPhoneNumber: row.display_phone_number,
    verifiedName: row.verified_name,
    token: unseal(deps.ring, tokenPlace(row.workspace_id, row.account_id), row.sealed_token),
    provider: row.provider,
    ...(row.account_ref ? { accountId: row.account_ref } : {}),
  }));
}

/** Is the number that a workspace sends from by default one of the simulator's. */
export async function sendsToSimulator(tx: SystemTx, workspaceId: string): Promise<boolean> {
  return (await tx.query(simulatedDefault, [workspaceId])).length > 0;
}

/** The simulator may answer at another port than last time. */
export async function pointMockAccounts(tx: SystemTx, baseUrl: string): Promise<void> {
  await tx.execute(pointAccounts, [baseUrl]);
}

/** The workflow that a number's messages belong to when the command that sent them names none. */
export async function setDefaultWorkflow(tx: TenantTx, numberId: string, workflowId: string): Promise<void> {
  await tx.execute(setWorkflow, [tx.workspaceId, numberId, workflowId]);
}
