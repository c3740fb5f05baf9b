import type { Database } from '../../platform/db/index.ts';
import { type KeyRing, unseal } from '../../platform/seal.ts';
import { webhookSecretPlace } from './credentials.ts';
import { signingAccounts } from './queries-account.ts';

/** An account that signs its own webhooks, as the inbound door needs it, its secret opened: for its memory alone. */
export interface SigningAccount {
  id: string;
  key: string;
  secret: string;
  /** What a body may name it by. */
  accountRef: string | null;
  phoneNumberIds: readonly string[];
}

/** Every such account of the installation. The door keeps the answer and asks again every few seconds. */
export async function loadSigningAccounts(db: Database, ring: KeyRing): Promise<SigningAccount[]> {
  const rows = await db.withSystem('accounts that sign their webhooks', (tx) =>
    tx.query<{
      id: string;
      workspace_id: string;
      webhook_key: string;
      account_ref: string | null;
      sealed_webhook_secret: string;
      numbers: string[];
    }>(signingAccounts),
  );
  return rows.map((row) => ({
    id: row.id,
    key: row.webhook_key,
    secret: unseal(ring, webhookSecretPlace(row.workspace_id, row.id), row.sealed_webhook_secret),
    accountRef: row.account_ref,
    phoneNumberIds: row.numbers,
  }));
}
